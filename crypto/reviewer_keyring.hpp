// What a reviewer keeps: identity, ratchet, the secrets of epochs still draining, and the keys of cases.
#pragma once

#include "crypto/access_log.hpp"
#include "crypto/json.hpp"
#include "crypto/message.hpp"
#include "crypto/ratchet.hpp"

#include <map>

namespace changgu::crypto {

/// A retired epoch whose envelopes are still being taken into cases.
struct draining_epoch {
    std::uint32_t epoch = 0;
    std::uint32_t seen_at_batch =
        0; ///< newest batch when `retire` was first seen; complete once a later one was read
};

struct reviewer_keyring {
    org_id org;
    std::string origin;
    std::uint32_t number = 0;
    seed identity_seed;
    ratchet keys;
    std::vector<draining_epoch> draining;
    std::optional<log_position>
        log; ///< the newest position seen: a log that does not pass through it is refused
    std::optional<access_position> access; ///< likewise of the access log
    std::uint32_t after_batch = 0;         ///< inbox read up to here
    std::uint32_t kept_month = 0; ///< the last in which files were kept alive: year * 12 + (month - 1)
    std::map<thread_id, case_key> cases;

    [[nodiscard]] sign_key_pair identity() const { return sign_key_pair_from(identity_seed); }

    [[nodiscard]] secret_buffer to_json_text() const;
    /// Errors: bad_json, bad_field.
    static result<reviewer_keyring> from_json_text(std::string_view text);

    /// Takes from another copy of the same keyring: the later ratchet, positions in logs, batch and month,
    /// the union of case keys. Errors: bad_field when it is another reviewer's.
    result<void> merge(reviewer_keyring other);
};

} // namespace changgu::crypto
