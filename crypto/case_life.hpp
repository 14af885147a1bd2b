// How long a case is kept: what its events say of that, and the policy's months. Every client folds it alike;
// docs/protocol.md, section 8.4.
#pragma once

#include "crypto/policy.hpp"

namespace changgu::crypto {

/// Somebody's reason why a case must not be destroyed.
struct case_hold {
    std::uint32_t by = 0; ///< the reviewer who signed it
    std::uint64_t at = 0; ///< seconds since 1970
    std::string reason;
};

enum class case_stage : std::uint8_t {
    open,
    held, ///< whatever its status: nobody destroys it
    kept, ///< closed, and not due yet
    due,  ///< to be destroyed
    begun ///< its destruction has, and cannot be undone: to be finished
};
std::string_view name(case_stage s) noexcept;

struct case_life {
    bool closed = false;
    std::optional<std::uint64_t> closed_since; ///< none: open, or closed by an event that does not say when
    std::optional<std::uint64_t> last_message; ///< when the newest message was taken into the case
    std::vector<case_hold> holds;              ///< since the last `unhold`
    bool destroying = false;                   ///< a `destroy` that counts was read
    bool has_gaps = false;                     ///< an event was purged

    /// Takes in the next event, which is well formed.
    void take(const json::object& event, std::uint32_t by);
    /// The next event was purged.
    void miss() noexcept { has_gaps = true; }
    /// Its destruction cannot be undone.
    [[nodiscard]] bool begun() const noexcept { return destroying || (has_gaps && holds.empty()); }

    /// Seconds since 1970; none while it is open, or when that cannot be told.
    [[nodiscard]] std::optional<std::uint64_t> due(const policy& rules, std::string_view category) const;
    [[nodiscard]] case_stage stage(const policy& rules, std::string_view category, std::uint64_t now) const;
};

} // namespace changgu::crypto
