#include "tests/vectors/vectors.hpp"

namespace changgu::test {

TEST_CASE("vectors: JSON") {
    for_each_case("json", [](const json::object& c, const std::string& expect, const json::object&) {
        CHECK(outcome(parse_json(as_text(raw(c, "json")))) == expect);
    });
}

} // namespace changgu::test
