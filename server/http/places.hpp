// Who has the places for connections, and who gives way when they run short: not whoever comes last, or one
// client with a thousand connections would close the channel, but the source that holds most. Connections
// without a source are taken for one.
//
// Nothing here waits and nothing here has a socket: a session says what it is at, the listener asks.
// From any thread.
#pragma once

#include "server/http/source.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

namespace changgu::http {

/// What a session is at. It waits for its peer in all of these but `answering`.
enum class phase : std::uint8_t { handshake, idle, header, body, writing, answering };

class place {
  public:
    using clock = std::chrono::steady_clock;

    /// `cut` ends the connection soon, and may be called from any thread, as often as one likes.
    place(const source& from, std::function<void()> cut) : from_(from), cut_(std::move(cut)) {}

    [[nodiscard]] const source& from() const noexcept { return from_; }
    void enter(phase what, clock::time_point now) noexcept {
        since_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
        phase_.store(what, std::memory_order_relaxed);
    }

  private:
    friend class places;
    const source from_;
    const std::function<void()> cut_;
    std::atomic<phase> phase_ = phase::handshake;
    std::atomic<clock::rep> since_ = 0;
    bool leaving_ = false; ///< under the mutex of `places`: its place is taken already
};

class places {
  public:
    using clock = place::clock;
    /// Before a source takes a place from itself, or from somebody in the middle of a request.
    static constexpr std::chrono::seconds patience{2};
    static constexpr std::size_t most_leaving = 64;
    /// As many as a source may come to at the cost of others who hold as little: what a browser opens.
    static constexpr std::size_t few = 6;

    /// `fair`: false refuses whoever comes when all is taken.
    places(std::size_t limit, bool fair) : limit_(limit), fair_(fair) {}

    /// Gives its place back when it goes.
    class seat {
      public:
        seat(places& in, std::shared_ptr<place> p) : in_(&in), place_(std::move(p)) {}
        seat(seat&&) noexcept = default;
        seat& operator=(seat&&) = delete;
        seat(const seat&) = delete;
        seat& operator=(const seat&) = delete;
        ~seat() {
            if (place_) in_->give_back(place_);
        }
        place* operator->() const noexcept { return place_.get(); }

      private:
        places* in_;
        std::shared_ptr<place> place_;
    };

    /// A place, or none: then the connection cannot stay. When all are taken, one that waits for its peer is
    /// cut: of the source that holds most, longest waiting first, unless the newcomer is of that source or
    /// one like it; then one of its own that has waited for a while, or, if it holds but few, of anybody's:
    /// one connection from each of a thousand addresses keeps nobody out. Nobody is cut in the middle of an
    /// answer's making.
    std::optional<seat> take(std::shared_ptr<place> newcomer, clock::time_point now);

    [[nodiscard]] std::size_t taken() const;

  private:
    using holding = std::vector<std::shared_ptr<place>>;
    using table = std::map<source, holding>;

    void give_back(const std::shared_ptr<place>& p) noexcept;
    void insert(const std::shared_ptr<place>& p);
    void erase(const std::shared_ptr<place>& p) noexcept;
    static std::shared_ptr<place> longest(const holding& of, bool only_waiting, clock::time_point before);
    [[nodiscard]] std::shared_ptr<place> longest_of_all(clock::time_point before) const;
    [[nodiscard]] std::shared_ptr<place> who_gives_way(const source& to, clock::time_point now) const;

    const std::size_t limit_;
    const bool fair_;
    mutable std::mutex mutex_;
    table by_source_;                                  ///< those that leave are not in it
    std::set<std::pair<std::size_t, source>> by_size_; ///< how many each has
    std::size_t staying_ = 0;
    std::size_t leaving_ = 0;
};

} // namespace changgu::http
