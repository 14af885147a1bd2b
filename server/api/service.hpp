// What all threads share: the store, the verified key log, the sessions and the limits. The clock is given to
// it.
#pragma once

#include "crypto/key_log.hpp"
#include "server/api/clock.hpp"
#include "server/api/limiter.hpp"
#include "server/api/refusals.hpp"
#include "server/api/reply_grid.hpp"
#include "server/api/session_table.hpp"
#include "server/api/work_gate.hpp"
#include "storage/store.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace changgu::api {

struct service_options {
    std::vector<std::string> origins; ///< of the configuration; one counts if the key log lists it too
    std::size_t sessions = 256;
    std::uint32_t puts_per_minute = 3000;
    clock_function now;
    reply_grid replies = {};
    work_options work = {};
    clock_function steady = {}; ///< as api::clock takes it
};

/// There is no key log, or it does not verify; what() is a sentence for the operator.
class key_log_error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

class service {
  public:
    /// Reads the whole key log and verifies it. Throws key_log_error.
    service(storage::store& store, service_options options);
    /// Stops the store, whose callbacks know this object.
    ~service();
    service(const service&) = delete;
    service& operator=(const service&) = delete;

    [[nodiscard]] storage::store& store() const noexcept { return store_; }
    [[nodiscard]] std::uint64_t now() const { return clock.wall(); }
    [[nodiscard]] const reply_grid& replies() const noexcept { return options_.replies; }

    /// The log as it is now; it never changes under whoever holds it.
    [[nodiscard]] std::shared_ptr<const crypto::key_log> key_log() const;
    /// The origins that a sign-in may name: configured, and listed in the log.
    [[nodiscard]] std::vector<std::string_view> origins(const crypto::key_log& log) const;
    /// The epoch that reports are sealed to, by the clock, or if there is none by what is believed.
    [[nodiscard]] crypto::result<const crypto::epoch*> sealing_epoch(const crypto::key_log& log) const;
    /// Whether envelopes of that epoch are taken, by either: a clock that is wrong must not turn reports
    /// away.
    [[nodiscard]] bool accepts(const crypto::key_log& log, std::uint32_t epoch) const;

    /// Appends notes, all or none, to the log as it was when `longer` was copied from it. `longer` is that
    /// log with the notes verified and appended. It is in force before `done` is called, also when nobody
    /// waits for that any more. done; conflict when another was faster; busy, failed.
    void append(crypto::key_log longer, std::vector<std::string> notes,
                storage::callback<storage::edit_outcome> done);

    api::clock clock;
    session_table sessions;
    failure_limit failures;
    refusals refused;
    put_limit puts;
    work_gate work;

  private:
    storage::store& store_;
    const service_options options_;
    mutable std::mutex mutex_;
    std::shared_ptr<const crypto::key_log> log_;
};

/// Verifies what `reader` finds, from the genesis statement on. Throws key_log_error.
crypto::key_log load_key_log(storage::reader& reader);

} // namespace changgu::api
