#include "crypto/access_log.hpp"
#include "tests/vectors/vectors.hpp"

namespace changgu::test {
namespace {

std::optional<access_position> position(const json::object& c, std::string_view member) {
    if (!has(c, member)) return std::nullopt;
    return access_position_from_json({{"access", c.at(json::string_view(member.data(), member.size()))}})
        .value();
}

result<access_position> follow(const json::object& c) {
    access_chain chain(value<org_id>(c, "org"), position(c, "seen"));
    for (const json::value& e : list(c, "entries"))
        if (auto ok = chain.append(std::string_view(e.as_string())); !ok) return ok.error();
    if (auto ok = chain.finish(); !ok) return ok.error();
    return chain.at();
}

} // namespace

TEST_CASE("vectors: access log") {
    for_each_case("access_log", [](const json::object& c, const std::string& expect, const json::object&) {
        const auto end = follow(c);
        CHECK(outcome(end) == expect);
        if (end) CHECK(*end == position(c, "end").value());
    });
}

} // namespace changgu::test
