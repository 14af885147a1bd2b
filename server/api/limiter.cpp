#include "server/api/limiter.hpp"

namespace changgu::api {

bool failure_limit::blocked(scope what, std::uint32_t number, std::uint64_t now) const {
    const std::lock_guard lock(mutex_);
    const auto found = failures_.find({what, number});
    if (found == failures_.end() || found->second.count < allowed) return false;
    const auto oldest = found->second.at[found->second.next]; // of ten
    return oldest + window > now && oldest < now + window;    // else the clock was set back
}

void failure_limit::failed(scope what, std::uint32_t number, std::uint64_t now) {
    const std::lock_guard lock(mutex_);
    auto& r = failures_[{what, number}];
    r.at[r.next] = now;
    r.next = (r.next + 1) % allowed;
    if (r.count < allowed) ++r.count;
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
