// A case as its events tell it. Events arrive numbered, each signed by a reviewer; this folds them, in order,
// into what a reader wants to see. Nothing is believed that the key log does not vouch for.
//
// An event is a JSON object with "type" and "at" (seconds since 1970, whole minutes), and by type:
//   snapshot  the message it keeps (crypto::snapshot_of); the first one of a case has "case_number" too
//   status    "status"          assign  "number" (0: nobody)      note     "text"
//   tag       "tag"             similar "case"                    due      "due" (seconds)
//   close     "reason"          reply   "address", "text", "status": written before the reply itself is
//   untag     "tag"             handover  "number": who was given the case key
//   recusal   "reason"          extension "reason": why the due date moved
//   hold      "reason"          unhold    "reason": may not be destroyed, may be again
//   destroy   the last one of a case that is being destroyed (crypto::case_life)
#pragma once

#include "crypto/case_event.hpp"
#include "crypto/case_life.hpp"
#include "crypto/key_log.hpp"

#include "server/client/errc.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace changgu::client {

struct case_event_view {
    std::uint64_t index = 0;
    std::uint32_t by = 0; ///< the reviewer who signed it
    bool by_revoked = false;
    std::uint64_t at = 0;
    std::string type; ///< also one that this version does not know
    crypto::json::object body;
};

struct case_message {
    std::uint64_t at = 0; ///< when it was taken into the case
    std::variant<crypto::report, crypto::follow_up> content;
    crypto::signature signature;

    [[nodiscard]] const std::string& text() const;
    [[nodiscard]] const std::vector<crypto::attachment>& attachments() const;
    [[nodiscard]] const std::vector<crypto::address>& addresses() const;
    [[nodiscard]] const std::vector<std::uint32_t>& excluded() const;
    [[nodiscard]] const crypto::box_public_key& reply_key() const;
};

struct case_reply {
    crypto::address at_address;
    std::uint64_t at = 0;
    std::uint32_t by = 0;
    std::string text;
    std::string status;
};

struct case_view {
    crypto::thread_id thread;
    std::string number; ///< such as C-482913; for people, never the reporter's
    std::string status = "received";
    std::uint32_t assignee = 0; ///< 0: nobody
    std::optional<std::uint64_t> due;
    std::string closing_reason;
    std::vector<std::string> tags;
    std::vector<case_message> messages;
    std::vector<case_reply>
        replies; ///< announced; one whose address was taken meanwhile is followed by another
    std::vector<case_event_view> events; ///< all of them, in order
    std::vector<std::uint64_t>
        unreadable;                    ///< events that do not open or were not signed by a reviewer: an alarm
    std::vector<std::uint64_t> purged; ///< events that were deleted
    std::uint64_t next = 0;            ///< the first free index
    crypto::case_life life;            ///< how long it is kept

    /// Takes in event `index`, already opened. Errors: bad_case, after which the event counts as unreadable.
    result<void> take(const crypto::key_log& log, std::uint64_t index, const crypto::frame& event);
    /// Takes in that event `index` was purged.
    void miss(std::uint64_t index);
    /// Nothing is left of it but its places.
    [[nodiscard]] bool destroyed() const noexcept { return next != 0 && purged.size() == next; }
    /// Nothing may be written to it any more: it is destroyed, or on the way there.
    [[nodiscard]] bool ended() const noexcept { return life.begun(); }
    /// The category of its report; empty when that cannot be read.
    [[nodiscard]] std::string_view category() const noexcept;
    [[nodiscard]] crypto::case_stage stage(const crypto::policy& rules, std::uint64_t now) const;
    [[nodiscard]] std::optional<std::uint64_t> falls_due(const crypto::policy& rules) const;
    [[nodiscard]] bool has_message(const crypto::message_id& id) const noexcept;
    [[nodiscard]] bool has_message(const crypto::signature& signature) const noexcept;
    /// Everybody that any message of the thread excluded.
    [[nodiscard]] std::vector<std::uint32_t> excluded() const;
    [[nodiscard]] bool excludes(std::uint32_t reviewer) const noexcept;
    /// Whether the first event is the report that the case is about.
    [[nodiscard]] bool begins_with_report() const noexcept;
    /// Advertised and not announced yet, lowest first.
    [[nodiscard]] std::vector<crypto::address> free_addresses() const;
};

/// The number that a new case is given: "C-" and six random digits.
std::string new_case_number();

} // namespace changgu::client
