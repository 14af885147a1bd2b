// What belongs to one thread of the server: its io_context and the sessions that live on it.
#pragma once

#include "server/http/deadline.hpp"
#include "server/http/limits.hpp"
#include "server/http/places.hpp"
#include "server/http/route.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <unordered_set>

namespace changgu::http {

class session;

struct worker {
    worker(std::size_t number, const limits& bounds, const router& table, places& connections)
        : index(number), limit(bounds), routes(table), seats(connections), work(context.get_executor()) {}

    const std::size_t index;
    const limits& limit;
    const router& routes;
    places& seats; ///< for the connections of all threads
    std::unordered_set<session*> sessions;
    bool draining = false;
    bool cut_all = false; ///< the grace is over
    /// What the session that runs at the moment reads into and writes from, before it keeps what is left: so
    /// that one that waits holds no buffer. Empty and wiped whenever a session waits.
    std::array<crypto::byte, 16 * 1024> incoming;
    crypto::bytes outgoing;
    // After `sessions`: what is still suspended when the context goes leaves the set then.
    boost::asio::io_context context{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work;
    std::optional<deadline> grace;

    /// No further request; ends by itself when the last session has gone, within limits.grace. On this
    /// thread.
    void drain();
    /// Called by a session that goes.
    void left(session* who) noexcept;
};

} // namespace changgu::http
