#include "crypto/case_life.hpp"
#include "tests/vectors/vectors.hpp"

namespace changgu::test {
namespace {

case_life life_of(const json::object& c) {
    case_life life;
    for (const json::value& event : list(c, "events")) {
        if (event.is_null())
            life.miss();
        else
            life.take(event.as_object(), number(event.as_object(), "by"));
    }
    return life;
}

} // namespace

TEST_CASE("vectors: how long a case is kept") {
    for_each_case("retention", [](const json::object& c, const std::string& expect, const json::object&) {
        const auto rules = policy_from_json(c.at("policy").as_object());
        CHECK(outcome(rules) == expect);
        if (!rules) return;
        const auto category = text(c, "category");
        CHECK(rules->months_kept(category) == number(c, "months"));
        const case_life life = life_of(c);
        const auto due = life.due(*rules, category);
        REQUIRE(due.has_value() == has(c, "due"));
        if (due) CHECK(*due == number<std::uint64_t>(c, "due"));
        std::vector<std::uint32_t> holders;
        for (const case_hold& h : life.holds) holders.push_back(h.by);
        CHECK(json::value(write_numbers(holders)) == c.at("holders"));
        for (const json::value& at : list(c, "stages")) {
            const auto now = number<std::uint64_t>(at.as_object(), "now");
            CAPTURE(now);
            CHECK(name(life.stage(*rules, category, now)) == text(at.as_object(), "stage"));
        }
    });
}

} // namespace changgu::test
