// Enrolment, prekeys, drained marks.
#include "crypto/enrolment.hpp"
#include "crypto/signing.hpp"
#include "tests/server/api/fixture.hpp"

using namespace changgu;
using namespace changgu::test;

TEST_CASE("a code is opened by an admin, answered once, and dies when it is told to") {
    channel_fixture f;
    const auto admin = f.admin_bearer();
    const auto code = crypto::enrolment_code::random();
    const auto at = "/enrolments/" + hex(code.id);
    const reviewer_keys third{3};

    CHECK(problem_of(f.get(at)) == "not-found");
    CHECK(problem_of(f.json(verb::post, at, request_of(f, third, code))) == "not-found");
    CHECK(problem_of(f.json(verb::put, at, {{"number", 3}})) == "unauthorised");
    CHECK(problem_of(f.json(verb::put, at, {{"number", 3}}, f.reviewer_bearer(f.first))) == "forbidden");
    for (const int bad : {-1, 0, 65'536})
        CHECK(problem_of(f.json(verb::put, at, {{"number", bad}}, admin)) == "bad-request");
    CHECK(problem_of(f.json(verb::put, at, {{"number", 1}}, admin)) == "taken"); // somebody has this number
    CHECK(f.json(verb::put, at, {{"number", 3}}, admin).status == 201);
    CHECK(problem_of(f.json(verb::put, at, {{"number", 4}}, admin)) == "taken");
    CHECK(object_of(f.get(at)).at("number").as_int64() == 3);

    auto request = request_of(f, third, code);
    auto wrong = request;
    wrong["number"] = 4;
    CHECK(problem_of(f.json(verb::post, at, wrong)) == "bad-request");
    wrong = request;
    wrong.erase("mac");
    CHECK(problem_of(f.json(verb::post, at, wrong)) == "bad-request");
    wrong = request;
    wrong["identity"] = crypto::to_base64(f.first.identity.public_key.view()); // did not sign the prekeys
    CHECK(problem_of(f.json(verb::post, at, wrong)) == "bad-request");
    request["extra"] = "dropped";
    CHECK(f.json(verb::post, at, request).status == 201);
    CHECK(problem_of(f.json(verb::post, at, request_of(f, reviewer_keys{3}, code))) == "taken");
    CHECK(problem_of(f.get(at)) == "not-found");

    request.erase("extra");
    const auto listed = object_of(f.get("/enrolments", admin)).at("enrolments").as_array();
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].at("id").as_string() == hex(code.id));
    CHECK(listed[0].at("number").as_int64() == 3);
    CHECK(listed[0].at("state").as_string() == "submitted");
    CHECK(listed[0].at("request") == crypto::json::value(request));
    CHECK(problem_of(f.get("/enrolments", f.reviewer_bearer(f.first))) == "forbidden");

    CHECK(problem_of(f.send({verb::remove, at})) == "unauthorised");
    CHECK(f.send({.method = verb::remove, .path = at, .bearer = admin}).status == 204);
    const auto dead = object_of(f.get("/enrolments", admin)).at("enrolments").as_array();
    REQUIRE(dead.size() == 1);
    CHECK(dead[0].at("state").as_string() == "killed");
    CHECK(dead[0].at("request").is_null());
    CHECK(problem_of(f.json(verb::post, at, request)) == "not-found");
    CHECK(problem_of(f.get("/enrolments/" + std::string(15, '0'))) == "not-found");
}

TEST_CASE("prekeys are replaced as a whole, each signed by who puts them") {
    channel_fixture f;
    const auto bearer = f.reviewer_bearer(f.first);
    const auto admin = f.admin_bearer();
    const auto keys = f.first.keys.publish(f.first.identity, f.log->org(), 1, 2, 64).value();
    const auto put = [&](const std::vector<crypto::prekey>& list) {
        return f.json(verb::put, "/prekeys", {{"prekeys", prekeys_json(list)}}, bearer);
    };
    const auto listed = [&] { return object_of(f.get("/prekeys", admin)).at("prekeys").as_array(); };
    CHECK(put(keys).status == 204);
    auto list = listed();
    REQUIRE(list.size() == 64);
    CHECK(list[0].at("number").as_int64() == 1);
    CHECK(crypto::prekey_from_json(list[0].as_object()).value().key == keys[0].key);
    CHECK(put({keys[3]}).status == 204);
    CHECK(listed().size() == 1);

    CHECK(problem_of(put({keys[1], keys[1]})) == "bad-request");
    CHECK(problem_of(put(f.second.keys.publish(f.second.identity, f.log->org(), 2, 2).value())) ==
          "bad-request");
    auto altered = keys[1];
    altered.epoch = 40;
    CHECK(problem_of(put({altered})) == "bad-request");
    CHECK(problem_of(put(f.first.keys.publish(f.first.identity, f.log->org(), 1, 2, 65).value())) ==
          "bad-request");
    CHECK(problem_of(f.json(verb::put, "/prekeys", {{"prekeys", "x"}}, bearer)) == "bad-request");
    CHECK(problem_of(f.json(verb::put, "/prekeys", {{"prekeys", crypto::json::array{}}}, admin)) ==
          "forbidden");
    CHECK(problem_of(f.get("/prekeys", bearer)) == "forbidden");
    CHECK(listed().size() == 1);
}

TEST_CASE("only a recipient of a retired epoch can say that it is drained") {
    channel_fixture f;
    const auto bearer = f.reviewer_bearer(f.first);
    const auto mark = [&](std::uint32_t epoch, const crypto::signature& s) {
        return f.json(verb::post, "/drained", {{"epoch", epoch}, {"signature", crypto::to_base64(s.view())}},
                      bearer);
    };
    const auto good = crypto::sign_drained(f.first.identity.secret_key, f.log->org(), 1, 1);
    CHECK(problem_of(mark(1, good)) == "bad-request"); // not retired
    const auto next = f.log->size();
    const auto retire =
        f.make_statement(crypto::statement_type::retire, to_json(crypto::retire_entry{1, f.now, ""}));
    REQUIRE(f.post_statements(next, {retire}).status == 201);
    CHECK(problem_of(mark(2, good)) == "bad-request");
    CHECK(problem_of(mark(1, crypto::sign_drained(f.second.identity.secret_key, f.log->org(), 2, 1))) ==
          "bad-request");
    CHECK(mark(1, good).status == 204);
    CHECK(mark(1, good).status == 204);
    CHECK(problem_of(f.json(verb::post, "/drained", {{"epoch", 1}}, bearer)) == "bad-request");
    CHECK(problem_of(f.json(verb::post, "/drained", {{"epoch", 1}})) == "unauthorised");
}
