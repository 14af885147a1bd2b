#include "storage/spool.hpp"

#include "crypto/hash.hpp"
#include "storage/once_there_is_memory.hpp"

#include <sodium.h>

#include <algorithm>
#include <cerrno>
#include <new>

namespace changgu::storage {
namespace {

constexpr std::size_t group_envelopes = 256;
constexpr std::size_t files_ready = 2; // made in advance
constexpr std::size_t files_kept = 16; // after a release: to make one costs 3 us an envelope

id_filter filter_of(database& main) {
    constexpr std::uint64_t least = 500'000; // 1 MiB
    constexpr std::uint64_t growth = 2;      // until the next start
    id_filter f(std::max(least, growth * main.number("SELECT coalesce(max(seq), 0) FROM envelope")));
    auto q = main.ask("SELECT id FROM envelope ORDER BY id");
    while (q.step()) f.add(q.fixed<envelope_id>(0));
    return f;
}

} // namespace

spool::spool(const options& o, vital_signs& signs, database main)
    : directory_(o.directory), size_budget_(o.size_budget), queue_jobs_(o.queue_jobs),
      queue_bytes_(o.queue_bytes),
      file_bytes_(segment::group_bytes(std::max(o.spool_file, segment::records_begin * 2))), signs_(signs),
      main_(std::move(main)), released_(filter_of(main_)) {
    recover(directory_);
    preparing_ = std::thread([this] { prepare(); });
    try {
        writing_ = std::thread([this] { loop(); });
    } catch (...) { // the other one must not be left running
        stop();
        throw;
    }
}

void spool::recover(const std::filesystem::path& directory) {
    ready_.reserve(files_kept + 1); // now, so that whoever adds one wants no memory: prepare() may be late
    for (const auto number : spool_numbers(directory)) {
        // To its end, though it begins with zeros: a power cut takes any sectors of what was not synced.
        const auto c = parse_segment(read_segment(directory, number).value());
        if (!c.readable)
            throw std::runtime_error("the spool is damaged: spool-" + std::to_string(number) +
                                     " cannot be read; nothing was changed");
        auto s = std::make_unique<segment>(directory, number, c);
        if (c.blank && (!c.finished || s->size() != file_bytes_ || ready_.size() == files_kept)) {
            s->remove();
            continue;
        }
        numbers_.insert(number);
        if (c.blank) {
            ready_.push_back(std::move(s));
            continue;
        }
        // What is published was left by a crash before its file was zeroed.
        std::size_t unreleased = 0;
        for (const auto& r : c.records) {
            if (is_released(r.id)) continue;
            ++unreleased;
            if (known_.try_emplace(r.id, place{r, s.get()}).second)
                signs_.spool_used += segment::record_bytes(r.size);
        }
        (unreleased == 0 ? published_ : full_).push_back(std::move(s));
    }
    while (wipe_one()) {
    }
    if (!full_.empty()) {
        active_ = std::move(full_.back());
        active_used_ = true;
        full_.pop_back();
    } else if (!ready_.empty()) {
        active_ = std::move(ready_.back());
        ready_.pop_back();
    } else {
        numbers_.insert(0);
        active_ = segment::create(directory, 0, file_bytes_);
    }
}

void spool::submit(const envelope_id& id, std::uint32_t epoch, bytes body, callback<put_outcome> done,
                   bool whatever_the_budget) {
    std::optional<put_outcome> refused;
    {
        const std::scoped_lock lock(mutex_);
        if (stopping_ || !signs_.healthy ||
            segment::records_begin + segment::group_bytes(segment::record_bytes(body.size())) > file_bytes_)
            refused = put_outcome::failed;
        else if (queue_.size() >= queue_jobs_ || queued_bytes_ + body.size() > queue_bytes_)
            refused = put_outcome::busy;
        else {
            queued_bytes_ += body.size();
            queue_.push_back({id, epoch, std::move(body), std::move(done), whatever_the_budget});
        }
    }
    if (!refused) return wake_.notify_one();
    done(*refused); // NOLINT(bugprone-use-after-move): moved only where there is nothing to refuse
}

void spool::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    const std::scoped_lock lock(join_mutex_);
    if (writing_.joinable()) writing_.join();
    {
        const std::scoped_lock files_lock(mutex_);
        finished_ = true;
    }
    files_.notify_all();
    if (preparing_.joinable()) preparing_.join();
}

bool spool::contains(const envelope_id& id) const {
    const std::scoped_lock lock(known_mutex_);
    const auto found = known_.find(id);
    return found != known_.end() && found->second.in != nullptr;
}

std::size_t spool::count() const {
    const std::scoped_lock lock(known_mutex_);
    return known_.size();
}

bool spool::has_waiting() const {
    const std::scoped_lock lock(mutex_);
    return !queue_.empty();
}

void spool::loop() {
    for (;;) {
        auto g = once_there_is_memory([this] { return take(); });
        if (!g) return;
        write(*g);
        for (auto& w : *g) w.done(w.outcome);
    }
}

std::optional<spool::group> spool::take() {
    group g;
    g.reserve(group_envelopes); // first, so that no submission gets lost for want of memory
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || incoming_ || !queue_.empty(); });
    if (incoming_) {
        full_.push_back(std::move(active_));
        active_ = std::move(incoming_);
        active_used_ = false;
        files_.notify_all();
    }
    if (queue_.empty() && stopping_) return std::nullopt;
    while (!queue_.empty() && g.size() < group_envelopes) {
        queued_bytes_ -= queue_.front().body.size();
        g.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    return g;
}

void spool::refuse(group& g, put_outcome why) {
    for (auto& w : g)
        if (w.outcome == put_outcome::stored || w.twin) w.outcome = why;
}

void spool::write(group& g) {
    if (!signs_.healthy) return refuse(g, put_outcome::failed);
    put_outcome why = put_outcome::failed;
    try {
        find_known(g);
        admit(g);
        std::vector<waiting*> run;
        std::uint64_t bytes = 0;
        for (auto& w : g) {
            if (w.outcome != put_outcome::stored) continue;
            const auto needed = segment::record_bytes(w.body.size());
            if (!active_->has_room_for(bytes + needed)) {
                append(run);
                run.clear();
                bytes = 0;
                auto next = fresh_segment();
                const std::scoped_lock lock(mutex_);
                full_.push_back(nullptr); // that may fail; what follows may not
                full_.back() = std::exchange(active_, std::move(next));
            }
            run.push_back(&w);
            bytes += needed;
        }
        append(run);
        return;
    } catch (const file_error& e) {
        if (e.is_full())
            why = put_outcome::full;
        else if (!e.is_passing())
            signs_.healthy = false;
    } catch (const database_error& e) {
        if (e.is_io_error()) signs_.healthy = false;
    } catch (const std::exception&) { // no memory: nothing of the group is acknowledged
        why = put_outcome::failed;
    }
    {
        const std::scoped_lock lock(known_mutex_);
        for (const auto& w : g) {
            const auto found = known_.find(w.id);
            if (found == known_.end() || found->second.in) continue;
            signs_.spool_used -= segment::record_bytes(w.body.size());
            known_.erase(found);
        }
    }
    refuse(g, why);
}

bool spool::is_released(const envelope_id& id) {
    return released_.may_contain(id) && main_.ask("SELECT 1 FROM envelope WHERE id = ?1", id.view()).step();
}

// The log is looked into before the database: what leaves the log meanwhile is in the database.
void spool::find_known(group& g) {
    {
        const std::scoped_lock lock(known_mutex_);
        for (auto& w : g)
            if (known_.contains(w.id)) w.outcome = put_outcome::exists;
    }
    for (auto& w : g)
        if (w.outcome == put_outcome::stored && is_released(w.id)) w.outcome = put_outcome::exists;
}

void spool::admit(group& g) {
    const std::scoped_lock lock(known_mutex_);
    for (auto& w : g) {
        if (w.outcome != put_outcome::stored) continue;
        const auto needed = segment::record_bytes(w.body.size());
        const auto found = known_.find(w.id);
        w.twin = found != known_.end();
        if (w.twin)
            w.outcome = put_outcome::exists;
        else if (!w.whatever_the_budget && signs_.main_used + signs_.spool_used + needed > size_budget_)
            w.outcome = put_outcome::full;
        else {
            known_.emplace(w.id, place{});
            signs_.spool_used += needed;
        }
    }
}

void spool::append(std::span<waiting*> run) {
    if (run.empty()) return;
    std::vector<segment::entry> entries;
    entries.reserve(run.size());
    for (const auto* w : run) entries.push_back({w->id, w->epoch, w->body});
    auto at = active_->append(entries);
    active_used_ = true;
    const std::scoped_lock lock(known_mutex_);
    for (const auto* w : run) {
        known_[w->id] = {{w->id, w->epoch, static_cast<std::uint32_t>(w->body.size()), at}, active_.get()};
        at += segment::record_bytes(w->body.size());
    }
}

void spool::prepare() {
    std::unique_lock lock(mutex_);
    for (;;) {
        files_.wait(lock, [this] { return finished_ || (ready_.size() < files_ready && !cannot_prepare_); });
        if (finished_) return;
        std::uint32_t number = 0;
        while (numbers_.contains(number)) ++number;
        try {
            numbers_.insert(number);
        } catch (const std::bad_alloc&) {
            cannot_prepare_ = file_error(ENOMEM);
            files_.notify_all();
            continue;
        }
        lock.unlock();
        std::unique_ptr<segment> made;
        std::optional<file_error> failed;
        try {
            made = segment::create(directory_, number, file_bytes_);
        } catch (const file_error& e) {
            failed = e;
        } catch (const std::bad_alloc&) {
            failed = file_error(ENOMEM);
        }
        lock.lock();
        cannot_prepare_ = failed;
        if (made)
            ready_.push_back(std::move(made));
        else
            numbers_.erase(number);
        files_.notify_all();
    }
}

std::unique_ptr<segment> spool::fresh_segment() {
    std::unique_lock lock(mutex_);
    if (ready_.empty() && cannot_prepare_) {
        cannot_prepare_.reset(); // perhaps there is room again
        files_.notify_all();
    }
    files_.wait(lock, [this] { return !ready_.empty() || cannot_prepare_; });
    if (ready_.empty()) throw file_error(*cannot_prepare_);
    auto s = std::move(ready_.back());
    ready_.pop_back();
    files_.notify_all();
    return s;
}

spool::sealed spool::seal() {
    sealed out;
    if (active_used_) {
        auto next = fresh_segment();
        std::unique_lock lock(mutex_);
        incoming_ = std::move(next);
        wake_.notify_one();
        files_.wait(lock, [this] { return !incoming_; });
    }
    std::set<const segment*> chosen;
    {
        const std::scoped_lock lock(mutex_);
        for (const auto& s : full_) {
            chosen.insert(s.get());
            out.files.push_back(s->number());
        }
    }
    {
        const std::scoped_lock lock(known_mutex_);
        for (const auto& [_, p] : known_)
            if (p.in && chosen.contains(p.in)) out.envelopes.push_back({p.what, p.in});
    }
    std::ranges::sort(out.files);
    std::ranges::sort(out.envelopes, {}, [](const sealed_envelope& e) { return e.what.id; });
    return out;
}

void spool::forget(const sealed& s) {
    constexpr std::size_t at_once = 256; // whoever submits waits for so many at most
    for (std::size_t i = 0; i < s.envelopes.size();) {
        const std::scoped_lock lock(known_mutex_);
        for (const auto end = std::min(i + at_once, s.envelopes.size()); i < end; ++i)
            known_.erase(s.envelopes[i].what.id);
    }
    // Or a want of memory would leave half of it moved.
    published_.reserve(published_.size() + s.files.size());
    const std::scoped_lock lock(mutex_);
    const auto first = std::ranges::partition(full_, [&s](const auto& f) {
                           return !std::ranges::binary_search(s.files, f->number());
                       }).begin();
    std::move(first, full_.end(), std::back_inserter(published_));
    full_.erase(first, full_.end());
}

bool spool::wipe_one() {
    if (published_.empty()) return false;
    auto& s = *published_.back();
    s.wipe();
    const std::scoped_lock lock(mutex_);
    if (ready_.size() < files_kept && s.size() == file_bytes_) {
        ready_.push_back(std::move(published_.back()));
    } else {
        s.remove();
        numbers_.erase(s.number());
    }
    published_.pop_back();
    files_.notify_all();
    return true;
}

std::uint64_t spool::erase_epoch(std::uint32_t epoch) {
    std::unordered_map<segment*, std::vector<spooled>> by_file;
    std::uint64_t count = 0;
    {
        const std::scoped_lock lock(known_mutex_);
        for (const auto& [_, p] : known_)
            if (p.in && p.what.epoch == epoch) by_file[p.in].push_back(p.what);
    }
    for (const auto& [s, records] : by_file) {
        s->erase(records);
        const std::scoped_lock lock(known_mutex_);
        for (const auto& r : records) {
            known_.erase(r.id);
            signs_.spool_used -= segment::record_bytes(r.size);
            ++count;
        }
    }
    return count;
}

} // namespace changgu::storage
