#include "crypto/policy.hpp"

#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

namespace changgu::test {
namespace {

// As a reader gets it: through text.
result<policy> as_read(const json::object& o) {
    return policy_from_json(parse_json(json::serialize(o)).value());
}

} // namespace

TEST_CASE("a policy survives being written and read") {
    policy p = default_policy();
    CHECK(as_read(to_json(p)).value() == p);
    CHECK(p.has_category("corruption"));
    CHECK_FALSE(p.has_category("nonsense"));
    p.tick = 2;
    p.tick_offset = 1;
    p.fill = 4;
    p.ahead = 0;
    p.overlap = 0;
    p.drain_max = 60 * 86'400;
    p.retention_months = 1;
    p.case_keep_months = 1;
    p.categories = {{"corruption", {"부패행위", "Corruption"}, 1'200}, {"idea", {"업무개선 제안", "Idea"}}};
    p.questions.clear();
    p.departments = {{"audit", {"감사실", "Audit office"}, 12}};
    CHECK(as_read(to_json(p)).value() == p);
}

TEST_CASE("a policy that leaves the keeping of cases to the default is written as it always was") {
    const json::object o = to_json(default_policy());
    CHECK_FALSE(o.contains("case_keep_months"));
    for (const json::value& c : o.at("categories").as_array()) CHECK(c.as_object().size() == 3);
}

TEST_CASE("numbers of a policy have bounds") {
    const auto with = [](json::string_view member, json::value value) {
        json::object o = to_json(default_policy());
        o[member] = std::move(value);
        return outcome(as_read(o));
    };
    CHECK(with("suite", 0) == "bad_field");
    CHECK(with("suite", 2) == "bad_field");
    CHECK(with("tick", 0) == "bad_field");
    CHECK(with("tick", 31 * 86'400 + 1) == "bad_field");
    CHECK(with("fill", 0) == "bad_field");
    CHECK(with("fill", 1'024) == "ok");
    CHECK(with("fill", 1'025) == "bad_field");
    CHECK(with("ahead", 12) == "ok");
    CHECK(with("ahead", 13) == "bad_field");
    CHECK(with("overlap", 38 * 86'400 + 1) == "bad_field");
    CHECK(with("drain_max", 60 * 86'400 + 1) == "bad_field");
    CHECK(with("retention_months", 0) == "bad_field");
    CHECK(with("retention_months", 1'201) == "bad_field");
    CHECK(with("categories", json::array(33, json::object{{"id", "a"}, {"ko", "a"}, {"en", "a"}})) ==
          "bad_field");
    CHECK(with("questions", json::array{json::object{{"id", ""}, {"ko", "a"}, {"en", "a"}}}) == "bad_field");
    CHECK(with("questions", json::array{json::object{{"id", "a"}, {"ko", "a"}}}) == "bad_field");
    const auto departments = [&with](std::size_t count, json::value people) {
        return with(
            "departments",
            json::array(count,
                        json::object{{"id", "a"}, {"ko", "a"}, {"en", "a"}, {"people", std::move(people)}}));
    };
    CHECK(departments(128, 1'000'000) == "ok");
    CHECK(departments(129, 1) == "bad_field");
    CHECK(departments(1, 0) == "bad_field");
    CHECK(departments(1, 1'000'001) == "bad_field");
    CHECK(departments(1, nullptr) == "bad_field");
    CHECK(with("departments", nullptr) == "bad_field");
    json::object o = to_json(default_policy());
    o.erase("overlap");
    CHECK(outcome(as_read(o)) == "bad_field");
}

} // namespace changgu::test
