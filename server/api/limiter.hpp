// How often somebody may try. In memory only, by the number of a reviewer, which is public and bounded: there
// is nothing here about reporters. Times are seconds; every function may be called from any thread.
#pragma once

#include "server/http/source.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

namespace changgu::api {

/// Guesses at the passphrase of a keyring that is kept here. Ten failed sign-ins of one number from one
/// source in fifteen minutes block that source for that number until they have aged, a hundred from all
/// sources everybody: else anybody could keep a reviewer out with ten requests. Numbers that nobody has are
/// counted alike.
class failure_limit {
  public:
    static constexpr std::size_t allowed = 10;
    static constexpr std::size_t allowed_in_all = 100;
    static constexpr std::uint64_t window = 15 * 60;

    [[nodiscard]] bool blocked(std::uint32_t number, const http::source& from, std::uint64_t now) const;
    void failed(std::uint32_t number, const http::source& from, std::uint64_t now);

  private:
    struct failure {
        http::source from;
        std::uint64_t at = 0;
    };
    mutable std::mutex mutex_;
    std::map<std::uint32_t, std::vector<failure>> failures_; ///< by number
    std::uint64_t swept_ = 0; ///< the window in which those of all numbers were looked at
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
