// Sign-ins that were refused, counted by scope into one entry of the access log a quarter of an hour: whoever
// fails often must not fill the disk. In memory only until then. Any thread may call.
#pragma once

#include "server/api/session_table.hpp"

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace changgu::api {

class refusals {
  public:
    static constexpr std::uint64_t period = 15 * 60; ///< seconds

    void add(scope what, std::uint64_t now);
    /// What to note of a period that has ended, once.
    std::optional<std::string> due(std::uint64_t now);

  private:
    std::mutex mutex_;
    std::uint64_t since_ = 0; ///< the period that the counts are of
    std::array<std::uint64_t, 3> counts_{};
};

} // namespace changgu::api
