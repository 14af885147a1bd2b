#include "tests/server/api/fixture.hpp"

#include "crypto/signing.hpp"

using namespace changgu;
using namespace changgu::test;

TEST_CASE("a reviewer signs in with a challenge that is good once and for a minute") {
    channel_fixture f;
    const auto& key = f.first.identity.secret_key;
    const auto nonce = f.challenge("reviewer", 1);
    const auto in = f.sign_in("reviewer", 1, key, nonce);
    REQUIRE(in.status == 201);
    CHECK(object_of(in).at("expires_in").as_int64() == 900);
    CHECK(crypto::from_base64(text_of(in, "bearer")).value().size() == 32);
    CHECK(problem_of(f.sign_in("reviewer", 1, key, nonce)) == "unauthorised");

    const auto old = f.challenge("reviewer", 1);
    f.now += 60;
    CHECK(problem_of(f.sign_in("reviewer", 1, key, old)) == "unauthorised");
    const auto fresh = f.challenge("reviewer", 1);
    f.now += 59;
    CHECK(f.sign_in("reviewer", 1, key, fresh).status == 201);

    CHECK(problem_of(f.sign_in("reviewer", 1, key, crypto::random_fixed<crypto::hash256>())) ==
          "unauthorised");
    CHECK(problem_of(f.sign_in("reviewer", 1, key, f.challenge("reviewer", 2))) == "unauthorised");
    CHECK(problem_of(f.sign_in("reviewer", 1, key, f.challenge("keyring", 1))) == "unauthorised");
}

TEST_CASE("a signature for another origin, scope or number opens nothing") {
    channel_fixture f;
    const auto& key = f.first.identity.secret_key;
    for (const auto at :
         {"https://evil.example", "https://other.example", ""}) // the second is configured, not listed
        CHECK(problem_of(f.sign_in("reviewer", 1, key, f.challenge("reviewer", 1), at)) == "unauthorised");
    CHECK(problem_of(f.sign_in("reviewer", 2, key, f.challenge("reviewer", 2))) == "unauthorised");
    CHECK(problem_of(f.sign_in("keyring", 1, key, f.challenge("keyring", 1))) == "unauthorised");
    // Nobody has this number, and the answers are the same.
    CHECK(problem_of(f.sign_in("reviewer", 999, key, f.challenge("reviewer", 999))) == "unauthorised");
    CHECK(problem_of(f.sign_in("keyring", 999, key, f.challenge("keyring", 999))) == "unauthorised");
}

TEST_CASE("ten failures at a keyring's passphrase block its number until they have aged, and nothing else") {
    channel_fixture f;
    const auto& key = f.first.identity.secret_key;
    const auto wrong = crypto::random_sign_key_pair();
    for (const auto* scope : {"reviewer", "keyring"})
        for (int i = 0; i < 10; ++i)
            CHECK(f.sign_in(scope, 1, wrong.secret_key, f.challenge(scope, 1)).status == 401);
    CHECK(problem_of(f.sign_in("keyring", 1, wrong.secret_key, f.challenge("keyring", 1))) == "rate-limited");
    CHECK(problem_of(f.sign_in("keyring", 2, wrong.secret_key, f.challenge("keyring", 2))) == "unauthorised");
    // Nobody guesses an identity: whoever has it is not kept out by those who have not.
    CHECK(f.sign_in("reviewer", 1, key, f.challenge("reviewer", 1)).status == 201);
    f.now += 15 * 60;
    CHECK(problem_of(f.sign_in("keyring", 1, wrong.secret_key, f.challenge("keyring", 1))) == "unauthorised");
}

TEST_CASE("a session lasts a quarter of an hour, longer when renewed, and ends when asked") {
    channel_fixture f;
    const auto bearer = f.reviewer_bearer(f.first);
    const auto renew = [&] { return f.send({.method = verb::put, .path = "/sessions", .bearer = bearer}); };
    f.now += 899;
    const auto renewed = renew();
    CHECK(renewed.status == 200);
    CHECK(object_of(renewed).at("expires_in").as_int64() == 900);
    f.now += 899;
    CHECK(f.get("/inbox", bearer).status == 200);
    f.now += 1;
    CHECK(problem_of(f.get("/inbox", bearer)) == "unauthorised");
    CHECK(problem_of(renew()) == "unauthorised");

    const auto other = f.reviewer_bearer(f.first);
    CHECK(f.send({.method = verb::remove, .path = "/sessions", .bearer = other}).status == 204);
    CHECK(problem_of(f.get("/inbox", other)) == "unauthorised");
    CHECK(problem_of(f.send({.method = verb::remove, .path = "/sessions"})) == "unauthorised");
}

TEST_CASE("a revocation ends the sessions of its reviewer and lets no new one begin") {
    channel_fixture f;
    const auto gone = f.reviewer_bearer(f.first);
    const auto stays = f.reviewer_bearer(f.second);
    const auto next = f.log->size();
    std::vector<std::string> notes{f.make_statement(crypto::statement_type::revoke, crypto::revoke_json(1))};
    notes.push_back(
        f.make_statement(crypto::statement_type::epoch, to_json(f.next_epoch(f.now, {&f.second}))));
    REQUIRE(f.post_statements(next, notes).status == 201);
    CHECK(problem_of(f.get("/inbox", gone)) == "unauthorised");
    CHECK(problem_of(f.send({.method = verb::put, .path = "/sessions", .bearer = gone})) == "unauthorised");
    CHECK(f.get("/inbox", stays).status == 200);
    CHECK(problem_of(f.sign_in("reviewer", 1, f.first.identity.secret_key, f.challenge("reviewer", 1))) ==
          "unauthorised");
}

TEST_CASE("an admin signs in with a note by a root, and with nothing else") {
    channel_fixture f;
    const auto text = f.admin_text(f.challenge("admin", 0));
    CHECK(f.admin_sign_in(text, f.root[0]).status == 201);
    CHECK(problem_of(f.admin_sign_in(text, f.root[0])) == "unauthorised"); // spent

    const auto refused = [&](const std::string& t, const crypto::note_signer& by) {
        return problem_of(f.admin_sign_in(t, by));
    };
    CHECK(refused(f.admin_text(f.challenge("admin", 0)), f.recovery) == "unauthorised");
    CHECK(refused(f.admin_text(f.challenge("admin", 0)), {"root-1", crypto::random_sign_key_pair()}) ==
          "unauthorised");
    CHECK(refused(f.admin_text(f.challenge("admin", 0), "https://evil.example"), f.root[0]) ==
          "unauthorised");
    CHECK(refused(f.admin_text(f.challenge("reviewer", 1)), f.root[0]) == "unauthorised");
    CHECK(refused("x\n" + f.admin_text(f.challenge("admin", 0)), f.root[0]) == "unauthorised");
    CHECK(refused(f.admin_text(f.challenge("admin", 0)) + "more\n", f.root[0]) == "unauthorised");
    const auto old = f.admin_text(f.challenge("admin", 0));
    f.now += 60;
    CHECK(refused(old, f.root[0]) == "unauthorised");

    // A statement of a root is no sign-in, and a sign-in is no statement.
    const auto next = f.log->size();
    const auto statement =
        f.make_statement(crypto::statement_type::policy, to_json(crypto::policy_entry{f.log->rules(), {}}));
    CHECK(problem_of(f.json(verb::post, "/sessions", {{"scope", "admin"}, {"note", statement}})) ==
          "unauthorised");
    CHECK(problem_of(f.post_statements(
              next, {crypto::sign_note(f.admin_text(f.challenge("admin", 0)), f.root)})) == "bad-statement");
}

TEST_CASE("an admin's session ends when its root is no longer in force") {
    channel_fixture f;
    const auto bearer = f.admin_bearer();
    CHECK(f.get("/prekeys", bearer).status == 200);
    const crypto::note_signer fresh{"root-2", crypto::random_sign_key_pair()};
    std::vector<crypto::note_signer> both;
    both.push_back({f.root[0].name, {f.root[0].key.public_key, f.root[0].key.secret_key.clone()}});
    both.push_back({fresh.name, {fresh.key.public_key, fresh.key.secret_key.clone()}});
    const auto next = f.log->size();
    const auto note = crypto::sign_note(
        f.log->next_text(crypto::statement_type::roots,
                         to_json(crypto::root_set{{fresh.verifier()}, 1, f.recovery.verifier()})),
        both);
    REQUIRE(f.post_statements(next, {note}).status == 201);
    CHECK(problem_of(f.get("/prekeys", bearer)) == "unauthorised");
}

TEST_CASE("malformed sign-ins are refused") {
    channel_fixture f;
    const auto post = [&](const std::string& path, std::string_view text) {
        return problem_of(f.send({verb::post, path, bytes(text.begin(), text.end()), http::json_type}));
    };
    for (const auto* bad : {"", "[]", "{}", R"({"scope":"root","number":1})", R"({"scope":"reviewer"})",
                            R"({"scope":"reviewer","number":0})", R"({"scope":"reviewer","number":65536})",
                            R"({"scope":"reviewer","number":"1"})", R"({"scope":1,"number":1})"}) {
        CHECK(post("/sessions/challenges", bad) == "bad-request");
        CHECK(post("/sessions", bad) == "bad-request");
    }
    CHECK(post("/sessions", R"({"scope":"reviewer","number":1,"nonce":"AA==","signature":"AA=="})") ==
          "bad-request");
    CHECK(post("/sessions", R"({"scope":"admin"})") == "bad-request");
    CHECK(post("/sessions", R"({"scope":"admin","note":"changgu"})") == "bad-request");
    CHECK(post("/sessions/challenges", std::string(1025, ' ')) == "too-large");
    CHECK(post("/sessions", std::string(8 * 1024 + 1, ' ')) == "too-large");
}
