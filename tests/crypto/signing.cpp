#include "crypto/signing.hpp"

#include "tests/crypto/log_writer.hpp"
#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

namespace changgu::test {

TEST_CASE("a signature holds for its key, tag, organisation and payload alone") {
    const auto key = identity_of(1);
    const org_id org = org_id::from(seed_of("org").view()).value();
    const auto sig = sign(key.secret_key, "changgu/test/v1", org, {as_bytes("pay"), as_bytes("load")});
    const auto check = [&](const sign_public_key& by, std::string_view tag, const org_id& in,
                           std::string_view what) {
        return outcome(verify(by, sig, tag, in, {as_bytes(what)}));
    };
    CHECK(check(key.public_key, "changgu/test/v1", org, "payload") == "ok");
    CHECK(check(identity_of(2).public_key, "changgu/test/v1", org, "payload") == "bad_signature");
    CHECK(check(key.public_key, "changgu/test/v2", org, "payload") == "bad_signature");
    CHECK(check(key.public_key, "changgu/test/v1", {}, "payload") == "bad_signature");
    CHECK(check(key.public_key, "changgu/test/v1", org, "payloae") == "bad_signature");
    CHECK(check({}, "changgu/test/v1", org, "payload") == "bad_signature");
}

TEST_CASE("the length of a tag keeps it from running into what follows") {
    const auto key = identity_of(1);
    const org_id org{};
    const auto sig = sign(key.secret_key, "ab", org, {as_bytes("c")});
    CHECK(outcome(verify(key.public_key, sig, "a", org, {as_bytes("bc")})) == "bad_signature");
    // What is signed, spelt out.
    bytes message{2, 'a', 'b'};
    append(message, org.view());
    message.push_back('c');
    CHECK(verify_raw(key.public_key, sig, message));
}

TEST_CASE("the lengths in a sign-in keep origin and scope apart") {
    const auto key = identity_of(1);
    const org_id org{};
    const hash256 nonce{};
    const auto sig = sign_sign_in(key.secret_key, org, {"https://a", nonce, 1, "reviewer"});
    CHECK(verify_sign_in(key.public_key, sig, org, {"https://a", nonce, 1, "reviewer"}).has_value());
    for (const sign_in_challenge& other : {sign_in_challenge{"https://", nonce, 1, "reviewer"},
                                           sign_in_challenge{"https://a", nonce, 1, "keyring"},
                                           sign_in_challenge{"https://a", nonce, 257, "reviewer"}})
        CHECK(outcome(verify_sign_in(key.public_key, sig, org, other)) == "bad_signature");
}

} // namespace changgu::test
