#include "server/http/places.hpp"

#include <algorithm>

namespace changgu::http {

std::optional<places::seat> places::take(std::shared_ptr<place> newcomer, clock::time_point now) {
    std::shared_ptr<place> leaves;
    {
        const std::lock_guard lock(mutex_);
        if (staying_ >= limit_) {
            if (!fair_ || leaving_ >= most_leaving) return std::nullopt;
            leaves = who_gives_way(newcomer->from(), now);
            if (!leaves) return std::nullopt;
        }
        newcomer->enter(phase::handshake, now);
        insert(newcomer);
        if (leaves) {
            erase(leaves);
            leaves->leaving_ = true;
            ++leaving_;
        }
    }
    std::optional<seat> taken(std::in_place, *this, std::move(newcomer)); // first: cutting may fail
    if (leaves) leaves->cut_();
    return taken;
}

void places::give_back(const std::shared_ptr<place>& p) noexcept {
    const std::lock_guard lock(mutex_);
    if (p->leaving_)
        --leaving_;
    else
        erase(p);
}

std::size_t places::taken() const {
    const std::lock_guard lock(mutex_);
    return staying_ + leaving_;
}

void places::insert(const std::shared_ptr<place>& p) {
    auto& all = by_source_[p->from()];
    all.reserve(all.size() + 1); // what may fail comes first
    by_size_.insert({all.size() + 1, p->from()});
    by_size_.erase({all.size(), p->from()});
    all.push_back(p);
    ++staying_;
}

void places::erase(const std::shared_ptr<place>& p) noexcept {
    const auto found = by_source_.find(p->from());
    auto& all = found->second;
    auto entry = by_size_.extract({all.size(), p->from()});
    std::iter_swap(std::ranges::find(all, p), all.end() - 1);
    all.pop_back();
    --staying_;
    if (all.empty()) {
        by_source_.erase(found);
        return;
    }
    entry.value().first = all.size(); // the node again: there is no memory to be had here
    by_size_.insert(std::move(entry));
}

std::shared_ptr<place> places::longest(const holding& of, bool only_waiting, clock::time_point before) {
    std::shared_ptr<place> found;
    auto since = before.time_since_epoch().count();
    for (const auto& p : of) {
        const auto what = p->phase_.load(std::memory_order_relaxed);
        const bool waits = what == phase::handshake || what == phase::idle || what == phase::header;
        if (only_waiting ? !waits : what == phase::answering) continue;
        const auto its = p->since_.load(std::memory_order_relaxed);
        if (its > since) continue;
        since = its;
        found = p;
    }
    return found;
}

std::shared_ptr<place> places::longest_of_all(clock::time_point before) const {
    std::shared_ptr<place> found;
    for (const auto& [_, all] : by_source_) {
        auto one = longest(all, true, before);
        if (one && (!found || one->since_.load(std::memory_order_relaxed) <
                                  found->since_.load(std::memory_order_relaxed)))
            found = std::move(one);
    }
    return found;
}

std::shared_ptr<place> places::who_gives_way(const source& to, clock::time_point now) const {
    const auto own = by_source_.find(to);
    const std::size_t has = own == by_source_.end() ? 0 : own->second.size();
    const auto& [most, holder] = *by_size_.rbegin();
    if (most <= has + 1) {
        if (own != by_source_.end())
            if (auto its = longest(own->second, true, now - patience)) return its;
        return has < few ? longest_of_all(now - patience) : nullptr;
    }
    const auto& all = by_source_.find(holder)->second;
    if (auto waiting = longest(all, true, now)) return waiting;
    return longest(all, false, now - patience);
}

} // namespace changgu::http
