#include "server/http/transport.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace changgu::http {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_dropped = 1U << 20U; // bytes that shutdown() is willing to drop

transport::attempt of_system_call(ssize_t done, transport::socket_type::wait_type direction) {
    if (done > 0) return {static_cast<std::size_t>(done), {}, direction};
    if (done == 0) return {0, asio::error::eof, direction};
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
        return {0, asio::error::would_block, direction};
    return {0, asio::error::connection_reset, direction};
}

} // namespace

transport::~transport() = default;

void transport::use(ssl_ptr ssl) {
    socket_.native_non_blocking(true);
    if (SSL_set_fd(ssl.get(), socket_.native_handle()) != 1)
        throw std::runtime_error("TLS cannot use the socket");
    ssl_ = std::move(ssl);
}

void transport::abort() noexcept {
    aborted_ = true;
    error_code ignored;
    socket_.cancel(ignored);
    socket_.shutdown(asio::socket_base::shutdown_both, ignored);
}

transport::attempt transport::outcome(int ssl_result, std::size_t bytes) {
    if (ssl_result == 1) return {bytes, {}};
    switch (SSL_get_error(ssl_.get(), ssl_result)) {
    case SSL_ERROR_WANT_READ: return {0, asio::error::would_block, socket_type::wait_read};
    case SSL_ERROR_WANT_WRITE: return {0, asio::error::would_block, socket_type::wait_write};
    case SSL_ERROR_ZERO_RETURN: return {0, asio::error::eof};
    case SSL_ERROR_SYSCALL: return {0, asio::error::connection_reset};
    default: break;
    }
    const bool cut = ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
    return {0, cut ? asio::error::connection_reset : asio::error::connection_aborted};
}

transport::attempt transport::handshake_now() {
    if (aborted_) return {0, asio::error::operation_aborted};
    ERR_clear_error();
    return outcome(SSL_do_handshake(ssl_.get()), 0);
}

transport::attempt transport::read_now(std::span<crypto::byte> into) {
    if (aborted_) return {0, asio::error::operation_aborted};
    if (!ssl_)
        return of_system_call(::recv(socket_.native_handle(), into.data(), into.size(), MSG_DONTWAIT),
                              socket_type::wait_read);
    ERR_clear_error();
    std::size_t n = 0;
    const int done = SSL_read_ex(ssl_.get(), into.data(), into.size(), &n);
    return outcome(done, n);
}

transport::attempt transport::write_now(crypto::bytes_view from) {
    if (aborted_) return {0, asio::error::operation_aborted};
    if (!ssl_)
        return of_system_call(
            ::send(socket_.native_handle(), from.data(), from.size(), MSG_DONTWAIT | MSG_NOSIGNAL),
            socket_type::wait_write);
    ERR_clear_error();
    std::size_t n = 0;
    const int done = SSL_write_ex(ssl_.get(), from.data(), from.size(), &n);
    return outcome(done, n);
}

bool transport::has_pending() const noexcept {
    return ssl_ && SSL_has_pending(ssl_.get()) == 1;
}

asio::awaitable<transport::error_code> transport::wait(socket_type::wait_type what) {
    error_code ec;
    co_await socket_.async_wait(what, asio::redirect_error(asio::use_awaitable, ec));
    if (!ec && aborted_) ec = asio::error::operation_aborted;
    co_return ec;
}

asio::awaitable<transport::error_code> transport::handshake() {
    for (;;) {
        const auto a = handshake_now();
        if (!a.ec) break;
        if (!a.blocked()) co_return a.ec;
        if (const auto ec = co_await wait(a.wait)) co_return ec;
    }
    // Without session tickets nothing follows the handshake from the server, so its acknowledgement of the
    // client's Finished would be delayed and a client without TCP_NODELAY would hold its first request back
    // for some 40 ms.
    const int on = 1;
    ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
    co_return error_code{};
}

asio::awaitable<boost::system::result<std::size_t>> transport::read_some(std::span<crypto::byte> into) {
    for (;;) {
        const auto a = read_now(into);
        if (!a.ec) co_return a.bytes;
        if (!a.blocked()) co_return a.ec;
        if (const auto ec = co_await wait(a.wait)) co_return ec;
    }
}

asio::awaitable<transport::error_code> transport::write(crypto::bytes_view from) {
    while (!from.empty()) {
        const auto a = write_now(from);
        if (!a.ec)
            from = from.subspan(a.bytes);
        else if (!a.blocked())
            co_return a.ec;
        else if (const auto ec = co_await wait(a.wait))
            co_return ec;
    }
    co_return error_code{};
}

asio::awaitable<void> transport::shutdown() {
    if (aborted_) co_return;
    if (ssl_) {
        ERR_clear_error();
        SSL_shutdown(ssl_.get()); // a close_notify if it fits into the socket's buffer; if not, the end of
                                  // the stream does
    }
    error_code ec;
    socket_.shutdown(asio::socket_base::shutdown_send, ec);
    std::array<crypto::byte, 4096> dropped;
    for (std::size_t total = 0; !ec && total < most_dropped;) {
        // Past TLS: what comes now is nobody's.
        const auto a =
            of_system_call(::recv(socket_.native_handle(), dropped.data(), dropped.size(), MSG_DONTWAIT),
                           socket_type::wait_read);
        total += a.bytes;
        ec = a.blocked() ? co_await wait(a.wait) : a.ec;
    }
}

} // namespace changgu::http
