// Internal: the one thread that writes to the databases. It takes what is queued, commits it as one group,
// each job in a savepoint of its own, and only then lets the jobs tell their outcome. A release runs in short
// transactions and lets others in between them.
#pragma once

#include "storage/database.hpp"
#include "storage/spool.hpp"
#include "storage/store.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace changgu::storage {

/// What the jobs work on; belongs to the writer's thread.
struct workplace {
    options opts;
    database main;
    database peppers;
    database access;
    std::size_t page_size = 0; ///< bytes, of the main database
    vital_signs& signs;
    spool& envelopes;
    std::uint64_t used = 0; ///< bytes of the main database, kept up to date within a group
    /// Commits what is queued and need not wait for the job that calls this, which has no transaction open.
    std::function<void()> let_others = [] {};

    /// Also counts `bytes` as used, if there is room.
    bool take_room(std::uint64_t bytes, bool is_blob);
};

enum class refusal : std::uint8_t { busy, full, failed };

class job {
  public:
    job() = default;
    job(const job&) = delete;
    job& operator=(const job&) = delete;
    virtual ~job() = default;

    virtual void run(workplace& w) = 0;
    virtual void refuse(refusal why) noexcept = 0;
    virtual void finish() = 0;

    std::size_t cost = 0;       ///< bytes held in the queue
    bool urgent = false;        ///< let in though the queue is full: the operator's own few
    bool alone = false;         ///< makes its own transactions, outside of a group
    bool undisturbed = false;   ///< not while a release is under way
    bool leaves_traces = false; ///< deletes something, so the log must be truncated before it finishes
};

inline void set_refused(put_outcome& o, refusal why) noexcept {
    o = why == refusal::busy   ? put_outcome::busy
        : why == refusal::full ? put_outcome::full
                               : put_outcome::failed;
}
inline void set_refused(edit_outcome& o, refusal why) noexcept {
    o = why == refusal::busy ? edit_outcome::busy : edit_outcome::failed;
}
template <class T> void set_refused(result<T>& o, refusal why) noexcept {
    o = result<T>(make_error_code(why == refusal::busy ? errc::busy : errc::failed));
}

/// `Run` is called as run(workplace&) and gives an Outcome, of which `Done` is told.
template <class Outcome, class Run, class Done> class job_of final : public job {
  public:
    job_of(Run run, Done done) : run_(std::move(run)), done_(std::move(done)) {}
    void run(workplace& w) override { outcome_ = run_(w); }
    void refuse(refusal why) noexcept override { set_refused(outcome_, why); }
    void finish() override { done_(std::move(outcome_)); }

  private:
    Run run_;
    Done done_;
    Outcome outcome_{};
};

class writer {
  public:
    explicit writer(workplace w);
    ~writer() { stop(); }
    writer(const writer&) = delete;
    writer& operator=(const writer&) = delete;

    void submit(std::unique_ptr<job> j);
    void stop();

  private:
    using group = std::vector<std::unique_ptr<job>>;

    void loop();
    /// Empty when it is time to retry truncating; nullopt at the end.
    std::optional<group> take();
    void run_group(group& g);
    void run_alone(job& j);
    bool commit_group(group& g);
    void truncate();
    void let_others();

    workplace work_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::unique_ptr<job>> queue_;
    std::size_t queued_bytes_ = 0;
    bool stopping_ = false;
    bool log_has_traces_ = true; ///< at first of what was deleted by the process before, or at the start
    std::mutex join_mutex_;
    std::thread thread_;
};

} // namespace changgu::storage
