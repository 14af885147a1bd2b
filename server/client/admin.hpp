// What an admin does with root keys: every change is one or more statements, built on a copy of the log,
// verified there by the very rules that all clients apply, and posted all or none. No secret of a reviewer is
// needed or seen.
#pragma once

#include "crypto/root_keyring.hpp"
#include "server/client/channel.hpp"

namespace changgu::client {

struct rotation {
    std::uint64_t now = 0;   ///< seconds since 1970: the new epoch is valid from here
    std::uint32_t days = 35; ///< its length, 1 to 38
    std::uint32_t ahead = 0; ///< further epochs signed in advance, each beginning before the one before ends
    bool allow_missing = false; ///< leave out reviewers who have no intake key published for the epoch
};

/// A reviewer as the next epoch would see them.
struct recipient_state {
    std::uint32_t number = 0;
    std::size_t prekeys_left = 0; ///< for epochs after the last one, valid signatures only
};

class admin {
  public:
    /// `keyrings` hold the root keys that sign; those not in force are left out.
    admin(channel& on, std::vector<crypto::root_keyring>& keyrings) : channel_(on), keyrings_(keyrings) {}

    /// Fetches what the other calls need. Errors: not_enough_signatures when no keyring has a root key in
    /// force.
    result<void> sign_in();

    /// Opens the next epoch now (and `ahead` more). Returns their numbers.
    /// Errors: missing_prekeys, unknown_reviewer (there is nobody to seal to), not_enough_signatures,
    /// stale_log.
    result<std::vector<std::uint32_t>> rotate(const rotation& how);
    result<void> retire(std::uint32_t epoch, std::uint64_t now, std::string purge_reason);
    /// Replaces the policy, and the origins unless there are none. Errors: crypto::errc::bad_field,
    /// not_enough_signatures, stale_log.
    result<void> set_policy(crypto::policy rules, std::vector<std::string> origins);
    /// Replaces the roots, their threshold and the recovery key; signed by what the keyrings have of those in
    /// force, and by `added`, the keys that are new. Needs no sign_in(). Errors: not_enough_signatures
    /// (neither the threshold nor the recovery key, or a new key), crypto::errc::bad_field, stale_log.
    result<void> set_roots(const crypto::root_set& next, std::vector<crypto::note_signer> added);
    /// Registers a code at the server and keeps it in the first keyring, which the caller must save.
    /// Errors: taken (the number was given before).
    result<const crypto::invitation*> invite(std::uint32_t number);
    /// The lowest number that was never given or promised.
    [[nodiscard]] std::uint32_t free_number() const;
    /// Checks what came back with the code, then introduces the reviewer, and opens an epoch that includes
    /// them unless `how` is empty. Forgets the invitation; the caller must save the keyring. Errors:
    /// not_found (no such invitation, or no answer yet), bad_mac (the code is killed), and those of rotate.
    result<void> approve(crypto::reviewer_entry entry, const std::optional<rotation>& how);
    /// Revokes and opens an epoch without the reviewer, together; the revocation alone if nobody is left.
    result<void> revoke(std::uint32_t number, const rotation& how);

    /// Reviewers that are not revoked, by number, and how far their published keys reach.
    [[nodiscard]] std::vector<recipient_state> recipients() const;
    [[nodiscard]] const std::vector<enrolment_state>& enrolments() const noexcept { return enrolments_; }

  private:
    struct draft;
    result<void> add_epochs(draft& d, const rotation& how, std::vector<std::uint32_t>& opened) const;
    result<crypto::epoch_entry> next_epoch(const crypto::key_log& log, bool allow_missing) const;
    [[nodiscard]] const crypto::prekey* prekey_of(const crypto::key_log& log, std::uint32_t number,
                                                  std::uint32_t epoch) const;
    [[nodiscard]] std::vector<crypto::note_signer> signers() const;
    result<void> post(const draft& d);

    channel& channel_;
    std::vector<crypto::root_keyring>& keyrings_;
    std::vector<numbered_prekey> prekeys_;
    std::vector<enrolment_state> enrolments_;
};

} // namespace changgu::client
