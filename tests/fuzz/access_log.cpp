// An access log as a lying server may send it, and the position that a console remembers. The input's lines
// are its entries.
#include "crypto/access_log.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>
#include <vector>

using namespace changgu;
using namespace changgu::crypto;

namespace {

const org_id org{};

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> out;
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        out.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

/// Where a log ends, if all of its lines are entries.
std::optional<access_position> follow(std::span<const std::string_view> lines,
                                      std::optional<access_position> seen) {
    access_chain chain(org, seen);
    for (const auto line : lines)
        if (!chain.append(line)) return std::nullopt;
    if (!chain.finish()) return std::nullopt;
    return chain.at();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::start();
    bytes_view in = fuzz::input(data, size);
    const byte choice = fuzz::take_choice(in);
    if (choice % 2 == 0) {
        const auto object = parse_json(as_text(in));
        if (!object) return 0;
        if (const auto p = access_position_from_json(*object))
            REQUIRE_PROPERTY(access_position_from_json({{"access", to_json(*p)}}).value() == *p);
        return 0;
    }
    const auto lines = lines_of(as_text(in));
    const auto end = follow(lines, {});
    REQUIRE_PROPERTY(end.has_value() == std::ranges::all_of(lines, is_access_entry));
    if (!end) return 0;
    REQUIRE_PROPERTY(end->size == lines.size());
    // Whoever saw it whole notices when a line is gone, wherever it was, or another stands in its place.
    const std::size_t gone = choice / 2U % lines.size();
    auto fewer = lines;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(gone));
    REQUIRE_PROPERTY(!follow(fewer, end));
    auto other = lines;
    other[gone] = other[gone] == "another" ? "one more" : "another";
    REQUIRE_PROPERTY(!follow(other, end));
    REQUIRE_PROPERTY(follow(lines, end) == end);
    return 0;
}
