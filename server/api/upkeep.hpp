// What the server does by itself: the release at each tick of the policy, and after it merging, retention and
// the deletion of epochs that everybody has drained. On a thread of its own, so that it waits for the store
// without holding up a connection.
//
// No time of a release is kept anywhere, so after a restart nothing is made up for: the next instant
// releases. Releasing at start-up would tell when it was, and let whoever can restart the server shrink a
// batch.
#pragma once

#include "server/api/clock_guard.hpp"
#include "server/api/service.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

namespace changgu::api {

/// The number of the period between two ticks that `now` is in; a release is due whenever it has grown.
std::uint64_t period_of(std::uint64_t now, std::uint32_t tick, std::uint32_t offset) noexcept;

/// What a poll saw.
struct observation {
    std::uint64_t now = 0;
    std::optional<std::uint64_t>
        release_due_since; ///< of the first release that should have been and was not
    std::optional<std::uint64_t> used_after_release; ///< bytes of the database, when a release was just made
    bool clock_trusted = true;
};

struct upkeep_options {
    std::uint64_t storage_budget = 0;                  ///< bytes, for the warning; 0: none
    std::function<void(std::uint64_t now)> once_a_day; ///< further checks; may be empty
    std::function<void(const observation&)> observe;   ///< after each poll, failed ones too; may be empty
};

class upkeep {
  public:
    /// Looks at the clock, so that nothing is taken in by one that is wrong already.
    upkeep(service& shared, upkeep_options options);
    ~upkeep() { stop(); }
    upkeep(const upkeep&) = delete;
    upkeep& operator=(const upkeep&) = delete;

    void start();
    /// Finishes what it is at.
    void stop();
    /// Does what is due at `now`; the thread calls it each second. The first call only looks at the clock.
    /// True if it released.
    bool poll(std::uint64_t now);

  private:
    void loop();
    bool do_what_is_due(std::uint64_t now, observation& seen);
    void look_at_clock(std::uint64_t now, const crypto::key_log& log);
    void tell_if_storage_failed();
    std::optional<std::uint64_t> release(const crypto::key_log& log); ///< bytes used after it
    void note_refusals(std::uint64_t now, const crypto::key_log& log);
    void daily(std::uint64_t now, const crypto::key_log& log);
    void warn(std::uint64_t now, const crypto::key_log& log);
    void delete_drained(const crypto::key_log& log);
    bool is_drained(std::uint32_t number, const crypto::epoch& e, const crypto::key_log& log);

    service& shared_;
    const upkeep_options options_;
    storage::reader reader_;
    struct schedule {
        std::uint32_t tick = 0;
        std::uint32_t offset = 0;
        std::uint64_t period = 0;
    };
    std::optional<schedule> seen_;
    std::uint64_t retry_at_ = 0;
    std::optional<std::uint64_t> last_day_;
    std::optional<storage::month_number> last_month_;
    std::set<std::uint32_t> deleted_; ///< epochs of which nothing is left
    clock_guard clock_;
    std::uint64_t looked_ = 0; ///< for failed storage, in quarters of an hour since 1970
    bool told_of_storage_ = false;

    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace changgu::api
