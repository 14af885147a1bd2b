#include "server/http/gate.hpp"

#include "server/http/limits.hpp"

#include <algorithm>
#include <charconv>

namespace changgu::http {

namespace {

constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view lower_case) noexcept {
    return std::ranges::equal(a, lower_case, [](char x, char y) { return lower(x) == y; });
}

/// How often a field occurs; `value` is that of the last.
std::size_t count(const head& h, std::string_view lower_case, std::string_view& value) noexcept {
    std::size_t n = 0;
    for (const auto& f : h.fields)
        if (same_name(f.name, lower_case)) {
            ++n;
            value = f.value;
        }
    return n;
}

bool is_target_char(char c) noexcept {
    return c > ' ' && c < 0x7F && std::string_view("\"<>\\^`{|}#").find(c) == std::string_view::npos;
}

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool percent_decode(std::string_view from, std::string& to) {
    for (std::size_t i = 0; i < from.size(); ++i) {
        char c = from[i];
        if (c == '%') {
            if (i + 2 >= from.size()) return false;
            const int high = hex_digit(from[i + 1]);
            const int low = hex_digit(from[i + 2]);
            if (high < 0 || low < 0) return false;
            c = static_cast<char>(high * 16 + low);
            i += 2;
        }
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
        to += c;
    }
    return true;
}

bool read_query(std::string_view text, request& out) {
    while (!text.empty()) {
        const auto part = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), part.size() + 1));
        const auto equals = std::min(part.find('='), part.size());
        std::string name;
        std::string value;
        if (!percent_decode(part.substr(0, equals), name) || name.empty()) return false;
        if (equals < part.size() && !percent_decode(part.substr(equals + 1), value)) return false;
        if (out.query_value(name)) return false;
        out.query.emplace_back(std::move(name), std::move(value));
    }
    return true;
}

std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// "br" among the codings, and not with a weight of zero.
bool takes_brotli(std::string_view codings) noexcept {
    while (!codings.empty()) {
        const auto one = codings.substr(0, codings.find(','));
        codings.remove_prefix(std::min(codings.size(), one.size() + 1));
        const auto semicolon = std::min(one.find(';'), one.size());
        if (!same_name(trimmed(one.substr(0, semicolon)), "br")) continue;
        const auto weight = one.substr(semicolon);
        return weight.find_first_of("123456789") != std::string_view::npos || weight.empty();
    }
    return false;
}

} // namespace

std::optional<problem_kind> check_lines(std::string_view raw) noexcept {
    if (raw.size() > max_header) return problem_kind::header_too_large;
    if (!raw.ends_with("\r\n\r\n")) return problem_kind::bad_request;
    raw.remove_suffix(2);
    bool first = true;
    while (!raw.empty()) {
        const auto end = raw.find('\n');
        if (end == 0 || end == std::string_view::npos || raw[end - 1] != '\r')
            return problem_kind::bad_request;
        const auto line = raw.substr(0, end - 1);
        raw.remove_prefix(end + 1);
        if (line.empty() || line.front() == ' ' || line.front() == '\t') return problem_kind::bad_request;
        for (const char c : line)
            if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F)
                return problem_kind::bad_request;
        if (!first) {
            const auto name = line.substr(0, line.find(':'));
            if (name.empty() || name.size() == line.size()) return problem_kind::bad_request;
            if (name.find_first_of(" \t") != std::string_view::npos) return problem_kind::bad_request;
        }
        first = false;
    }
    return std::nullopt;
}

std::optional<problem_kind> check_head(const head& h, std::uint64_t& content_length) noexcept {
    content_length = 0;
    if (h.version != 11) return problem_kind::version_not_supported;
    if (h.target.empty() || h.target.front() != '/' || h.target.size() > max_target ||
        !std::ranges::all_of(h.target, is_target_char))
        return problem_kind::bad_request;
    std::string_view value;
    if (count(h, "transfer-encoding", value) != 0) return problem_kind::not_implemented;
    if (count(h, "expect", value) != 0) return problem_kind::expectation_failed;
    if (count(h, "host", value) != 1 || value.empty()) return problem_kind::bad_request;
    for (const std::string_view once : {"authorization", "content-type", "if-match", "changgu-work"})
        if (count(h, once, value) > 1) return problem_kind::bad_request;
    switch (count(h, "content-length", value)) {
    case 0:
        if (h.method == verb::post || h.method == verb::put) return problem_kind::length_required;
        return std::nullopt;
    case 1: {
        // from_chars takes a '-' for signed types only and never a '+' or a blank: digits alone remain.
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), content_length);
        if (error == std::errc::result_out_of_range) return problem_kind::too_large;
        if (error != std::errc{} || end != value.data() + value.size()) return problem_kind::bad_request;
        return std::nullopt;
    }
    default: return problem_kind::bad_request;
    }
}

std::optional<problem_kind> read_head(const head& h, request& out) {
    const auto question = std::min(h.target.find('?'), h.target.size());
    const auto path = h.target.substr(0, question);
    if (path.find('%') != std::string_view::npos) return problem_kind::bad_request;
    out.method = h.method;
    out.path = path;
    if (question < h.target.size() && !read_query(h.target.substr(question + 1), out))
        return problem_kind::bad_request;

    std::string_view value;
    if (count(h, "authorization", value) == 1 && value.size() > 7 && same_name(value.substr(0, 7), "bearer "))
        out.bearer = crypto::secret_buffer(trimmed(value.substr(7)));
    if (count(h, "if-match", value) == 1) {
        if (value == "*")
            out.if_match = "*";
        else if (value.size() > 2 && value.front() == '"' && value.back() == '"' &&
                 value.substr(1, value.size() - 2).find('"') == std::string_view::npos)
            out.if_match = value.substr(1, value.size() - 2);
        else
            return problem_kind::bad_request;
    }
    if (count(h, "content-type", value) == 1) {
        out.content_type = trimmed(value.substr(0, value.find(';')));
        std::ranges::transform(out.content_type, out.content_type.begin(), lower);
    }
    if (count(h, "changgu-work", value) == 1) out.work = value;
    for (const auto& f : h.fields) {
        if (same_name(f.name, "accept-encoding")) out.accepts_brotli |= takes_brotli(f.value);
        if (same_name(f.name, "if-none-match")) out.if_none_match.append(f.value).append(",");
    }
    return std::nullopt;
}

} // namespace changgu::http
