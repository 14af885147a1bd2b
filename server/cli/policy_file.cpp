#include "server/cli/policy_file.hpp"

#include "crypto/statement.hpp"
#include "server/cli/command.hpp"

namespace changgu::cli {
namespace {

// Those too that a signed policy leaves out while they say nothing.
crypto::json::object all_members(const crypto::policy& p) {
    auto out = to_json(p);
    out["case_keep_months"] = p.case_keep_months;
    out.emplace("departments", crypto::json::array{});
    return out;
}

} // namespace

crypto::result<crypto::policy> parse_policy(std::string_view text, const crypto::policy& base) {
    auto changes = crypto::parse_json(text);
    if (!changes) return changes.error();
    auto members = all_members(base);
    for (auto& [name, value] : *changes) {
        const auto member = members.find(name);
        if (member == members.end()) return crypto::errc::bad_field; // misspelt, it would change nothing
        member->value() = std::move(value);
    }
    return crypto::policy_from_json(members);
}

crypto::result<crypto::policy> read_policy(const std::filesystem::path& file, const crypto::policy& base) {
    const auto text = read_file(file, crypto::max_statement_json);
    if (!text) return text.error();
    return parse_policy(crypto::as_text(*text), base);
}

} // namespace changgu::cli
