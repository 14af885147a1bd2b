// An admin's policy file, over the policy that is in force: what is taken can be signed, read again from the
// log, and changed back.
#include "server/cli/policy_file.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace changgu;
using namespace changgu::crypto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const policy base = default_policy();
    const std::string_view text = as_text(fuzz::input(data, size));
    const auto changed = cli::parse_policy(text, base);
    if (!changed) return 0;
    REQUIRE_PROPERTY(changed->tick > 0 && changed->fill > 0);
    REQUIRE_PROPERTY(policy_from_json(to_json(*changed)).value() == *changed);
    json::object all = to_json(base);
    all["departments"] = json::array{}; // what says nothing is left out, and what is left out stays
    all["case_keep_months"] = base.case_keep_months;
    REQUIRE_PROPERTY(cli::parse_policy(json::serialize(all), *changed).value() == base);
    REQUIRE_PROPERTY(cli::parse_policy(text, *changed).value() == *changed);
    return 0;
}
