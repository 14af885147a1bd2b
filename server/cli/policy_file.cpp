#include "server/cli/policy_file.hpp"

#include "crypto/statement.hpp"
#include "server/cli/command.hpp"

namespace changgu::cli {

crypto::result<crypto::policy> parse_policy(std::string_view text, const crypto::policy& base) {
    auto changes = crypto::parse_json(text);
    if (!changes) return changes.error();
    crypto::json::object members = to_json(base);
    for (auto& [name, value] : *changes) members[name] = std::move(value);
    return crypto::policy_from_json(members);
}

crypto::result<crypto::policy> read_policy(const std::filesystem::path& file, const crypto::policy& base) {
    const auto text = read_file(file, crypto::max_statement_json);
    if (!text) return text.error();
    return parse_policy(crypto::as_text(*text), base);
}

} // namespace changgu::cli
