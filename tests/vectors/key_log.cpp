#include "crypto/key_log.hpp"
#include "tests/vectors/vectors.hpp"

namespace changgu::test {
namespace {

json::object written(const note_key& k) {
    return {{"name", k.name}, {"key", to_base64(k.key.view())}};
}

void check_state(const key_log& log, const json::object& state) {
    CHECK(json::value(to_json(log.head())) == state.at("head"));
    json::array roots;
    for (const note_key& k : log.roots().roots) roots.emplace_back(written(k));
    CHECK(json::value(roots) == state.at("roots"));
    CHECK(log.roots().threshold == number(state, "threshold"));
    CHECK(json::value(written(log.roots().recovery)) == state.at("recovery"));
    CHECK(json::value(json::array(log.origins().begin(), log.origins().end())) == state.at("origins"));
    CHECK(log.rules().tick == number(state, "tick"));
    const json::object rules = to_json(log.rules());
    CHECK(rules.contains("departments") == has(state, "departments"));
    if (has(state, "departments")) CHECK(rules.at("departments") == state.at("departments"));

    REQUIRE(log.reviewers().size() == list(state, "reviewers").size());
    for (const json::value& one : list(state, "reviewers")) {
        const json::object& expected = one.as_object();
        const reviewer* found = log.find_reviewer(number(expected, "number"));
        REQUIRE(found != nullptr);
        CHECK(found->entry.identity == value<sign_public_key>(expected, "identity"));
        CHECK(found->revoked == expected.at("revoked").as_bool());
        CHECK(log.find_reviewer(found->entry.identity) == found);
    }
    REQUIRE(log.epochs().size() == list(state, "epochs").size());
    for (const json::value& one : list(state, "epochs")) {
        const json::object& expected = one.as_object();
        const epoch* found = log.find_epoch(number(expected, "epoch"));
        REQUIRE(found != nullptr);
        CHECK(found->statement == value<hash256>(expected, "statement"));
        json::array recipients;
        for (const epoch_recipient& r : found->entry.recipients) recipients.emplace_back(r.number);
        CHECK(json::value(recipients) == expected.at("recipients"));
        CHECK(found->retired == expected.at("retired").as_bool());
        CHECK(found->purge_forced == expected.at("purge_forced").as_bool());
        CHECK(found->usable() == expected.at("usable").as_bool());
    }
}

void check_query(const key_log& log, const json::object& q) {
    CAPTURE(json::serialize(q));
    const std::string_view what = text(q, "query");
    if (what == "accepts") {
        CHECK(outcome(log.accepts(number(q, "epoch"), number<std::uint64_t>(q, "now"))) == text(q, "expect"));
    } else if (what == "sealing_epoch") {
        const auto sealing = log.sealing_epoch(number<std::uint64_t>(q, "now"));
        CHECK(outcome(sealing) == text(q, "expect"));
        if (sealing) CHECK((*sealing)->entry.epoch == number(q, "epoch"));
    } else if (what == "origin") {
        CHECK(outcome(log.check_origin(text(q, "origin"))) == text(q, "expect"));
    } else if (what == "passes_through") {
        const log_position seen{number<std::uint64_t>(q, "seq"), value<hash256>(q, "hash")};
        CHECK(outcome(log.passes_through(seen)) == text(q, "expect"));
    } else {
        FAIL("unknown query");
    }
}

} // namespace

TEST_CASE("vectors: key logs") {
    for_each_case("key_log", [](const json::object& c, const std::string& expect, const json::object&) {
        std::vector<std::string> notes;
        for (const json::value& note : list(c, "notes")) notes.emplace_back(note.as_string());
        const auto log = key_log::verify(value<org_id>(c, "org"), notes);
        CHECK(outcome(log) == expect);
        if (!log) return;
        check_state(*log, c.at("state").as_object());
        for (const json::value& q : list(c, "queries")) check_query(*log, q.as_object());
    });
}

} // namespace changgu::test
