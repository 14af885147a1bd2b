#include "server/cli/policy_file.hpp"
#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

namespace changgu::cli {

TEST_CASE("a policy file changes what it names, and nothing else") {
    const auto base = crypto::default_policy();
    const auto changed = parse_policy(R"({"fill":7,"case_keep_months":18})", base).value();
    auto expected = base;
    expected.fill = 7;
    expected.case_keep_months = 18;
    CHECK(changed == expected);
    CHECK(parse_policy(R"({"fill":)" + std::to_string(base.fill) + R"(,"case_keep_months":)" +
                           std::to_string(base.case_keep_months) + "}",
                       changed)
              .value() == base);
    CHECK(parse_policy("{}", changed).value() == changed);
}

TEST_CASE("a policy file with a member that no policy has is refused") {
    const auto base = crypto::default_policy();
    CHECK(test::outcome(parse_policy(R"({"case_keep_month":18})", base)) == "bad_field");
    CHECK(test::outcome(parse_policy(R"({"fill":7,"Fill":8})", base)) == "bad_field");
    CHECK(test::outcome(parse_policy(R"({"fill":"7"})", base)) == "bad_field");
    CHECK(test::outcome(parse_policy("[]", base)) == "bad_json");
}

} // namespace changgu::cli
