// Reading. A reader has read-only connections of its own, keeps its statements prepared and holds no
// transaction between calls, so that it never pins the write-ahead log and with it bytes that were meant to
// be gone. One reader a thread; calls are synchronous and throw std::runtime_error if the database cannot be
// read.
#pragma once

#include "storage/types.hpp"

#include <filesystem>
#include <memory>
#include <span>

namespace changgu::storage {

/// Where an inbox stream stands. Made by reader::open_inbox, advanced by reader::next.
struct inbox_cursor {
    std::uint64_t remaining =
        0; ///< envelopes still to come; exact from the start, so a length can be promised
    batch_number last_batch = 0;     ///< the newest batch in the stream: what to ask after next time
    std::uint64_t row = 0;           ///< internal
    std::uint64_t rearrangement = 0; ///< internal
};

class spool;

class reader {
  public:
    /// Opens the databases and the spool in `directory` for reading; a store need not be open (doctor).
    /// Throws std::runtime_error if there is none, or if its schema is not this program's.
    explicit reader(const std::filesystem::path& directory);
    reader(const reader&) = delete;
    reader& operator=(const reader&) = delete;
    reader(reader&&) noexcept;
    reader& operator=(reader&&) noexcept;
    ~reader();

    // Envelopes. Only what is released can be read.

    /// The newest batch; 0 before the first release.
    batch_number latest_batch();
    /// Whether the envelope was acknowledged and not deleted since: in the spool or released.
    bool has_envelope(const envelope_id& id);
    /// Envelopes in batches after `after`.
    std::uint64_t inbox_count(batch_number after);
    /// Begins a stream over them, ordered by batch, then id.
    inbox_cursor open_inbox(batch_number after);
    /// The next at most `limit` envelopes; empty at the end. Errors: moved when batches were merged or
    /// deleted since the stream began; nothing that was already read is wrong, but the stream must be begun
    /// again.
    result<std::vector<released_envelope>> next(inbox_cursor& cursor, std::size_t limit);

    // Items by address, in the order asked. Reading changes no state.

    std::vector<item> read(item_kind kind, std::span<const address> addresses);
    std::vector<item> read_replies(std::span<const address> addresses) {
        return read(item_kind::reply, addresses);
    }
    /// What the last release published.
    storage::reply_index reply_index();

    // Keys

    /// Notes with seq >= from, in order: at most `max_count`, and no more than fit `max_bytes` except that
    /// one always does.
    std::vector<key_note> read_key_log(std::uint64_t from, std::size_t max_count, std::size_t max_bytes);
    /// The number of notes, which is the seq of the next.
    std::uint64_t key_log_size();
    std::optional<enrolment> find_enrolment(const enrolment_id& id);
    std::vector<enrolment> list_enrolments();
    /// By number, then epoch.
    std::vector<numbered_prekey> list_prekeys();
    /// By number.
    std::vector<drained_mark> list_drained(std::uint32_t epoch);
    std::optional<keyring> find_keyring(reviewer_number number);
    /// What signs in to a session for the keyring only: the keyring's locker, else an enrolment's.
    std::optional<crypto::sign_public_key> find_locker(reviewer_number number);

    // Operation

    /// At most `max_count` entries of the access log behind the first `from`. `before` is zero beyond the
    /// end.
    access_page read_access_log(std::uint64_t from, std::size_t max_count);
    /// Of the newest release that has a day of its own: it is known for two weeks. Nothing before the first.
    std::optional<day_number> last_release();
    statistics stats();
    /// SQLite's integrity check and this module's invariants; empty when all is well. Each entry is a
    /// sentence without any id, address or number of a reviewer. Takes time in proportion to the data and
    /// pins the log meanwhile.
    std::vector<std::string> check();

  private:
    friend class store;
    reader(const std::filesystem::path& directory, const spool* envelopes);
    struct impl;
    std::unique_ptr<impl> impl_;
};

} // namespace changgu::storage
