// Wycheproof's Ed25519 cases against crypto_sign_verify_detached and, as every valid one is deterministic,
// against crypto_sign_detached too.
#include "tests/conformance/vectors.hpp"

#include <doctest/doctest.h>

namespace changgu::conformance {
namespace {

TEST_CASE("wycheproof: Ed25519") {
    int accepted_cases = 0;
    for_each_case("eddsa_test.json", [&](const boost::json::object& group, const boost::json::object& test) {
        const auto id = test.at("tcId").as_int64();
        CAPTURE(id);
        const auto& key = group.at("key").as_object();
        const auto public_key = unhex(key, "pk");
        const auto message = unhex(test, "msg");
        const auto signature = unhex(test, "sig");
        REQUIRE(public_key.size() == crypto_sign_PUBLICKEYBYTES);

        const bool valid = text(test, "result") == "valid";
        REQUIRE((valid || text(test, "result") == "invalid"));
        // A signature of another length is no signature; libsodium would read 64 bytes regardless.
        const bool accepted = signature.size() == crypto_sign_BYTES &&
                              crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                                          public_key.data()) == 0;
        CHECK(accepted == valid);
        if (!valid) return;

        ++accepted_cases;
        const auto seed = unhex(key, "sk");
        REQUIRE(seed.size() == crypto_sign_SEEDBYTES);
        bytes derived(crypto_sign_PUBLICKEYBYTES);
        bytes secret_key(crypto_sign_SECRETKEYBYTES);
        crypto_sign_seed_keypair(derived.data(), secret_key.data(), seed.data());
        CHECK(derived == public_key);
        bytes signed_again(crypto_sign_BYTES);
        crypto_sign_detached(signed_again.data(), nullptr, message.data(), message.size(), secret_key.data());
        CHECK(signed_again == signature);
    });
    CHECK(accepted_cases == 84);
}

} // namespace
} // namespace changgu::conformance
