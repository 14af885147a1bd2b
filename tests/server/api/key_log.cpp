#include "crypto/envelope.hpp"
#include "tests/server/api/fixture.hpp"

using namespace changgu;
using namespace changgu::test;
using crypto::statement_type;

namespace {
std::vector<std::string> all_notes(channel_fixture& f) {
    std::vector<std::string> notes;
    for (std::size_t size = 1; notes.size() < size;) {
        const auto page = object_of(f.get("/keylog?from=" + std::to_string(notes.size())));
        CHECK(page.at("from").as_int64() == static_cast<std::int64_t>(notes.size()));
        size = static_cast<std::size_t>(page.at("size").as_int64());
        const auto& list = page.at("statements").as_array();
        REQUIRE(!list.empty());
        CHECK(list.size() <= 64);
        for (const auto& note : list) notes.emplace_back(note.as_string());
    }
    return notes;
}
} // namespace

TEST_CASE("the channel gives hints that the log confirms") {
    channel_fixture f;
    const auto hints = object_of(f.get("/channel"));
    CHECK(hints.at("protocol").as_int64() == 1);
    CHECK(crypto::read_fixed<crypto::org_id>(hints, "org").value() == f.log->org());
    CHECK(hints.at("statements").as_int64() == 4);
    CHECK(hints.at("epoch").as_int64() == 1);
    CHECK(hints.at("tick").as_int64() == tick);
    CHECK(crypto::key_log::verify(f.log->org(), all_notes(f)).has_value());
    f.now += 100 * 86'400ULL;
    CHECK(object_of(f.get("/channel")).at("epoch").as_int64() == 0);
    CHECK(f.get("/nothing").status == 404);
    CHECK(f.binary(verb::post, "/channel", {}).status == 405);
}

TEST_CASE("the key log is read in pages") {
    channel_fixture f;
    std::vector<std::string> notes;
    const auto next = f.log->size();
    for (int i = 0; i < 64; ++i)
        notes.push_back(
            f.make_statement(statement_type::policy, to_json(crypto::policy_entry{f.log->rules(), {}})));
    REQUIRE(f.post_statements(next, notes).status == 201);
    CHECK(all_notes(f).size() == 68);
    const auto beyond = object_of(f.get("/keylog?from=1000"));
    CHECK(beyond.at("statements").as_array().empty());
    CHECK(beyond.at("size").as_int64() == 68);
    CHECK(object_of(f.get("/keylog")).at("from").as_int64() == 0);
    for (const auto* bad : {"-1", "x", "00", "9007199254740992", "99999999999999999999"})
        CHECK(problem_of(f.get(std::string("/keylog?from=") + bad)) == "bad-request");
}

TEST_CASE("statements are appended all or none, and only onto the end") {
    channel_fixture f;
    const auto next = f.log->size();
    const auto good =
        f.make_statement(statement_type::policy, to_json(crypto::policy_entry{f.log->rules(), {}}));
    auto broken = f.make_statement(statement_type::policy, to_json(crypto::policy_entry{f.log->rules(), {}}));
    const auto whole = broken;
    broken[broken.find("policy")] = 'P';

    CHECK(problem_of(f.post_statements(next, {good, broken})) == "bad-statement");
    CHECK(f.post_statements(next, {good, broken}).status == 422);
    CHECK(all_notes(f).size() == next);
    CHECK(problem_of(f.post_statements(next - 1, {good})) == "stale-log");
    CHECK(problem_of(f.post_statements(next + 1, {good})) == "stale-log");
    CHECK(problem_of(f.post_statements(next, {})) == "bad-request");

    const crypto::note_signer stranger{"root-1", crypto::random_sign_key_pair()};
    const auto forged = crypto::sign_note(crypto::parse_note(good).value().text, {&stranger, 1});
    CHECK(problem_of(f.post_statements(next, {forged})) == "bad-statement");

    const auto appended = f.post_statements(next, {good, whole});
    CHECK(appended.status == 201);
    CHECK(object_of(appended).at("size").as_int64() == static_cast<std::int64_t>(next) + 2);
    CHECK(problem_of(f.post_statements(next, {good, whole})) == "stale-log");
    CHECK(crypto::key_log::verify(f.log->org(), all_notes(f)).has_value());
}

TEST_CASE("what is not a list of statements is refused") {
    channel_fixture f;
    const auto post = [&](std::string_view text) {
        return problem_of(f.send({verb::post, "/keylog", bytes(text.begin(), text.end()), http::json_type}));
    };
    for (const auto* bad : {"", "[]", "{", "{}", R"({"next":4})", R"({"next":-4,"statements":["a"]})",
                            R"({"next":4,"statements":[1]})", R"({"next":4,"next":4,"statements":["a"]})",
                            R"({"next":4.5,"statements":["a"]})", "{\"next\":4,\"x\":\"\xff\"}"})
        CHECK(post(bad) == "bad-request");
    CHECK(post(R"({"next":4,"statements":["a"]})") == "bad-statement");
    CHECK(problem_of(f.send({verb::post, "/keylog", bytes((1U << 20U) + 1), http::json_type})) ==
          "too-large");
    CHECK(problem_of(f.binary(verb::post, "/keylog", bytes(2))) == "unsupported-media-type");
    std::string deep = R"({"next":)" + std::string(10'000, '[');
    CHECK(post(deep) == "bad-request");
}

TEST_CASE("a restart keeps everything that was acknowledged, and nothing of a session") {
    channel_fixture f;
    const auto bearer = f.reviewer_bearer(f.first);
    const auto envelope = crypto::make_chaff(1);
    const auto token = crypto::token::random();
    REQUIRE(f.binary(verb::post, "/envelopes", envelope).status == 201);
    REQUIRE(
        f.binary(verb::put, "/replies/" + hex(crypto::reply_address(token)), crypto::make_chaff(0), bearer)
            .status == 201);
    const auto next = f.log->size();
    REQUIRE(f.post_statements(next, {f.make_statement(statement_type::policy,
                                                      to_json(crypto::policy_entry{f.log->rules(), {}}))})
                .status == 201);
    f.restart();
    CHECK(object_of(f.get("/channel")).at("statements").as_int64() ==
          static_cast<std::int64_t>(f.log->size()));
    CHECK(problem_of(f.get("/inbox", bearer)) == "unauthorised");
    const auto tokens = concat({token.view(), token.view(), token.view(), token.view()});
    CHECK(f.binary(verb::post, "/replies/read", tokens).body[0] == 1);
    f.release();
    const auto inbox = f.get("/inbox", f.reviewer_bearer(f.first)).body;
    CHECK_FALSE(std::ranges::search(inbox, envelope).empty());
}

TEST_CASE("the server does not start without a key log, nor on one that does not verify") {
    const temp_dir directory;
    storage::options options;
    options.directory = directory / "data";
    storage::store store(options);
    const auto start = [&] { const api::service s(store, {{}, 1, 1, [] { return start_time; }}); };
    CHECK_THROWS_AS(start(), api::key_log_error);
}

TEST_CASE("a key log that was tampered with is not served") {
    channel_fixture f;
    f.stop();
    storage::options options;
    options.directory = f.directory / "data";
    {
        storage::store store(options);
        storage::wait<storage::edit_outcome>(
            [&](auto done) { store.append_key_log(f.log->size(), {"forged"}, std::move(done)); });
    }
    CHECK_THROWS_AS(f.restart(), api::key_log_error);
}
