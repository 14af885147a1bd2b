// What an employee's client does: send, come back with the receipt alone, write again, burn. Nothing is kept
// anywhere.
#pragma once

#include "server/client/channel.hpp"

#include <optional>

namespace changgu::client {

/// A file to attach, whole in memory: at most crypto::max_file_size bytes.
struct outgoing_file {
    crypto::secret_buffer content;
    std::string name;
    std::string type;
};

struct draft {
    std::string category; ///< an id of the policy; not used in a follow-up
    std::vector<crypto::answer> answers;
    std::string text;                    ///< what does not fit becomes a file "message.txt" by itself
    std::vector<std::uint32_t> excluded; ///< numbers of reviewers who must not be able to read it
    std::vector<outgoing_file> files;
};

/// Told of each chunk that has been stored.
using progress = std::function<void(std::size_t done, std::size_t of)>;

/// Sends a first report under a receipt that the caller has made: with the mark of exclusion exactly when the
/// draft excludes somebody. Lost connections are tried again with the same bytes; an epoch that closed
/// meanwhile means sealing anew. Errors: unknown_category, unknown_reviewer, everybody_excluded, too_long,
/// too_many_files, send_unconfirmed, crypto::errc::epoch_not_valid (there is no key to seal to), and those of
/// the channel.
result<void> send_report(channel& on, const crypto::receipt& receipt, const draft& what, std::uint64_t now,
                         const progress& tell = {});

struct found_reply {
    std::uint64_t index = 0; ///< of its address: what `burn` takes
    item_state state = item_state::present;
    /// Of a present reply. Errors: crypto's, when it does not open, is not what it should be, or its signer
    /// is no reviewer.
    result<crypto::reply> message = make_error_code(errc::not_found);
    std::uint32_t reviewer = 0;
    crypto::localised role; ///< as the key log has it
    bool revoked = false;   ///< the reviewer has been revoked since
    bool forked = false;    ///< its writer saw another key log: somebody is shown a false one
};

/// Every reply to this receipt that there is or was, by index. Changes no state.
result<std::vector<found_reply>> find_replies(channel& on, const crypto::reporter_keys& keys);

/// Sends a follow-up to the thread of a receipt. The exclusion list is what verified replies repeat or, where
/// none does, what the draft says again; it is returned, for the reporter to see: a reviewer may have lied in
/// a reply. Errors: exclusion_unknown (somebody was excluded once and neither says who), exclusion_too_late
/// (the draft excludes somebody who could read the thread so far), and those of send_report.
result<std::vector<std::uint32_t>> send_follow_up(channel& on, const crypto::receipt& receipt,
                                                  const crypto::reporter_keys& keys, const draft& what,
                                                  std::uint64_t now, const progress& tell = {});

/// Burns those of these that are present: four tokens at a time, filled with random ones. Gives which.
/// Whoever names a reply has seen it.
result<std::vector<std::uint64_t>> burn(channel& on, const crypto::reporter_keys& keys,
                                        std::vector<std::uint64_t> indices);

/// Shows the replies that are about to be burned; false if it could not.
using hand_over = std::function<bool(std::span<const found_reply> all, std::span<const std::uint64_t> which)>;
/// Burns every reply that can be read, once it was shown: one may have come since the last visit. Gives
/// which. Errors: not_handed_over.
result<std::vector<std::uint64_t>> burn_all(channel& on, const crypto::reporter_keys& keys,
                                            const hand_over& show);

} // namespace changgu::client
