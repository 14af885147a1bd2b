// Writing. One thread writes envelopes, another everything else; what waits is written together (natural
// group commit: the fsync of one group is the gathering time of the next), and nothing is acknowledged before
// it is on disk.
//
// Arrival order is hidden in two steps. An acknowledged item is durable at once in a *spool*, which
// necessarily has an order: a log of files for envelopes (spool.hpp), a table for items. The release tick
// moves the spool, sorted by id and mixed with chaff, into the numbered batch, in short transactions that no
// reader sees and a last one that shows them all; it zeroes the spool and truncates the write-ahead log. The
// items move in the last transaction: moved in parts, each part would take the pages that the one before it
// left, and so show in which order that had come. Random keys
// alone would not do: SQLite allocates pages as rows arrive, whatever their key. Rejected too: shuffling in
// memory before the first write, which would lose acknowledged reports at a power cut.
//
// No header of this module has SQL in it; `reader` reads, on connections of its own.
#pragma once

#include "storage/reader.hpp"
#include "storage/types.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace changgu::storage {

struct options {
    std::filesystem::path directory;                      ///< created with mode 0700 if it is not there
    std::uint64_t size_budget = std::uint64_t{8} << 30U;  ///< bytes of data after which puts are `full`
    std::uint64_t blob_reserve = std::uint64_t{1} << 30U; ///< bytes of the budget that blobs may not take
    std::size_t queue_jobs = 1024;                        ///< writes waiting; beyond it they are `busy`
    std::size_t queue_bytes = std::size_t{64} << 20U;     ///< bytes waiting, likewise
    std::uint64_t rewrite_limit = std::uint64_t{1}
                                  << 30U; ///< bytes up to which compact() rewrites, in memory
    /// Bytes, of each file of the spool; two and more of them are kept ready.
    std::uint64_t spool_file = std::uint64_t{4} << 20U;
    /// Bytes, of a new database. Measured, bytes of disk an envelope of 8,192, with its index, at page sizes
    /// 1,024 to 65,536: 9390, 10540, 8816, 9264, 18479, 37512, 74991.
    std::uint32_t page_size = 4096;
};

class store {
  public:
    /// Opens or creates `changgu.db`, `peppers.db` and `access.db` (mode 0600), brings an older schema up to
    /// date, finishes what a crash interrupted and starts the writer. Throws std::runtime_error with a
    /// sentence for the operator: the directory cannot be used, another process has it, a file is not
    /// Changgu's or is of a newer version, a setting did not hold.
    explicit store(options o);
    store(const store&) = delete;
    store& operator=(const store&) = delete;
    ~store(); ///< Stops, and closes the databases. Readers should be gone before it.

    /// Finishes everything queued. Later writes are `failed`. Idempotent.
    void stop();

    /// False once the disk has failed a write: from then on every write is `failed`, until the process is
    /// started anew and has read back what is really there.
    [[nodiscard]] bool healthy() const noexcept;

    /// Bytes that are taken of the budget, spool included. From any thread.
    [[nodiscard]] std::uint64_t used() const noexcept;

    /// A reader of this store's directory, for one thread.
    [[nodiscard]] reader make_reader() const;

    // Items. None is visible to reader::next before its release; replies, events and blobs can be read by
    // address at once.

    /// stored, exists (the same id, spooled or released), full, busy, failed. The id must be the hash of the
    /// body.
    void put_envelope(const envelope_id& id, std::uint32_t epoch, bytes body, callback<put_outcome> done);
    /// stored, taken (whatever is or ever was there, these very bytes too), full, busy, failed.
    void put_reply(const address& at, bytes body, callback<put_outcome> done);
    /// As put_reply.
    void put_case_event(const address& at, bytes body, callback<put_outcome> done);
    /// stored, exists (the same bytes), taken (other bytes, or purged or expired), full, busy, failed.
    void put_blob(const address& at, bytes body, callback<put_outcome> done);

    // Deleting. A body is gone from every file of the database when these have called back, unless a reader
    // was in the middle of a transaction: then the log is truncated a moment later. Addresses stay taken for
    // ever.

    /// Burns replies, spooled ones too. Unknown addresses are ignored. done, busy, failed.
    void burn(std::vector<address> replies, callback<edit_outcome> done);
    /// Deletes case events or blobs; the caller has checked the tokens. Unknown addresses are ignored. done,
    /// busy, failed.
    void purge(item_kind kind, std::vector<address> at, callback<edit_outcome> done);
    /// Lets blobs count as released in the month `now`; the caller has checked the tokens. Spooled, unknown
    /// and ended ones are ignored. done, busy, failed.
    void keep(std::vector<address> blobs, month_number now, callback<edit_outcome> done);
    /// Ends what was released more than so many months before `now`. Gives the number of bodies deleted.
    void expire(month_number now, retention keep, callback<result<std::uint64_t>> done);
    /// Deletes every envelope of the epoch, chaff included. Gives their number.
    void delete_epoch(std::uint32_t epoch, callback<result<std::uint64_t>> done);

    // The tick

    /// Makes the next batch, also when nothing came in, and publishes the reply index. Chaff fills the batch
    /// to the least multiple of `fill` that leaves room for one. Everything or nothing. Submissions go on
    /// meanwhile, for the batch after it.
    void release(release_input input, callback<result<release_report>> done);
    /// Merges batches released 14 or more days before `today` into one a month, under the highest of their
    /// numbers and sorted anew, and rewrites the file if any were.
    void compact(day_number today, callback<result<compact_report>> done);

    // Keys

    /// Appends all or none, once a release that is under way has ended: whoever reads that an epoch is
    /// retired forgets its key at the batch after the newest, and all that was acknowledged before is in that
    /// one. done; conflict when the log's next seq is not `next`; busy, failed.
    void append_key_log(std::uint64_t next, std::vector<std::string> notes, callback<edit_outcome> done);
    /// done; taken when the id is in use; busy, failed.
    void open_enrolment(const enrolment_id& id, reviewer_number number, callback<edit_outcome> done);
    /// The first request wins. `locker`, if any, is remembered until the number has a keyring; not at all if
    /// it has one. done (the same again too); taken; unknown (never opened, or killed); busy, failed. Longer
    /// than max_enrolment_request is failed.
    void submit_enrolment(const enrolment_id& id, bytes request,
                          std::optional<crypto::sign_public_key> locker, callback<edit_outcome> done);
    /// Forgets lockers of this number's enrolments. done, busy, failed.
    void forget_lockers(reviewer_number number, callback<edit_outcome> done);
    /// The code can never be used again; its request and locker are deleted. done, unknown, busy, failed.
    void kill_enrolment(const enrolment_id& id, callback<edit_outcome> done);
    /// done, unknown, busy, failed.
    void remove_enrolment(const enrolment_id& id, callback<edit_outcome> done);
    /// Replaces all of this number's keys. done, busy, failed.
    void put_prekeys(reviewer_number number, std::vector<prekey> keys, callback<edit_outcome> done);
    /// Replaces this number's mark for the epoch. done, busy, failed.
    void put_drained(std::uint32_t epoch, const drained_mark& mark, callback<edit_outcome> done);
    /// Replaces the keyring whose etag is `if_match`, or with none creates it. Gives the new etag, random,
    /// with done; conflict when the stored etag is another, or there is one, or none; busy, failed. Longer
    /// than max_keyring is failed. A crash at any point leaves the old or the new keyring with its own
    /// pepper.
    void put_keyring(reviewer_number number, std::optional<keyring_etag> if_match,
                     const crypto::sign_public_key& locker, bytes body, pepper wrap_pepper,
                     callback<edit_outcome, keyring_etag> done);
    /// Deletes a reviewer's keyring and pepper. done, unknown, busy, failed.
    void remove_keyring(reviewer_number number, callback<edit_outcome> done);

    /// Adds an entry to the access log of this organisation. done, busy, failed.
    void append_access(const crypto::org_id& org, std::string entry, callback<edit_outcome> done);

  private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

} // namespace changgu::storage
