#include "crypto/keyring.hpp"
#include "crypto/locker.hpp"
#include "tests/server/api/fixture.hpp"

using namespace changgu;
using namespace changgu::test;

namespace {
crypto::json::object keyring_body(const crypto::sign_key_pair& locker, const bytes& wrapped) {
    return {{"locker", crypto::to_base64(locker.public_key.view())}, {"keyring", crypto::to_base64(wrapped)}};
}
bytes wrapped(std::size_t size) {
    bytes out(size);
    crypto::fill_random(out);
    return out;
}
} // namespace

TEST_CASE("a keyring is put conditionally, under the pepper of the last GET, and fetched with its locker") {
    channel_fixture f;
    const auto bearer = f.reviewer_bearer(f.first);
    const auto locker = crypto::random_sign_key_pair();
    const auto one = wrapped(4096);
    const auto put = [&](const bytes& body, std::optional<std::string> etag, const std::string& who) {
        return f.json(verb::put, "/keyring", keyring_body(locker, body), who, std::move(etag));
    };
    CHECK(problem_of(put(one, {}, bearer)) == "precondition-failed"); // no GET yet

    const auto none = f.get("/keyring", bearer);
    CHECK(none.status == 200);
    CHECK(none.etag.empty());
    CHECK(object_of(none).at("keyring").is_null());
    CHECK(object_of(none).at("pepper").is_null());
    const auto first_pepper = text_of(none, "next_pepper");
    CHECK(problem_of(put(one, std::string(32, '0'), bearer)) == "precondition-failed");
    const auto stored = put(one, {}, bearer);
    CHECK(stored.status == 204);
    CHECK(stored.etag.size() == 32);
    CHECK(problem_of(put(one, stored.etag, bearer)) == "precondition-failed"); // the pepper is used up

    // The passphrase alone opens a session that gets the keyring, and nothing else.
    const auto opened = f.sign_in("keyring", 1, locker.secret_key, f.challenge("keyring", 1));
    REQUIRE(opened.status == 201);
    const auto small = text_of(opened, "bearer");
    CHECK(problem_of(f.get("/inbox", small)) == "forbidden");
    const auto fetched = f.get("/keyring", small);
    CHECK(fetched.etag == stored.etag);
    CHECK(text_of(fetched, "keyring") == crypto::to_base64(one));
    CHECK(text_of(fetched, "pepper") == first_pepper);
    const auto second_pepper = text_of(fetched, "next_pepper");
    CHECK(second_pepper != first_pepper);

    const auto two = wrapped(1'048'576);
    CHECK(problem_of(put(two, {}, small)) == "precondition-failed");
    CHECK(problem_of(put(two, "*", small)) == "precondition-failed");
    CHECK(problem_of(put(two, std::string(32, '0'), small)) == "precondition-failed");
    const auto replaced = put(two, stored.etag, small);
    CHECK(replaced.status == 204);
    CHECK(replaced.etag != stored.etag);
    const auto again = f.get("/keyring", bearer);
    CHECK(text_of(again, "keyring") == crypto::to_base64(two));
    CHECK(text_of(again, "pepper") == second_pepper);
    CHECK(object_of(f.get("/keyring", f.reviewer_bearer(f.second))).at("keyring").is_null());
}

// One that is long on its way must not be stored beside the pepper of another: nobody would open it again.
TEST_CASE("a keyring that was overtaken by another GET is stored with the pepper that it was wrapped under") {
    channel_fixture f;
    const auto bearer = f.reviewer_bearer(f.first);
    const auto locker = crypto::random_sign_key_pair();
    const auto body = wrapped(4096);
    const auto pepper = text_of(f.get("/keyring", bearer), "next_pepper");
    REQUIRE(f.get("/keyring", bearer).status == 200);
    REQUIRE(f.json(verb::put, "/keyring", keyring_body(locker, body), bearer).status == 204);
    const auto stored = f.get("/keyring", f.reviewer_bearer(f.first));
    CHECK(text_of(stored, "keyring") == crypto::to_base64(body));
    CHECK(text_of(stored, "pepper") == pepper);
    CHECK(text_of(f.get("/keyring", bearer), "next_pepper") != pepper);
}

TEST_CASE("what is not a keyring is refused") {
    channel_fixture f;
    const auto bearer = f.reviewer_bearer(f.first);
    const auto locker = crypto::random_sign_key_pair();
    REQUIRE(f.get("/keyring", bearer).status == 200);
    for (const std::size_t size : {0U, 1U, 4095U, 4097U, 1'000'000U})
        CHECK(problem_of(f.json(verb::put, "/keyring", keyring_body(locker, bytes(size)), bearer)) ==
              "bad-request");
    CHECK(problem_of(f.json(verb::put, "/keyring", {{"keyring", "AAAA"}}, bearer)) == "bad-request");
    CHECK(problem_of(f.json(verb::put, "/keyring", {{"locker", "AAAA"}, {"keyring", "!"}}, bearer)) ==
          "bad-request");
    CHECK(problem_of(f.json(verb::put, "/keyring", keyring_body(locker, bytes(4096)))) == "unauthorised");
    CHECK(problem_of(f.get("/keyring")) == "unauthorised");
    CHECK(problem_of(f.get("/keyring", f.admin_bearer())) == "forbidden");
}

TEST_CASE("a locker named at enrolment opens the keyring's session before approval, and the keyring's own "
          "after it") {
    channel_fixture f;
    const auto admin = f.admin_bearer();
    const auto code = crypto::enrolment_code::random();
    const auto at = "/enrolments/" + hex(code.id);
    const auto locker = crypto::random_sign_key_pair();
    const reviewer_keys third{3};
    auto request = request_of(f, third, code);
    const auto sign_in = [&](const crypto::sign_key_pair& key) {
        return f.sign_in("keyring", 3, key.secret_key, f.challenge("keyring", 3));
    };
    REQUIRE(f.json(verb::put, at, {{"number", 3}}, admin).status == 201);
    CHECK(problem_of(sign_in(locker)) == "unauthorised");
    request["locker"] = "AAAA";
    CHECK(problem_of(f.json(verb::post, at, request)) == "bad-request");
    request["locker"] = crypto::to_base64(locker.public_key.view());
    REQUIRE(f.json(verb::post, at, request).status == 201);
    const auto listed = object_of(f.get("/enrolments", admin)).at("enrolments").as_array();
    CHECK_FALSE(listed.at(0).at("request").as_object().contains("locker"));

    const auto opened = sign_in(locker);
    REQUIRE(opened.status == 201);
    const auto bearer = text_of(opened, "bearer");
    CHECK(problem_of(f.get("/inbox", bearer)) == "forbidden");
    CHECK(problem_of(f.sign_in("reviewer", 3, third.identity.secret_key, f.challenge("reviewer", 3))) ==
          "unauthorised");
    CHECK(object_of(f.get("/keyring", bearer)).at("keyring").is_null());
    const auto next = crypto::random_sign_key_pair();
    CHECK(f.json(verb::put, "/keyring", keyring_body(next, wrapped(4096)), bearer).status == 204);
    CHECK(problem_of(sign_in(locker)) == "unauthorised");
    CHECK(sign_in(next).status == 201);

    // The code dies, and with it what was stored under a number that is nobody's.
    CHECK(f.send({.method = verb::remove, .path = at, .bearer = admin}).status == 204);
    CHECK(problem_of(sign_in(next)) == "unauthorised");
    CHECK(problem_of(f.get("/keyring", bearer)) == "unauthorised");
}
