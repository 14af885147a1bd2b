#include "server/api/limiter.hpp"

#include <algorithm>

namespace changgu::api {

namespace {

/// Also from then on where the clock was set back.
bool has_aged(std::uint64_t at, std::uint64_t now) noexcept {
    return (now > at ? now - at : at - now) >= failure_limit::window;
}

} // namespace

bool failure_limit::blocked(std::uint32_t number, const http::source& from, std::uint64_t now) const {
    const std::lock_guard lock(mutex_);
    const auto found = failures_.find(number);
    if (found == failures_.end()) return false;
    std::size_t all = 0;
    std::size_t its = 0;
    for (const auto& f : found->second) {
        if (has_aged(f.at, now)) continue;
        ++all;
        if (f.from == from) ++its;
    }
    return its >= allowed || all >= allowed_in_all;
}

void failure_limit::failed(std::uint32_t number, const http::source& from, std::uint64_t now) {
    const std::lock_guard lock(mutex_);
    const auto aged = [now](const failure& f) { return has_aged(f.at, now); };
    if (swept_ != now / window)
        std::erase_if(failures_, [&](const auto& of) { return std::ranges::all_of(of.second, aged); });
    swept_ = now / window;
    auto& its = failures_[number];
    std::erase_if(its, aged);
    its.push_back({from, now});
}

bool put_limit::allow(std::uint32_t number, std::uint64_t now) {
    const std::lock_guard lock(mutex_);
    if (now / 60 != minute_) {
        minute_ = now / 60;
        counts_.clear();
    }
    auto& count = counts_[number];
    if (count >= per_minute_) return false;
    ++count;
    return true;
}

} // namespace changgu::api
