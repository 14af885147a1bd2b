// One deadline that is set anew for each phase of a connection, with one timer. Moving it later costs a look
// at the clock and no more: the timer is left as it is, and looks again when it wakes.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace changgu::http {

class deadline {
  public:
    /// `expire` runs on `executor` when the time that was set last has run out, and never after this object
    /// is gone.
    deadline(const boost::asio::any_io_executor& executor, std::function<void()> expire)
        : state_(std::make_shared<state>(executor, std::move(expire))) {}
    deadline(const deadline&) = delete;
    deadline& operator=(const deadline&) = delete;
    ~deadline() { clear(); }

    void set(std::chrono::milliseconds from_now) {
        state_->due = clock::now() + from_now;
        if (!state_->waiting || state_->due < state_->timer.expiry()) wait(state_);
    }
    void clear() noexcept {
        state_->due = clock::time_point::max();
        try {
            state_->timer.cancel();
        } catch (const std::exception&) { // then it wakes at its time, and finds nothing due
            return;
        }
    }

  private:
    using clock = std::chrono::steady_clock;
    struct state {
        state(const boost::asio::any_io_executor& executor, std::function<void()> f)
            : timer(executor), expire(std::move(f)) {}
        boost::asio::steady_timer timer;
        std::function<void()> expire;
        clock::time_point due = clock::time_point::max();
        std::size_t waits = 0; ///< tells a wait that was replaced from the one that counts
        bool waiting = false;
    };

    static void wait(const std::shared_ptr<state>& s) {
        s->waiting = true;
        s->timer.expires_at(s->due);
        s->timer.async_wait([s, round = ++s->waits](boost::system::error_code) {
            if (s->waits != round) return;
            s->waiting = false;
            if (s->due == clock::time_point::max()) return;
            if (clock::now() < s->due) return wait(s);
            s->due = clock::time_point::max();
            s->expire();
        });
    }

    std::shared_ptr<state> state_;
};

} // namespace changgu::http
