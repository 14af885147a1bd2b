#include "server/api/clock_guard.hpp"

#include <algorithm>

namespace changgu::api {
namespace {

constexpr std::int64_t day = 86'400;

/// Seconds by which the wall clock has gained on the other one.
std::int64_t gained(const clock_guard::reading& from, const clock_guard::reading& to) noexcept {
    return static_cast<std::int64_t>(to.wall - from.wall) -
           static_cast<std::int64_t>(to.steady - from.steady);
}
bool jumped(const clock_guard::reading& from, const clock_guard::reading& to) noexcept {
    const auto g = gained(from, to);
    constexpr auto most = static_cast<std::int64_t>(clock_guard::week);
    return g > most || g < -most;
}

} // namespace

bool clock_guard::look(reading now, bool in_force) noexcept {
    now_ = now;
    if (!jumped(base_, now)) {
        doubted_.reset();
        return false;
    }
    const bool anew = !doubted_ || jumped(*doubted_, now);
    if (anew) doubted_ = now;
    if (in_force && now.steady - doubted_->steady >= week) {
        base_ = *doubted_;
        doubted_.reset();
    }
    return anew;
}

std::uint64_t clock_guard::believed() const noexcept {
    return trusted() ? now_.wall : base_.wall + (now_.steady - base_.steady);
}
std::uint64_t clock_guard::earliest() const noexcept {
    return std::min(now_.wall, believed());
}
std::int64_t clock_guard::days_ahead() const noexcept {
    return static_cast<std::int64_t>(now_.wall - believed()) / day;
}

} // namespace changgu::api
