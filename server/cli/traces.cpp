#include "server/cli/traces.hpp"

#include <algorithm>
#include <array>
#include <fstream>

namespace changgu::cli {
namespace {

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

// Whether `bytes` begins with `pattern`, in which 9 stands for any digit.
bool begins_like(std::string_view bytes, std::string_view pattern) noexcept {
    return bytes.size() >= pattern.size() &&
           std::equal(pattern.begin(), pattern.end(), bytes.begin(),
                      [](char p, char b) { return p == '9' ? is_digit(b) : p == b; });
}

// One to three digits, three times with a dot behind, and once more.
bool begins_with_ipv4(std::string_view bytes) noexcept {
    std::size_t at = 0;
    for (int part = 0; part < 4; ++part) {
        std::size_t digits = 0;
        while (at + digits < bytes.size() && digits < 3 && is_digit(bytes[at + digits])) ++digits;
        if (digits == 0) return false;
        at += digits;
        if (part == 3) return true;
        if (at >= bytes.size() || bytes[at] != '.') return false;
        ++at;
    }
    return false;
}

constexpr std::array<std::string_view, 5> agents{"User-Agent", "user-agent", "Mozilla/", "AppleWebKit",
                                                 "curl/"};
constexpr std::array<std::string_view, 3> times{"9999-99-99T99:99", "9999-99-99 99:99", " 9999 99:99:99"};

bool is_allowed(std::string_view bytes, std::size_t at, const std::vector<std::string>& allowed) {
    return std::ranges::any_of(allowed, [&](const std::string& text) {
        const std::size_t start = at < text.size() ? 0 : at - text.size();
        const auto found = bytes.substr(start, text.size() * 2).find(text);
        return found != std::string_view::npos && start + found <= at && at < start + found + text.size();
    });
}

} // namespace

bool has_trace(std::string_view bytes, const std::vector<std::string>& allowed) {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        const std::string_view rest = bytes.substr(at);
        const bool number_starts = is_digit(rest.front()) && (at == 0 || !is_digit(bytes[at - 1]));
        const bool found =
            (number_starts && begins_with_ipv4(rest)) ||
            std::ranges::any_of(agents, [&](std::string_view a) { return rest.starts_with(a); }) ||
            std::ranges::any_of(times, [&](std::string_view t) { return begins_like(rest, t); });
        if (found && !is_allowed(bytes, at, allowed)) return true;
    }
    return false;
}

std::optional<std::filesystem::path> find_trace(const std::filesystem::path& directory,
                                                const std::vector<std::string>& allowed) {
    constexpr std::size_t window = std::size_t{1} << 20U;
    constexpr std::size_t overlap = 512; // longer than any pattern or origin
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
        if (!entry.is_regular_file()) continue;
        std::ifstream in(entry.path(), std::ios::binary);
        std::string bytes;
        while (in) {
            bytes.erase(0, bytes.size() - std::min(bytes.size(), overlap));
            const std::size_t kept = bytes.size();
            bytes.resize(kept + window);
            in.read(bytes.data() + kept, static_cast<std::streamsize>(window));
            bytes.resize(kept + static_cast<std::size_t>(in.gcount()));
            if (has_trace(bytes, allowed)) return entry.path();
        }
    }
    return std::nullopt;
}

} // namespace changgu::cli
