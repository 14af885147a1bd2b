// A request's header as it comes from the network: what the gate lets through has one reading only.
#include "server/http/gate.hpp"
#include "server/http/limits.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <vector>

using namespace changgu;
using namespace changgu::http;

namespace {

bool has_control(std::string_view text) {
    return std::ranges::any_of(text,
                               [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Reads lines that have passed check_lines(), as plainly as can be.
bool split(std::string_view raw, std::string_view& target, verb& method, unsigned& version,
           std::vector<field>& fields) {
    const std::string_view line = raw.substr(0, raw.find("\r\n"));
    const auto a = line.find(' ');
    const auto b = line.rfind(' ');
    if (a == std::string_view::npos || b <= a) return false;
    method = verb_from(line.substr(0, a));
    target = line.substr(a + 1, b - a - 1);
    version = line.substr(b + 1) == "HTTP/1.1" ? 11 : 10;
    for (raw.remove_prefix(line.size() + 2); raw != "\r\n";) {
        const std::string_view one = raw.substr(0, raw.find("\r\n"));
        const auto colon = one.find(':');
        fields.push_back({one.substr(0, colon), trimmed(one.substr(colon + 1))});
        raw.remove_prefix(one.size() + 2);
    }
    return true;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view raw = crypto::as_text(fuzz::input(data, size));
    if (check_lines(raw)) return 0;
    REQUIRE_PROPERTY(raw.size() <= max_header && raw.find('\0') == std::string_view::npos);

    head h;
    std::vector<field> fields;
    if (!split(raw, h.target, h.method, h.version, fields)) return 0;
    h.fields = fields;
    std::uint64_t length = 0;
    if (check_head(h, length)) return 0;
    REQUIRE_PROPERTY(h.version == 11 && h.target.front() == '/' && h.target.size() <= max_target);
    request out;
    if (read_head(h, out)) return 0;
    REQUIRE_PROPERTY(out.path.starts_with('/') && out.path.find('%') == std::string::npos);
    for (const auto& [name, value] : out.query) {
        REQUIRE_PROPERTY(!name.empty() && !has_control(name) && !has_control(value));
        REQUIRE_PROPERTY(out.query_value(name) == value);
    }
    return 0;
}
