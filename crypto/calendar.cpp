#include "crypto/calendar.hpp"

#include <chrono>

namespace changgu::crypto {
namespace {

namespace chrono = std::chrono;

constexpr std::uint64_t day = 86'400;
constexpr std::uint64_t end_of_time = 253'402'300'800; // the year 10000

chrono::year_month_day date_of(std::uint64_t at) noexcept {
    return chrono::year_month_day{chrono::sys_days(chrono::days(at / day))};
}

} // namespace

std::uint32_t month_of(std::uint64_t at) noexcept {
    const auto date = date_of(at);
    return static_cast<std::uint32_t>(static_cast<int>(date.year())) * 12 +
           static_cast<unsigned>(date.month()) - 1;
}

std::optional<std::uint64_t> months_after(std::uint64_t at, std::uint32_t months) noexcept {
    if (at >= end_of_time) return std::nullopt;
    const auto from = date_of(at);
    const auto month = from.year() / from.month() + chrono::months(months);
    auto date = month / from.day();
    if (!date.ok()) date = chrono::year_month_day(month / chrono::last);
    const auto days = chrono::sys_days(date).time_since_epoch().count();
    const std::uint64_t then = static_cast<std::uint64_t>(days) * day + at % day;
    return then < end_of_time ? std::optional(then) : std::nullopt;
}

} // namespace changgu::crypto
