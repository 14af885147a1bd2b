// How often somebody may try. In memory only, by the number of a reviewer, which is public and bounded: there
// is nothing here about reporters. Times are seconds; every function may be called from any thread.
#pragma once

#include "server/api/session_table.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

namespace changgu::api {

/// Ten failed sign-ins of one number in fifteen minutes block that number, in that scope, until they have
/// aged. Scopes are counted apart, so that guessing at a passphrase does not keep out who signs in with an
/// identity.
class failure_limit {
  public:
    static constexpr std::size_t allowed = 10;
    static constexpr std::uint64_t window = 15 * 60;

    [[nodiscard]] bool blocked(scope what, std::uint32_t number, std::uint64_t now) const;
    void failed(scope what, std::uint32_t number, std::uint64_t now);

  private:
    struct recent {
        std::array<std::uint64_t, allowed> at{}; ///< a ring; `next` is the oldest
        std::size_t next = 0;
        std::size_t count = 0;
    };
    mutable std::mutex mutex_;
    std::map<std::pair<scope, std::uint32_t>, recent> failures_;
};

/// So many puts in each minute of the clock.
class put_limit {
  public:
    explicit put_limit(std::uint32_t per_minute) : per_minute_(per_minute) {}
    /// Counts one, if it is allowed.
    bool allow(std::uint32_t number, std::uint64_t now);

  private:
    const std::uint32_t per_minute_;
    std::mutex mutex_;
    std::uint64_t minute_ = 0;
    std::map<std::uint32_t, std::uint32_t> counts_; ///< of this minute
};

} // namespace changgu::api
