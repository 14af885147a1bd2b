#include "crypto/reviewer_keyring.hpp"

#include "tests/crypto/log_writer.hpp"
#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

namespace changgu::test {
namespace {

thread_id thread_named(std::string_view name) {
    return blake2b<thread_id>({as_bytes(name)});
}

reviewer_keyring a_keyring(std::uint32_t index = 7) {
    reviewer_keyring k;
    k.org = org_id::from(seed_of("org").view()).value();
    k.origin = "https://report.hanbit.example";
    k.number = 3;
    k.identity_seed = seed_of("identity 3");
    k.keys = ratchet(1, seed_of("ratchet"));
    k.keys.advance_to(index).value();
    return k;
}

} // namespace

TEST_CASE("a reviewer's keyring survives being written and read") {
    reviewer_keyring k = a_keyring();
    CHECK_FALSE(reviewer_keyring::from_json_text(k.to_json_text().text()).value().log.has_value());
    k.draining = {{5, 10}, {6, 12}};
    k.log = log_position{9, hash256::from(seed_of("head").view()).value()};
    k.access = access_position{40, hash256::from(seed_of("access").view()).value()};
    k.after_batch = 12;
    for (const std::string_view name : {"a", "b", "c"})
        k.cases.emplace(thread_named(name), case_key::from(seed_of(name).view()).value());

    const auto back = reviewer_keyring::from_json_text(k.to_json_text().text());
    REQUIRE(back.has_value());
    CHECK(back->org == k.org);
    CHECK(back->origin == k.origin);
    CHECK(back->number == 3);
    CHECK(back->identity().public_key == identity_of(3).public_key);
    CHECK(back->keys.index() == 7);
    CHECK(back->keys.current_seed() == k.keys.current_seed());
    REQUIRE(back->draining.size() == 2);
    CHECK(back->draining[1].epoch == 6);
    CHECK(back->draining[1].seen_at_batch == 12);
    CHECK(back->log == k.log);
    CHECK(back->access == k.access);
    CHECK(back->after_batch == 12);
    REQUIRE(back->cases.size() == 3);
    CHECK(back->cases.at(thread_named("b")) == k.cases.at(thread_named("b")));
}

TEST_CASE("merging takes the later of each and the union of case keys, from either side") {
    for (const bool swapped : {false, true}) {
        reviewer_keyring old = a_keyring(7);
        old.cases.emplace(thread_named("both"), case_key::from(seed_of("both").view()).value());
        old.cases.emplace(thread_named("old"), case_key::from(seed_of("old").view()).value());
        old.after_batch = 20;
        old.draining = {{6, 1}};
        reviewer_keyring recent = a_keyring(9);
        recent.cases.emplace(thread_named("both"), case_key::from(seed_of("both").view()).value());
        recent.cases.emplace(thread_named("new"), case_key::from(seed_of("new").view()).value());
        recent.after_batch = 15;
        recent.kept_month = 24'300;
        recent.draining = {{8, 2}};
        recent.log = log_position{4, {}};

        reviewer_keyring& into = swapped ? recent : old;
        REQUIRE(into.merge(std::move(swapped ? old : recent)).has_value());
        CHECK(into.keys.index() == 9);
        CHECK(outcome(into.keys.intake(8)) == "key_forgotten");
        REQUIRE(into.draining.size() == 1);
        CHECK(into.draining[0].epoch == 8);
        CHECK(into.log->seq == 4);
        CHECK(into.after_batch == 20);
        CHECK(into.kept_month == 24'300);
        CHECK(into.cases.size() == 3);
    }
}

TEST_CASE("another's keyring is not merged") {
    reviewer_keyring mine = a_keyring();
    const auto refused = [&](auto change) {
        reviewer_keyring other = a_keyring(9);
        change(other);
        CHECK(outcome(mine.merge(std::move(other))) == "bad_field");
        CHECK(mine.keys.index() == 7);
    };
    refused([](reviewer_keyring& k) { k.org = {}; });
    refused([](reviewer_keyring& k) { k.number = 4; });
    refused([](reviewer_keyring& k) { k.identity_seed = seed_of("identity 4"); });
}

TEST_CASE("a keyring that lacks anything, or is an admin's, is refused") {
    const json::object good = parse_json(a_keyring().to_json_text().text()).value();
    for (const auto& member : good) {
        json::object without = good;
        without.erase(member.key());
        CHECK_MESSAGE(outcome(reviewer_keyring::from_json_text(json::serialize(without))) == "bad_field",
                      std::string(member.key()));
    }
    const auto with = [&](json::string_view member, json::value value) {
        json::object changed = good;
        changed[member] = std::move(value);
        return outcome(reviewer_keyring::from_json_text(json::serialize(changed)));
    };
    CHECK(with("kind", "root") == "bad_field");
    CHECK(with("number", 65'536) == "bad_field");
    CHECK(with("identity", "AAAA") == "bad_field");
    CHECK(with("draining", json::array{1}) == "bad_field");
    CHECK(with("cases", json::object{{"AAAA", "AAAA"}}) == "bad_field");
    CHECK(with("log", json::object{}) == "bad_field");
    CHECK(with("kept_month", 24'300) == "ok");
    CHECK(with("kept_month", "May") == "bad_field");
    CHECK(with("later", "version") == "ok");
    CHECK(outcome(reviewer_keyring::from_json_text("")) == "bad_json");
}

} // namespace changgu::test
