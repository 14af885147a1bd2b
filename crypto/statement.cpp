#include "crypto/statement.hpp"

#include "crypto/labels.hpp"

#include <charconv>

namespace changgu::crypto {
namespace {

constexpr std::array<std::string_view, 7> type_names{"genesis", "roots",  "reviewer", "revoke",
                                                     "epoch",   "retire", "policy"};

// The rest of a line that starts with `prefix`; removes the line from `text`.
result<std::string_view> take_line(std::string_view& text, std::string_view prefix) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos || !text.starts_with(prefix)) return errc::bad_statement;
    const std::string_view rest = text.substr(0, end).substr(std::min(prefix.size(), end));
    if (end < prefix.size()) return errc::bad_statement;
    text.remove_prefix(end + 1);
    return rest;
}

} // namespace

std::string_view name(statement_type type) noexcept {
    return type_names.at(static_cast<std::size_t>(type));
}

result<statement> parse_statement(std::string_view text) {
    auto first = take_line(text, label::statement);
    if (!first || !first->empty()) return errc::bad_statement;
    auto seq = take_line(text, "seq ");
    if (!seq) return seq.error();
    auto prev = take_line(text, "prev ");
    if (!prev) return prev.error();
    auto type = take_line(text, "type ");
    if (!type) return type.error();
    auto body = take_line(text, "");
    if (!body || !text.empty() || body->size() > max_statement_json) return errc::bad_statement;

    statement out;
    const auto [end, error] = std::from_chars(seq->data(), seq->data() + seq->size(), out.seq);
    if (error != std::errc{} || std::to_string(out.seq) != *seq || out.seq > json_max_integer)
        return errc::bad_statement;
    auto hash = fixed_from_base64<hash256>(*prev);
    const auto found = std::ranges::find(type_names, *type);
    if (!hash || found == type_names.end()) return errc::bad_statement;
    out.prev = *hash;
    out.type = static_cast<statement_type>(found - type_names.begin());
    auto object = parse_json(*body);
    if (!object) return object.error();
    out.body = std::move(*object);
    return out;
}

std::string statement_text(const statement& s) {
    std::string out(label::statement);
    out.append("\nseq ").append(std::to_string(s.seq));
    out.append("\nprev ").append(to_base64(s.prev.view()));
    out.append("\ntype ").append(name(s.type));
    out.append("\n").append(json::serialize(s.body)).append("\n");
    return out;
}

} // namespace changgu::crypto
