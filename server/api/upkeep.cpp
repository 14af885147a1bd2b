#include "server/api/upkeep.hpp"

#include "crypto/calendar.hpp"
#include "crypto/envelope.hpp"
#include "server/log.hpp"
#include "storage/wait.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace changgu::api {

using changgu::server::log;
using changgu::server::log_event;
using changgu::server::log_field;
using changgu::server::log_level;
using changgu::server::log_word;

namespace {

constexpr std::uint64_t day = 86'400;
constexpr std::uint64_t retry_after = 60; // seconds, when a release failed
constexpr std::uint64_t warn_before = 7 * day;
constexpr std::uint64_t full_percent = 90;
constexpr std::uint64_t quarter = 15 * 60;

/// When a period began; the other way round than period_of.
std::uint64_t start_of(std::uint64_t period, std::uint32_t tick, std::uint32_t offset) {
    return (period - 1) * tick + offset % tick;
}

std::optional<std::uint64_t> start_of_day(std::optional<storage::day_number> number) {
    return number ? std::optional(*number * day) : std::nullopt;
}

std::int64_t signed_of(std::uint64_t n) {
    return static_cast<std::int64_t>(n);
}

} // namespace

std::uint64_t period_of(std::uint64_t now, std::uint32_t tick, std::uint32_t offset) noexcept {
    return (now + tick - offset % tick) / tick;
}

upkeep::upkeep(service& shared, upkeep_options options)
    : shared_(shared), options_(std::move(options)), reader_(shared.store().make_reader()),
      clock_({shared.clock.wall(), shared.clock.steady()}, start_of_day(reader_.last_release())) {
    look_at_clock(shared.clock.wall(), *shared.key_log());
}

void upkeep::start() {
    thread_ = std::thread([this] { loop(); });
}

void upkeep::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void upkeep::loop() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        lock.unlock();
        try {
            poll(shared_.now());
        } catch (const std::exception&) { // the database could not be read; the next round tries again
            log(log_level::error, log_event::storage_failed);
        }
        lock.lock();
        wake_.wait_for(lock, std::chrono::seconds(1), [this] { return stopping_; });
    }
}

bool upkeep::poll(std::uint64_t now) {
    observation seen{now, {}, {}};
    const auto tell = [&] {
        if (options_.observe) options_.observe(seen);
    };
    try {
        const bool released = do_what_is_due(now, seen);
        tell();
        return released;
    } catch (const std::exception&) {
        tell();
        throw;
    }
}

bool upkeep::do_what_is_due(std::uint64_t now, observation& seen) {
    const auto key_log = shared_.key_log();
    look_at_clock(now, *key_log);
    seen.clock_trusted = clock_.trusted();
    if (std::exchange(looked_, now / quarter) != now / quarter) tell_if_storage_failed();
    note_refusals(now, *key_log);
    const auto& rules = key_log->rules();
    const schedule current{rules.tick, rules.tick_offset, period_of(now, rules.tick, rules.tick_offset)};
    const bool same = seen_ && seen_->tick == current.tick && seen_->offset == current.offset;
    // Another policy, or a clock that was set back, counts anew.
    if (!same || current.period < seen_->period) seen_ = current;
    if (current.period == seen_->period) return false;
    seen.release_due_since = start_of(seen_->period + 1, rules.tick, rules.tick_offset);
    // Beyond what it can be, the clock has been set back.
    if (now < retry_at_ && retry_at_ - now <= retry_after) return false;
    const auto used = release(*key_log);
    if (!used) {
        tell_if_storage_failed();
        retry_at_ = now + retry_after;
        return false;
    }
    seen_ = current;
    seen.release_due_since.reset();
    seen.used_after_release = used;
    if (last_day_ != now / day) daily(now, *key_log);
    delete_drained(*key_log);
    return true;
}

void upkeep::look_at_clock(std::uint64_t now, const crypto::key_log& log_now) {
    const bool trusted = clock_.trusted();
    if (clock_.look({now, shared_.clock.steady()}, log_now.sealing_epoch(now).has_value()))
        log(log_level::warning, log_event::clock_doubted, {{log_field::days, clock_.days_ahead()}});
    else if (!trusted && clock_.trusted())
        log(log_level::info, log_event::clock_trusted);
    shared_.clock.believe(clock_.believed());
}

// Not at the moment when a write fails, which may be somebody's: at a release, or on the quarter of an hour.
void upkeep::tell_if_storage_failed() {
    if (shared_.store().healthy() || std::exchange(told_of_storage_, true)) return;
    log(log_level::error, log_event::storage_failed, {{log_field::reason, log_word("restart_needed")}});
}

void upkeep::note_refusals(std::uint64_t now, const crypto::key_log& log_now) {
    const auto what = shared_.refused.due(now);
    if (!what) return;
    const auto outcome = storage::wait<storage::edit_outcome>([&](auto done) {
        shared_.store().append_access(log_now.org(), crypto::access_entry(now, "server", *what),
                                      std::move(done));
    });
    if (outcome != storage::edit_outcome::done) log(log_level::error, log_event::storage_failed);
}

std::optional<std::uint64_t> upkeep::release(const crypto::key_log& log_now) {
    const auto sealing = shared_.sealing_epoch(log_now);
    storage::release_input input;
    input.epoch = sealing ? (*sealing)->entry.epoch : 0;
    input.fill = log_now.rules().fill;
    input.today = static_cast<storage::day_number>(clock_.earliest() / day);
    input.month = crypto::month_of(shared_.clock.latest());
    input.make_chaff = [epoch = input.epoch] { return crypto::make_chaff(epoch); };
    const auto report = storage::wait<storage::result<storage::release_report>>(
        [&](auto done) { shared_.store().release(std::move(input), std::move(done)); });
    if (!report) {
        log(log_level::error, log_event::tick_failed);
        return std::nullopt;
    }
    log(log_level::info, log_event::tick_done,
        {{log_field::batch, signed_of(report->batch)}, {log_field::envelopes, signed_of(report->envelopes)}});
    return report->used;
}

void upkeep::daily(std::uint64_t now, const crypto::key_log& log_now) {
    const auto compacted = storage::wait<storage::result<storage::compact_report>>([&](auto done) {
        shared_.store().compact(static_cast<storage::day_number>(clock_.earliest() / day), std::move(done));
    });
    if (!compacted) return log(log_level::error, log_event::storage_failed);
    log(log_level::info, log_event::compaction_done, {{log_field::count, signed_of(compacted->merged)}});

    if (const auto month = crypto::month_of(clock_.earliest()); last_month_ != month) {
        const auto keep = log_now.rules().retention_months;
        const auto expired = storage::wait<storage::result<std::uint64_t>>(
            [&](auto done) { shared_.store().expire(month, {keep, keep}, std::move(done)); });
        if (!expired) return log(log_level::error, log_event::storage_failed);
        log(log_level::info, log_event::retention_done, {{log_field::count, signed_of(*expired)}});
        last_month_ = month;
    }
    last_day_ = now / day;
    warn(now, log_now);
    if (options_.once_a_day) options_.once_a_day(now);
}

void upkeep::warn(std::uint64_t now, const crypto::key_log& log_now) {
    std::uint64_t until = 0;
    for (const auto& [_, e] : log_now.epochs())
        if (e.usable()) until = std::max(until, e.entry.valid_until);
    if (until < now + warn_before)
        log(log_level::warning, log_event::epoch_expires_soon,
            {{log_field::days, signed_of(until > now ? (until - now) / day : 0)}});
    if (options_.storage_budget == 0) return;
    const auto percent = reader_.stats().used / (options_.storage_budget / 100 + 1);
    if (percent >= full_percent)
        log(log_level::warning, log_event::storage_nearly_full, {{log_field::percent, signed_of(percent)}});
}

void upkeep::delete_drained(const crypto::key_log& log_now) {
    for (const auto& [number, e] : log_now.epochs()) {
        if (!e.retired || deleted_.contains(number)) continue;
        if (!e.purge_forced && !is_drained(number, e, log_now)) continue;
        const auto count = storage::wait<storage::result<std::uint64_t>>(
            [&](auto done) { shared_.store().delete_epoch(number, std::move(done)); });
        if (!count)
            log(log_level::error, log_event::storage_failed);
        else if (*count == 0)
            deleted_.insert(number);
    }
}

bool upkeep::is_drained(std::uint32_t number, const crypto::epoch& e, const crypto::key_log& log_now) {
    const auto marks = reader_.list_drained(number);
    return std::ranges::all_of(e.entry.recipients, [&](const crypto::epoch_recipient& r) {
        return log_now.find_reviewer(r.number)->revoked ||
               std::ranges::find(marks, r.number, &storage::drained_mark::number) != marks.end();
    });
}

} // namespace changgu::api
