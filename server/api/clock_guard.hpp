// Whether the clock can be believed. What is deleted by age is gone, so a clock that jumps is not followed at
// once: until it is believed again, deleting goes by the date that it would be without the jump.
//
// It is held against two others: the seconds that the system has run, which no setting of the clock changes,
// and at the start the day of the last release, which is on the disk. More than a week between them is a
// doubt, and the doubt ends when the clock comes back; or when it has gone on evenly for a week and an epoch
// is in force by it, which somebody with a root key must have signed for that time.
#pragma once

#include <cstdint>
#include <optional>

namespace changgu::api {

class clock_guard {
  public:
    static constexpr std::uint64_t week = 7 * 86'400; ///< seconds

    /// What two clocks say, in seconds: since 1970, and since any moment without a jump.
    struct reading {
        std::uint64_t wall = 0;
        std::uint64_t steady = 0;
    };

    /// `known`: a time in seconds since 1970 that has been; nothing: the clock is believed as it is.
    clock_guard(reading now, std::optional<std::uint64_t> known)
        : base_{known.value_or(now.wall), now.steady}, now_(now) {}

    /// `in_force`: whether an epoch is, by the wall clock. Gives whether a doubt has just begun.
    bool look(reading now, bool in_force) noexcept;

    [[nodiscard]] bool trusted() const noexcept { return !doubted_; }
    /// Since 1970: the clock, or what it would be without the jump.
    [[nodiscard]] std::uint64_t believed() const noexcept;
    /// The date to delete by: never later than either.
    [[nodiscard]] std::uint64_t earliest() const noexcept;
    /// Whole days that the clock is ahead of what is believed.
    [[nodiscard]] std::int64_t days_ahead() const noexcept;

  private:
    reading base_;
    reading now_;
    std::optional<reading> doubted_; ///< since when it has gone on evenly
};

} // namespace changgu::api
