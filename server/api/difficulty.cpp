#include "server/api/difficulty.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace changgu::api {

namespace {

constexpr unsigned of_a_source = 2; // bits that nobody but a busy source is asked for
constexpr double first_part = 0.25; // of the queue, that asks for nothing

/// One for a level of 1, and one more each time it doubles.
unsigned doublings(double level) noexcept {
    return level < 1 ? 0U : 1U + static_cast<unsigned>(std::min(std::log2(level), 30.0));
}

} // namespace

void meter::add(double weight, std::uint64_t now) noexcept {
    level_ = std::min(level(now) + weight, most);
    at_ = now;
}

double meter::level(std::uint64_t now) const noexcept {
    const auto since = now > at_ ? now - at_ : at_ - now; // a clock that is set back must not stop it
    return level_ * std::exp2(-static_cast<double>(since) / half_life);
}

double meter::weight_at(double per_minute) noexcept {
    return 60 * std::numbers::ln2 / (per_minute * half_life);
}

unsigned common_bits(const load& l, unsigned most) noexcept {
    const unsigned cap = most > of_a_source ? most - of_a_source : 1;
    unsigned bits = doublings(l.rate);
    if (l.queue > first_part) bits = std::max(bits, 1 + static_cast<unsigned>(l.queue * 4));
    if (l.reserve > 0) bits = std::max(bits, 1 + static_cast<unsigned>(std::min(l.reserve, 1.0) * (cap - 1)));
    return std::min(bits, cap);
}

unsigned bits_for(const load& l, unsigned most) noexcept {
    const unsigned common = common_bits(l, most);
    return common == 0 ? 0 : std::min(common + doublings(l.source), std::max(most, 1U));
}

} // namespace changgu::api
