// Months of the calendar, in UTC. Times are seconds since 1970.
#pragma once

#include <cstdint>
#include <optional>

namespace changgu::crypto {

/// year * 12 + (month - 1), as in 2025 * 12 + 0 for January 2025; of a time before the year 10000.
std::uint32_t month_of(std::uint64_t at) noexcept;
/// The same time of day so many months later; on the month's last day if it is shorter. None when either is
/// not before the year 10000.
std::optional<std::uint64_t> months_after(std::uint64_t at, std::uint32_t months) noexcept;

} // namespace changgu::crypto
