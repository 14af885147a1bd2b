#include "server/http/worker.hpp"

#include "server/http/session.hpp"

#include <vector>

namespace changgu::http {

namespace {
// A session that is cut ends within its next step; a handler that still does not end would hold the process
// back.
constexpr std::chrono::milliseconds last_wait{1000};

std::vector<std::shared_ptr<session>> all_of(const worker& w) {
    std::vector<std::shared_ptr<session>> out; // held, since cutting one may take it out of the set
    for (auto* s : w.sessions)
        if (auto held = s->weak_from_this().lock()) out.push_back(std::move(held));
    return out;
}
} // namespace

void worker::drain() {
    if (draining) return;
    draining = true;
    work.reset();
    if (sessions.empty()) return;
    for (const auto& s : all_of(*this)) s->stop_if_idle();
    grace.emplace(context.get_executor(), [this] {
        for (const auto& s : all_of(*this)) s->cut();
        grace->set(last_wait);
        if (cut_all) context.stop();
        cut_all = true;
    });
    grace->set(limit.grace);
}

void worker::left(session* who) noexcept {
    sessions.erase(who);
    if (draining && sessions.empty() && grace) grace->clear();
}

} // namespace changgu::http
