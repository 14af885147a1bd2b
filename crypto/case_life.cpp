#include "crypto/case_life.hpp"

#include "crypto/calendar.hpp"
#include "crypto/message.hpp"

namespace changgu::crypto {
namespace {

std::string text_of(const json::object& event, std::string_view member, std::size_t max) {
    auto text = read_optional_string(event, member, max);
    return text ? std::move(*text) : std::string();
}

std::optional<std::uint64_t> time_of(const json::object& event) {
    auto at = read_integer_or(event, "at", 0);
    return at && *at != 0 ? std::optional(*at) : std::nullopt;
}

} // namespace

std::string_view name(case_stage s) noexcept {
    switch (s) {
    case case_stage::open: return "open";
    case case_stage::held: return "held";
    case case_stage::kept: return "kept";
    case case_stage::due: return "due";
    case case_stage::begun: return "begun";
    }
    return "unknown";
}

void case_life::take(const json::object& event, std::uint32_t by) {
    if (destroying) return;
    const auto type = text_of(event, "type", 32);
    const auto at = time_of(event);
    if (type == "status" || type == "reply" || type == "close") {
        const bool closes = type == "close" || text_of(event, "status", 32) == "closed";
        if (!closes)
            closed_since.reset();
        else if (!closed)
            closed_since = at;
        closed = closes;
    } else if (type == "snapshot") {
        last_message = std::max(last_message, at);
    } else if (type == "hold") {
        holds.push_back({by, at.value_or(0), text_of(event, "reason", max_text)});
    } else if (type == "unhold") {
        holds.clear();
    } else if (type == "destroy") {
        destroying = closed && holds.empty();
    }
}

std::optional<std::uint64_t> case_life::due(const policy& rules, std::string_view category) const {
    if (!closed || !closed_since) return std::nullopt;
    return months_after(std::max(*closed_since, last_message.value_or(0)), rules.months_kept(category));
}

case_stage case_life::stage(const policy& rules, std::string_view category, std::uint64_t now) const {
    if (begun()) return case_stage::begun;
    if (!holds.empty()) return case_stage::held;
    if (!closed) return case_stage::open;
    const auto when = due(rules, category);
    return when && *when <= now ? case_stage::due : case_stage::kept;
}

} // namespace changgu::crypto
