// The key log: an append-only chain of statements that starts at `org`, and the state it leads to. Whatever a
// client believes about keys comes from here and nowhere else; the server runs the same code before it
// appends.
//
// Rules, beyond each statement's own shape:
//   genesis    first, once; signed by every root it names and by recovery
//   roots      signed by the old threshold or by the old recovery key, and by every key that is new
//   the rest   signed by the threshold of the roots in force
//   reviewer   a number and an identity belong together for ever; a revoked number never returns
//   epoch      number = last + 1; at most 38 days; every recipient known, not revoked, and its key signed by
//   its identity revoke     every epoch so far that names the reviewer is unusable from here on retire     an
//   epoch that exists; again only to add a reason to purge
#pragma once

#include "crypto/message.hpp"
#include "crypto/statement.hpp"

#include <map>

namespace changgu::crypto {

inline constexpr std::uint64_t clock_tolerance = 86'400;       ///< seconds a client's clock may be wrong
inline constexpr std::uint64_t max_epoch_length = 38 * 86'400; ///< seconds

struct reviewer {
    reviewer_entry entry;
    bool revoked = false;
};

struct epoch {
    epoch_entry entry;
    hash256 statement; ///< SHA-256 of its statement's text: the context of its envelopes
    bool retired = false;
    std::uint64_t retired_at = 0;
    bool purge_forced = false;
    bool names_revoked = false;

    [[nodiscard]] bool usable() const noexcept { return !retired && !names_revoked; }
    /// The reviewer's slot, if the epoch names them.
    [[nodiscard]] std::optional<std::size_t> slot_of(std::uint32_t number) const noexcept;
};

class key_log {
  public:
    /// Verifies a whole log. `expected` is what the poster says.
    /// Errors: wrong_org, broken_chain, not_enough_signatures, bad_signature, bad_transition,
    /// revoked_reviewer, unknown_reviewer, unknown_epoch, and those of parsing.
    static result<key_log> verify(const org_id& expected, std::span<const std::string> notes);
    /// The log that a genesis note starts. For whoever has just written it, and for reading `org` from a
    /// note.
    static result<key_log> start(std::string_view genesis_note);
    /// Adds the next statement or leaves the log as it was. Errors: as above.
    result<void> append(std::string_view whole_note);

    [[nodiscard]] const org_id& org() const noexcept { return org_; }
    [[nodiscard]] std::uint64_t size() const noexcept { return hashes_.size(); }
    [[nodiscard]] log_position head() const noexcept { return {size() - 1, hashes_.back()}; }
    /// Whether this log passes through a position that somebody else saw. Errors: log_forked (also for a
    /// later seq).
    [[nodiscard]] result<void> passes_through(const log_position& seen) const;

    [[nodiscard]] const localised& organisation() const noexcept { return name_; }
    [[nodiscard]] const root_set& roots() const noexcept { return roots_; }
    [[nodiscard]] const policy& rules() const noexcept { return policy_; }
    [[nodiscard]] const std::vector<std::string>& origins() const noexcept { return origins_; }
    [[nodiscard]] const std::map<std::uint32_t, reviewer>& reviewers() const noexcept { return reviewers_; }
    [[nodiscard]] const std::map<std::uint32_t, epoch>& epochs() const noexcept { return epochs_; }
    [[nodiscard]] const reviewer* find_reviewer(std::uint32_t number) const noexcept;
    [[nodiscard]] const reviewer* find_reviewer(const sign_public_key& identity) const noexcept;
    [[nodiscard]] const epoch* find_epoch(std::uint32_t number) const noexcept;
    [[nodiscard]] std::uint32_t last_epoch() const noexcept {
        return epochs_.empty() ? 0 : epochs_.rbegin()->first;
    }

    /// Errors: origin_not_listed.
    [[nodiscard]] result<void> check_origin(std::string_view origin) const;
    /// The epoch to seal to: the usable one with the highest number that is valid now, within the tolerance
    /// of a clock if none is valid outright. Errors: epoch_not_valid.
    [[nodiscard]] result<const epoch*> sealing_epoch(std::uint64_t now) const;
    /// Whether an envelope of this epoch may still be taken in: usable, valid (within the tolerance), and no
    /// later epoch that is valid now has been so for longer than the policy's overlap. The sealing epoch is
    /// always accepted. Errors: unknown_epoch, retired_epoch, revoked_reviewer, epoch_not_valid.
    [[nodiscard]] result<void> accepts(std::uint32_t epoch_number, std::uint64_t now) const;

    /// The text of the next statement, for root keys to sign.
    [[nodiscard]] std::string next_text(statement_type type, json::object body) const;

  private:
    key_log() = default;
    result<void> check_signatures(const note& n, const statement& s) const;
    result<void> apply(const statement& s, const hash256& hash);
    result<void> apply_reviewer(const reviewer_entry& entry);
    result<void> apply_revoke(std::uint32_t number);
    result<void> apply_epoch(epoch_entry entry, const hash256& hash);
    result<void> apply_retire(const retire_entry& entry);

    org_id org_;
    std::vector<hash256> hashes_;
    localised name_;
    root_set roots_;
    policy policy_;
    std::vector<std::string> origins_;
    std::map<std::uint32_t, reviewer> reviewers_;
    std::map<std::uint32_t, epoch> epochs_;
};

std::string genesis_text(const genesis& g);

} // namespace changgu::crypto
