// One deadline that is set anew for each phase of a connection, with one timer.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
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
        state_->timer.expires_after(from_now);
        // The round tells a wait that had already run out when the deadline was moved from the one that
        // counts.
        state_->timer.async_wait([s = state_, round = ++state_->round](boost::system::error_code ec) {
            if (ec || s->round != round) return;
            s->expired = true;
            s->expire();
        });
    }
    void clear() noexcept {
        ++state_->round;
        try {
            state_->timer.cancel();
        } catch (const std::exception&) { // nothing waits then; the round is over all the same
            return;
        }
    }
    [[nodiscard]] bool expired() const noexcept { return state_->expired; }

  private:
    struct state {
        state(const boost::asio::any_io_executor& executor, std::function<void()> f)
            : timer(executor), expire(std::move(f)) {}
        boost::asio::steady_timer timer;
        std::function<void()> expire;
        std::uint64_t round = 0;
        bool expired = false;
    };
    std::shared_ptr<state> state_;
};

} // namespace changgu::http
