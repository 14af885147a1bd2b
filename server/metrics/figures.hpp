// What may be said about a running server to whoever watches it. As with the log, what is not in this type
// cannot get out. Nothing here counts requests, connections, reports or replies. What follows from stored
// data is taken at a release alone, when whatever waited has been mixed with chaff, and is told in steps of a
// twentieth whose place is secret and drawn anew by each process; the rest is public in the key log, or not
// about reporters.
#pragma once

#include "server/sandbox/sandbox.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace changgu::metrics {

struct figures {
    std::uint64_t uptime_days = 0;
    bool storage_good = true;             ///< no write has failed
    std::optional<unsigned> storage_used; ///< per cent of the budget, in fives; after the first release
    std::optional<unsigned> disk_used;    ///< per cent of the file system, likewise
    unsigned release_late_hours = 0;      ///< at least so many: 0, 1, 6, 24, 168
    bool epoch_valid = false;             ///< reports can be sealed
    std::int64_t epoch_days = 0;          ///< until the last epoch that is signed ends
    unsigned epochs_ahead = 0;            ///< signed, and not begun
    unsigned reviewers = 0;               ///< not revoked
    unsigned prekeys_left = 0;            ///< of whom has fewest, at least so many: 0, 1, 6, 12
    bool clock_trusted = true;            ///< as api::clock_guard has it
    bool tls = false;                     ///< there is a certificate in the configuration
    std::optional<std::int64_t> certificate_days; ///< nothing when it cannot be read
    sandbox::state sandbox;
};

/// `value` in per cent of `whole`, rounded down to a multiple of five after `shift` (anything) was added
/// within one step.
unsigned in_fives(std::uint64_t value, std::uint64_t whole, std::uint64_t shift) noexcept;
/// Rounded down to 0, 1, 6, 24 or 168.
unsigned in_bands_of_hours(std::uint64_t seconds) noexcept;
/// Rounded down to 0, 1, 6 or 12.
unsigned in_bands_of_prekeys(std::uint64_t count) noexcept;

/// Prometheus' text format 0.0.4.
std::string to_prometheus(const figures& f);

/// {"status":"ok"|"degraded", "storage":…, "release":…, "epoch":…, "certificate":…, "clock":…}
struct health {
    bool good = false;
    std::string json;
};
health to_health(const figures& f);

} // namespace changgu::metrics
