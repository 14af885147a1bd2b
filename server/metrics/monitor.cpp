#include "server/metrics/monitor.hpp"

#include "server/api/prekeys_left.hpp"
#include "server/http/tls.hpp"

#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

namespace changgu::metrics {

namespace {

constexpr std::uint64_t day = 86'400;

std::uint64_t random_number() {
    std::array<crypto::byte, 8> raw{};
    crypto::fill_random(raw);
    std::uint64_t out = 0;
    std::memcpy(&out, raw.data(), raw.size());
    return out;
}

std::int64_t days_until(std::uint64_t end, std::uint64_t now) {
    return (static_cast<std::int64_t>(end) - static_cast<std::int64_t>(now)) / static_cast<std::int64_t>(day);
}

std::optional<std::int64_t> certificate_days(const std::filesystem::path& file, std::uint64_t now) {
    try {
        const auto end = http::certificate_not_after(file).time_since_epoch().count();
        return end < 0 ? -1 : days_until(static_cast<std::uint64_t>(end), now);
    } catch (const std::runtime_error&) {
        return std::nullopt;
    }
}

std::optional<unsigned> disk_used(const std::filesystem::path& directory, std::uint64_t shift) {
    struct statvfs disk{};
    if (::statvfs(directory.c_str(), &disk) != 0 || disk.f_blocks == 0) return std::nullopt;
    // As df has it: what only root may use is not there.
    const std::uint64_t used = disk.f_blocks - disk.f_bfree;
    return in_fives(used * disk.f_frsize, (used + disk.f_bavail) * disk.f_frsize, shift);
}

} // namespace

monitor::monitor(api::service& shared, monitor_options options)
    : shared_(shared), options_(std::move(options)), shift_(random_number()), started_(shared.clock.even()),
      reader_(shared.store().make_reader()) {
    observe({shared.now(), {}, {}});
}

void monitor::tell_sandbox(const sandbox::state& s) {
    figures_.sandbox = s;
    publish();
}

std::shared_ptr<const page> monitor::current() const {
    const std::lock_guard lock(mutex_);
    return page_;
}

void monitor::observe(const api::observation& o) {
    const auto turn = o.now / interval;
    if (!o.used_after_release && looked_ == turn) return;
    if (o.used_after_release) {
        figures_.storage_used = in_fives(*o.used_after_release, options_.storage_budget, shift_);
        figures_.disk_used = disk_used(options_.data, shift_);
    }
    figures_.release_late_hours = in_bands_of_hours(
        o.release_due_since && o.now > *o.release_due_since ? o.now - *o.release_due_since : 0);
    const auto log = shared_.key_log();
    if (looked_ != turn) count_prekeys(*log);
    looked_ = turn;
    figures_.clock_trusted = o.clock_trusted;
    look(o.now);
    publish();
}

void monitor::count_prekeys(const crypto::key_log& log) {
    const auto left = api::prekeys_left(log, reader_);
    std::size_t least = left.empty() ? 0 : left.begin()->second;
    for (const auto& [_, count] : left) least = std::min(least, count);
    figures_.reviewers = static_cast<unsigned>(left.size());
    figures_.prekeys_left = in_bands_of_prekeys(least);
}

void monitor::look(std::uint64_t now) {
    figures& f = figures_;
    f.uptime_days = (shared_.clock.even() - started_) / day;
    f.storage_good = shared_.store().healthy();
    const auto log = shared_.key_log();
    f.epoch_valid = log->sealing_epoch(now).has_value();
    f.epochs_ahead = 0;
    std::uint64_t until = now;
    for (const auto& [_, e] : log->epochs()) {
        if (!e.usable()) continue;
        until = std::max(until, e.entry.valid_until);
        if (e.entry.valid_from > now) ++f.epochs_ahead;
    }
    f.epoch_days = days_until(until, now);
    f.tls = options_.certificate.has_value();
    if (f.tls) f.certificate_days = certificate_days(*options_.certificate, now);
}

void monitor::publish() {
    auto fresh = std::make_shared<const page>(page{to_prometheus(figures_), to_health(figures_)});
    const std::lock_guard lock(mutex_);
    page_ = std::move(fresh);
}

} // namespace changgu::metrics
