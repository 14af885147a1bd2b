#include "server/metrics/figures.hpp"

#include "crypto/json.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace changgu::metrics {

namespace {

constexpr unsigned nearly_full = 90; // per cent
constexpr std::int64_t soon = 14;    // days

unsigned band(std::uint64_t value, std::initializer_list<unsigned> bounds) noexcept {
    unsigned out = 0;
    for (const unsigned b : bounds)
        if (value >= b) out = b;
    return out;
}

class exposition {
  public:
    void gauge(std::string_view name, std::string_view help) {
        name_ = name;
        text_ += "# HELP changgu_";
        text_.append(name).append(" ").append(help).append("\n# TYPE changgu_");
        text_.append(name).append(" gauge\n");
    }
    void sample(std::string_view labels, std::string_view value) {
        text_ += "changgu_";
        text_.append(name_).append(labels).append(" ").append(value).append("\n");
    }
    void one(std::string_view name, std::string_view help, std::int64_t value) {
        gauge(name, help);
        sample("", std::to_string(value));
    }
    void share(std::string_view name, std::string_view help, const std::optional<unsigned>& percent) {
        if (!percent) return;
        gauge(name, help);
        const unsigned p = *percent;
        sample("", p >= 100 ? "1" : "0." + std::string(p < 10 ? "0" : "") + std::to_string(p));
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

  private:
    std::string text_;
    std::string_view name_;
};

std::string_view storage_state(const figures& f) {
    if (!f.storage_good) return "failed";
    return std::max(f.storage_used.value_or(0), f.disk_used.value_or(0)) >= nearly_full ? "nearly_full"
                                                                                        : "ok";
}
std::string_view release_state(const figures& f) {
    return f.release_late_hours == 0 ? "on_time" : f.release_late_hours < 24 ? "late" : "missed";
}
std::string_view epoch_state(const figures& f) {
    if (!f.epoch_valid) return "none";
    return f.epoch_days < soon / 2 ? "ends_soon" : "valid";
}
std::string_view certificate_state(const figures& f) {
    if (!f.tls) return "none";
    if (!f.certificate_days) return "unreadable";
    return *f.certificate_days < 0 ? "ended" : *f.certificate_days <= soon ? "ends_soon" : "valid";
}

} // namespace

unsigned in_fives(std::uint64_t value, std::uint64_t whole, std::uint64_t shift) noexcept {
    const std::uint64_t step = std::max<std::uint64_t>(whole / 20, 1);
    return static_cast<unsigned>(std::min<std::uint64_t>((value + shift % step) / step, 20) * 5);
}
unsigned in_bands_of_hours(std::uint64_t seconds) noexcept {
    return band(seconds / 3600, {1, 6, 24, 168});
}
unsigned in_bands_of_prekeys(std::uint64_t count) noexcept {
    return band(count, {1, 6, 12});
}

std::string to_prometheus(const figures& f) {
    exposition out;
    out.one("uptime_days", "Whole days since the start.", static_cast<std::int64_t>(f.uptime_days));
    out.one("storage_good", "1 until a write to the disk has failed.", f.storage_good ? 1 : 0);
    out.share("storage_used_ratio", "Of budget_mib, in steps of 0.05, as of the last release.",
              f.storage_used);
    out.share("disk_used_ratio", "Of the file system, in steps of 0.05, as of the last release.",
              f.disk_used);
    out.one("release_late_hours", "For how long a release has been due, at least: 0, 1, 6, 24 or 168.",
            f.release_late_hours);
    out.one("epoch_valid", "1 while reports can be sealed.", f.epoch_valid ? 1 : 0);
    out.one("epoch_days_left", "Until the last epoch that is signed ends.", f.epoch_days);
    out.one("epochs_ahead", "Epochs that are signed and have not begun.", f.epochs_ahead);
    out.one("reviewers", "Reviewers in the key log who are not revoked.", f.reviewers);
    out.one("prekeys_left", "Of the reviewer who has fewest, at least: 0, 1, 6 or 12.", f.prekeys_left);
    out.one("clock_trusted", "0 while the clock has jumped and deleting does not go by it.",
            f.clock_trusted ? 1 : 0);
    if (f.certificate_days)
        out.one("certificate_days_left", "Until the TLS certificate on the disk ends.", *f.certificate_days);
    out.gauge("sandbox", "1 for each part of the sandbox that is on.");
    out.sample("{part=\"landlock\"}", f.sandbox.landlock != 0 ? "1" : "0");
    out.sample("{part=\"seccomp\"}", f.sandbox.seccomp ? "1" : "0");
    out.sample("{part=\"memory_locked\"}", f.sandbox.memory_locked ? "1" : "0");
    out.one("landlock_interface", "Of the kernel's Landlock interface, the number that is used.",
            f.sandbox.landlock);
    return out.take();
}

health to_health(const figures& f) {
    const auto storage = storage_state(f);
    const auto release = release_state(f);
    const auto epoch = epoch_state(f);
    const auto certificate = certificate_state(f);
    const bool good = storage == "ok" && release == "on_time" && epoch != "none" && certificate != "ended" &&
                      certificate != "unreadable" && f.clock_trusted;
    return {good,
            crypto::json::serialize(crypto::json::object{{"status", good ? "ok" : "degraded"},
                                                         {"storage", storage},
                                                         {"release", release},
                                                         {"epoch", epoch},
                                                         {"certificate", certificate},
                                                         {"clock", f.clock_trusted ? "ok" : "doubted"}})};
}

} // namespace changgu::metrics
