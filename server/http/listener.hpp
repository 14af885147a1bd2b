// Accepts connections on one address for one worker. Each worker has a listener of its own on the same
// socket, and whichever is free takes the next connection: one that is accepted by one thread and served by
// another costs a fifth more (measured: 363 against 277 µs for a handshake and a submission). It outlives
// every error of accept().
#pragma once

#include "server/http/server.hpp"
#include "server/http/tls.hpp"
#include "server/http/worker.hpp"
#include "server/log.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace changgu::http {

using endpoint = boost::asio::generic::stream_protocol::endpoint;

/// Throws std::runtime_error naming `what` when the address is not numeric.
endpoint tcp_endpoint(const tcp_address& address);
[[nodiscard]] bool is_loopback(const tcp_address& address) noexcept;

class listener {
  public:
    /// For peers that connect themselves, over TLS. Empty: plain HTTP, where a peer is a proxy or an onion
    /// service and its address says nothing.
    struct direct {
        std::function<ssl_ptr()> ssl;  ///< makes the SSL object of a connection, in its accept state
        source_names* names = nullptr; ///< of the peers
    };

    /// Binds and listens. Throws std::runtime_error.
    listener(worker& home, const endpoint& where, direct peers);
    /// On the same socket as another. Throws std::runtime_error.
    listener(worker& home, listener& beside);
    ~listener();

    /// Begins to accept, and again where a want of memory has ended that. On its worker's thread, or before
    /// it runs. Throws std::bad_alloc.
    void keep_accepting();
    /// On its worker's thread.
    void stop() noexcept;
    [[nodiscard]] std::uint16_t port() const noexcept;

  private:
    /// Lives as long as the loop, however that ends: without memory for its next step it is taken down, and
    /// what never ran goes with its io_context, after the listener.
    struct turn {};

    boost::asio::awaitable<void> run(std::shared_ptr<turn> held);
    [[nodiscard]] source source_of(const boost::asio::generic::stream_protocol::socket& socket) const;
    /// False when there is no place for it.
    bool take(boost::asio::generic::stream_protocol::socket socket);
    /// Failures of one kind, of which the log gets one line a minute at most, and what is left at the end.
    struct tally {
        changgu::server::log_event event;
        std::chrono::steady_clock::time_point logged;
        std::int64_t count = 0;
        int error = 0;

        void add(int error_code);
        void write();
    };

    worker& home_;
    direct peers_;
    boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol> acceptor_;
    std::weak_ptr<turn> accepting_;
    tally failed_{changgu::server::log_event::accept_failed, {}};
    tally full_{changgu::server::log_event::connections_full, {}};
};

} // namespace changgu::http
