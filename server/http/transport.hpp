// A byte stream over TCP, a Unix socket or TLS, for servers and clients. The SSL object works on the socket's
// descriptor itself: Asio's own ssl::stream keeps a BIO pair and two staging buffers, 79 KiB for each idle
// connection; here a whole idle session takes 23. Used from its executor's thread only. Deadlines are the
// caller's: abort() ends whatever is waiting.
#pragma once

#include "crypto/bytes.hpp"
#include "server/http/tls.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <span>

namespace changgu::http {

class transport {
  public:
    using socket_type = boost::asio::generic::stream_protocol::socket;

    explicit transport(socket_type socket) : socket_(std::move(socket)) {}
    ~transport();
    transport(const transport&) = delete;
    transport& operator=(const transport&) = delete;
    transport(transport&&) = default;
    transport& operator=(transport&&) = delete;

    /// Puts TLS on a connected socket; `ssl` has its accept or connect state set.
    void use(ssl_ptr ssl);
    [[nodiscard]] bool secure() const noexcept { return ssl_ != nullptr; }
    [[nodiscard]] ssl_st* ssl() const noexcept { return ssl_.get(); }
    [[nodiscard]] socket_type& socket() noexcept { return socket_; }

    boost::asio::awaitable<boost::system::error_code> handshake();
    /// At least one byte; asio::error::eof when the peer has ended its side, with or without a close_notify.
    boost::asio::awaitable<boost::system::result<std::size_t>> read_some(std::span<crypto::byte> into);
    /// All of it.
    boost::asio::awaitable<boost::system::error_code> write(crypto::bytes_view from);
    /// Ends our side, then reads and drops what the peer still sends: closing with unread bytes would reset
    /// the connection and could take the last answer with it.
    boost::asio::awaitable<void> shutdown();
    /// Ends every wait with an error and lets nothing through any more. The descriptor stays, since `ssl`
    /// knows its number.
    void abort() noexcept;

  private:
    boost::asio::awaitable<boost::system::error_code> wait_for(int ssl_result);

    socket_type socket_;
    ssl_ptr ssl_;
    bool aborted_ = false;
};

} // namespace changgu::http
