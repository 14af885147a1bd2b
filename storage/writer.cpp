#include "storage/writer.hpp"

#include "storage/once_there_is_memory.hpp"

#include <chrono>
#include <new>

namespace changgu::storage {
namespace {

constexpr std::size_t group_jobs = 256;
constexpr auto truncate_retry = std::chrono::milliseconds(50);
constexpr int truncate_patience_ms = 200;

refusal reason(const database_error& e) noexcept {
    return e.is_full() ? refusal::full : refusal::failed;
}
// After a failed fsync the kernel may call the lost pages clean, so that a later fsync succeeds without them:
// nothing more is acknowledged until a restart has read the log from the disk again. A full disk, or a file
// that cannot be opened for want of a descriptor, concerns nothing that was written.
refusal judge(const database_error& e, vital_signs& signs) noexcept {
    if (e.is_io_error()) signs.healthy = false;
    return reason(e);
}
refusal judge(const file_error& e, vital_signs& signs) noexcept {
    if (e.is_full()) return refusal::full;
    if (e.is_passing()) return refusal::failed;
    signs.healthy = false;
    return refusal::failed;
}

} // namespace

bool workplace::take_room(std::uint64_t bytes, bool is_blob) {
    const auto reserve = is_blob ? std::min(opts.blob_reserve, opts.size_budget) : 0;
    if (used + signs.spool_used + bytes > opts.size_budget - reserve) return false;
    used += bytes;
    return true;
}

writer::writer(workplace w) : work_(std::move(w)) {
    work_.let_others = [this] { let_others(); };
    thread_ = std::thread([this] { loop(); });
}

void writer::submit(std::unique_ptr<job> j) {
    std::optional<refusal> why;
    {
        const std::scoped_lock lock(mutex_);
        if (stopping_ || !work_.signs.healthy)
            why = refusal::failed;
        else if (!j->urgent &&
                 (queue_.size() >= work_.opts.queue_jobs || queued_bytes_ + j->cost > work_.opts.queue_bytes))
            why = refusal::busy;
        else {
            queued_bytes_ += j->cost;
            queue_.push_back(std::move(j));
        }
    }
    if (!why) return wake_.notify_one();
    j->refuse(*why); // NOLINT(bugprone-use-after-move): moved only where there is nothing to refuse
    j->finish();
}

void writer::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    const std::scoped_lock lock(join_mutex_);
    if (thread_.joinable()) thread_.join();
}

std::optional<writer::group> writer::take() {
    group g;
    g.reserve(group_jobs); // first, so that no job gets lost for want of memory
    std::unique_lock lock(mutex_);
    const auto ready = [this] { return stopping_ || !queue_.empty(); };
    if (log_has_traces_)
        wake_.wait_for(lock, truncate_retry, ready);
    else
        wake_.wait(lock, ready);
    if (queue_.empty() && stopping_) return std::nullopt;
    while (!queue_.empty() && g.size() < group_jobs) {
        if (queue_.front()->alone && !g.empty()) break;
        queued_bytes_ -= queue_.front()->cost;
        g.push_back(std::move(queue_.front()));
        queue_.pop_front();
        if (g.back()->alone) break;
    }
    return g;
}

void writer::loop() {
    for (;;) {
        auto g = once_there_is_memory([this] { return take(); });
        if (!g) break;
        if (g->empty()) {
            truncate();
            continue;
        }
        if (!work_.signs.healthy)
            for (auto& j : *g) j->refuse(refusal::failed);
        else if (g->front()->alone)
            run_alone(*g->front());
        else
            run_group(*g);
        for (auto& j : *g) j->finish();
    }
    if (work_.signs.healthy) truncate();
}

void writer::run_group(group& g) {
    if (!commit_group(g)) return;
    for (const auto& j : g) log_has_traces_ = log_has_traces_ || j->leaves_traces;
    if (log_has_traces_) truncate();
}

bool writer::commit_group(group& g) {
    try {
        transaction t(work_.main, transaction::kind::write);
        work_.used = work_.main.used();
        for (auto& j : g) {
            const auto used_before = work_.used;
            try {
                work_.main.run("SAVEPOINT job");
                j->run(work_);
                work_.main.run("RELEASE job");
            } catch (const database_error& e) {
                // An I/O error, or a rollback that took the whole transaction, concerns every job of the
                // group.
                if (e.is_io_error() || !work_.main.in_transaction()) throw;
                j->refuse(reason(e));
                work_.main.run("ROLLBACK TO job");
                work_.main.run("RELEASE job");
                work_.used = used_before;
            }
        }
        t.commit();
        work_.signs.main_used = work_.used;
        return true;
    } catch (const database_error& e) {
        const auto why = judge(e, work_.signs);
        for (auto& j : g) j->refuse(why);
    } catch (const file_error& e) {
        const auto why = judge(e, work_.signs);
        for (auto& j : g) j->refuse(why);
    } catch (const std::exception&) {
        for (auto& j : g) j->refuse(refusal::failed);
    }
    return false;
}

void writer::run_alone(job& j) {
    try {
        j.run(work_);
    } catch (const database_error& e) {
        j.refuse(judge(e, work_.signs));
    } catch (const file_error& e) {
        j.refuse(judge(e, work_.signs));
    } catch (const std::exception&) {
        j.refuse(refusal::failed);
    }
    if (j.leaves_traces && work_.signs.healthy) {
        log_has_traces_ = true;
        truncate();
    }
}

void writer::let_others() {
    if (!work_.signs.healthy) return; // loop() will refuse them
    group g;
    g.reserve(group_jobs);
    std::unique_ptr<job> alone;
    {
        const std::scoped_lock lock(mutex_);
        for (auto at = queue_.begin(); at != queue_.end() && g.size() < group_jobs && !alone;) {
            if ((*at)->undisturbed) {
                ++at;
                continue;
            }
            if ((*at)->alone && !g.empty()) break;
            queued_bytes_ -= (*at)->cost;
            if ((*at)->alone)
                alone = std::move(*at);
            else
                g.push_back(std::move(*at));
            at = queue_.erase(at);
        }
    }
    if (alone) {
        run_alone(*alone);
        return alone->finish();
    }
    if (g.empty()) return;
    run_group(g);
    for (auto& j : g) j->finish();
}

void writer::truncate() {
    try {
        const bool main_done = work_.main.truncate_log(truncate_patience_ms);
        const bool peppers_done = work_.peppers.truncate_log(truncate_patience_ms);
        log_has_traces_ = !(main_done && peppers_done);
    } catch (const database_error& e) {
        if (e.is_io_error()) work_.signs.healthy = false;
        log_has_traces_ = work_.signs.healthy;
    } catch (const std::bad_alloc&) {
        log_has_traces_ = true; // another try soon
    }
}

} // namespace changgu::storage
