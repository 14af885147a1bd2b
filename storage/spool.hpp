// Internal: where an envelope is durable from the moment it is acknowledged until its release: a log in files
// of a fixed size (segment.hpp), written by one thread. What waits is written together, one write and one
// fdatasync a group. Envelopes do not wait for SQLite, nor for a release: a release *seals* the files written
// so far, and what comes in meanwhile goes on in a fresh one. A second thread keeps fresh files ready.
//
// What is in the log is known by id in memory, some 100 bytes an envelope. An id leaves it only after the
// batch it is in was published, so there is no moment at which an acknowledged envelope is in neither place.
// Of what was released a filter is in memory (id_filter.hpp); the database is asked only if that cannot say
// no.
//
// After a failed write or fdatasync nothing is acknowledged until a restart has read the files again: the
// kernel may call pages clean that it has lost. At a restart a torn end is cut off. What was acknowledged and
// is damaged since is told by reader::check() until the next release; everything behind it is kept, and the
// server starts: the channel must not close because one report was lost with its disk block.
#pragma once

#include "storage/database.hpp"
#include "storage/id_filter.hpp"
#include "storage/segment.hpp"
#include "storage/store.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>

namespace changgu::storage {

/// What the writing threads know of each other.
struct vital_signs {
    std::atomic<bool> healthy = true;
    std::atomic<std::uint64_t> main_used = 0;  ///< bytes of the main database
    std::atomic<std::uint64_t> spool_used = 0; ///< bytes of the log
};

class spool {
  public:
    /// Reads what is there. `main` is a reading connection of its own; nothing unpublished may be in it.
    /// Throws std::runtime_error for the operator.
    spool(const options& o, vital_signs& signs, database main);
    spool(const spool&) = delete;
    spool& operator=(const spool&) = delete;
    ~spool() { stop(); }

    /// `whatever_the_budget`: as for what was acknowledged before.
    void submit(const envelope_id& id, std::uint32_t epoch, bytes body, callback<put_outcome> done,
                bool whatever_the_budget = false);
    /// Finishes everything queued. Later ones are `failed`. Idempotent.
    void stop();

    // From any thread.
    [[nodiscard]] bool contains(const envelope_id& id) const;
    [[nodiscard]] std::size_t count() const;
    /// Whether a submission waits for its turn at this moment.
    [[nodiscard]] bool has_waiting() const;
    [[nodiscard]] std::uint64_t used() const noexcept { return signs_.spool_used; }

    // From the writer's thread. All throw file_error.

    /// Before an envelope is published that this id belongs to.
    void note_released(const envelope_id& id) noexcept { released_.add(id); }
    struct sealed_envelope {
        spooled what;
        const segment* in = nullptr;
    };
    struct sealed {
        std::vector<sealed_envelope> envelopes; ///< by id
        std::vector<std::uint32_t> files;       ///< their numbers, sorted
    };
    /// Everything acknowledged until now, in files that nothing more is written to. Until forget() it all
    /// stays part of the spool.
    sealed seal();
    /// These are published. Their files are zeroed next.
    void forget(const sealed& s);
    /// Zeroes one file that was forgotten; false if there is none.
    bool wipe_one();
    /// Deletes every envelope of an epoch; gives their number.
    std::uint64_t erase_epoch(std::uint32_t epoch);

  private:
    struct waiting {
        envelope_id id;
        std::uint32_t epoch = 0;
        bytes body;
        callback<put_outcome> done;
        bool whatever_the_budget = false;
        bool twin = false; ///< of one that is written in the same group
        put_outcome outcome = put_outcome::stored;
    };
    using group = std::vector<waiting>;
    struct place {
        spooled what;
        segment* in = nullptr; ///< none: not acknowledged yet
    };
    void recover(const std::filesystem::path& directory);
    void loop();
    std::optional<group> take();
    void write(group& g);
    [[nodiscard]] bool is_released(const envelope_id& id);
    void find_known(group& g);
    void admit(group& g);
    void append(std::span<waiting*> run);
    static void refuse(group& g, put_outcome why);
    void prepare();
    std::unique_ptr<segment> fresh_segment();

    std::filesystem::path directory_;
    std::uint64_t size_budget_;
    std::size_t queue_jobs_;
    std::size_t queue_bytes_;
    std::uint64_t file_bytes_;
    vital_signs& signs_;
    database main_;

    mutable std::mutex known_mutex_; ///< never held while a file is written
    std::unordered_map<envelope_id, place, keyed_hash> known_;
    id_filter released_;

    mutable std::mutex mutex_;
    std::condition_variable wake_;  ///< of the writing thread
    std::condition_variable files_; ///< of the preparing thread, and of those who wait for it
    std::deque<waiting> queue_;
    std::size_t queued_bytes_ = 0;
    bool stopping_ = false;
    bool finished_ = false; ///< the writing thread has
    std::atomic<bool> active_used_ = false;
    std::unique_ptr<segment> active_;   ///< of the writing thread
    std::unique_ptr<segment> incoming_; ///< takes its place before the next group
    std::vector<std::unique_ptr<segment>> full_;
    std::vector<std::unique_ptr<segment>> published_;
    std::vector<std::unique_ptr<segment>> ready_;
    std::set<std::uint32_t> numbers_;
    std::optional<file_error> cannot_prepare_;

    std::mutex join_mutex_;
    std::thread writing_;
    std::thread preparing_;
};

} // namespace changgu::storage
