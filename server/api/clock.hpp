// What time it is, three times over: as the machine's clock has it, which whoever sets it decides; evenly,
// for what is in memory for a while (a session, a nonce, a load) and must not end or stick because the clock
// was set; and as upkeep believes it (clock_guard.hpp), for what is taken in and kept. Seconds since 1970,
// UTC. Any thread may call.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>

namespace changgu::api {

/// Seconds.
using clock_function = std::function<std::uint64_t()>;

class clock {
  public:
    /// `steady`: since any moment, without a jump; empty: the clock makes none.
    clock(clock_function wall, const clock_function& steady)
        : wall_(std::move(wall)), steady_(steady ? steady : wall_), start_(ahead_of_steady(wall_())),
          believed_(start_) {}

    [[nodiscard]] std::uint64_t wall() const { return wall_(); }
    /// Without a jump, since any moment.
    [[nodiscard]] std::uint64_t steady() const { return steady_(); }
    /// The clock as it was at the start, and going on evenly.
    [[nodiscard]] std::uint64_t even() const { return steady_() + start_; }
    /// What it would be without a jump; the clock itself while that is trusted, jumps that nobody has looked
    /// at left out.
    [[nodiscard]] std::uint64_t believed() const { return steady_() + believed_; }
    /// The date to keep from: never earlier than either.
    [[nodiscard]] std::uint64_t latest() const { return std::max(wall(), believed()); }

    void believe(std::uint64_t date) { believed_ = ahead_of_steady(date); }

  private:
    // As unsigned numbers: what is less than nothing goes round, and back.
    [[nodiscard]] std::uint64_t ahead_of_steady(std::uint64_t date) const { return date - steady_(); }

    const clock_function wall_;
    const clock_function steady_;
    const std::uint64_t start_;
    std::atomic<std::uint64_t> believed_;
};

} // namespace changgu::api
