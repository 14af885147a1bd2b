#include "server/http/transport.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <stdexcept>

namespace changgu::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {
constexpr std::size_t most_drained = 1U << 20U; // bytes that shutdown() is willing to drop
}

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

asio::awaitable<error_code> transport::wait_for(int ssl_result) {
    const int reason = SSL_get_error(ssl_.get(), ssl_result);
    error_code ec;
    if (reason == SSL_ERROR_WANT_READ)
        co_await socket_.async_wait(asio::socket_base::wait_read,
                                    asio::redirect_error(asio::use_awaitable, ec));
    else if (reason == SSL_ERROR_WANT_WRITE)
        co_await socket_.async_wait(asio::socket_base::wait_write,
                                    asio::redirect_error(asio::use_awaitable, ec));
    else if (reason == SSL_ERROR_ZERO_RETURN || reason == SSL_ERROR_SYSCALL)
        ec = asio::error::eof;
    else
        ec = asio::error::connection_aborted;
    if (!ec && aborted_) ec = asio::error::operation_aborted;
    co_return ec;
}

asio::awaitable<error_code> transport::handshake() {
    for (;;) {
        if (aborted_) co_return asio::error::operation_aborted;
        ERR_clear_error();
        const int done = SSL_do_handshake(ssl_.get());
        if (done == 1) break;
        if (const auto ec = co_await wait_for(done)) co_return ec;
    }
    // Without session tickets nothing follows the handshake from the server, so its acknowledgement of the
    // client's Finished would be delayed and a client without TCP_NODELAY would hold its first request back
    // for some 40 ms.
    const int on = 1;
    ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
    co_return error_code{};
}

asio::awaitable<boost::system::result<std::size_t>> transport::read_some(std::span<crypto::byte> into) {
    if (!ssl_) {
        error_code ec;
        const std::size_t n = co_await socket_.async_read_some(asio::buffer(into.data(), into.size()),
                                                               asio::redirect_error(asio::use_awaitable, ec));
        if (ec) co_return ec;
        co_return n;
    }
    for (;;) {
        if (aborted_) co_return error_code(asio::error::operation_aborted);
        ERR_clear_error();
        std::size_t n = 0;
        const int done = SSL_read_ex(ssl_.get(), into.data(), into.size(), &n);
        if (done == 1) co_return n;
        if (const auto ec = co_await wait_for(done)) co_return ec;
    }
}

asio::awaitable<error_code> transport::write(crypto::bytes_view from) {
    if (!ssl_) {
        error_code ec;
        co_await asio::async_write(socket_, asio::buffer(from.data(), from.size()),
                                   asio::redirect_error(asio::use_awaitable, ec));
        co_return ec;
    }
    while (!from.empty()) {
        if (aborted_) co_return asio::error::operation_aborted;
        ERR_clear_error();
        std::size_t n = 0;
        const int done = SSL_write_ex(ssl_.get(), from.data(), from.size(), &n);
        if (done == 1)
            from = from.subspan(n);
        else if (const auto ec = co_await wait_for(done))
            co_return ec;
    }
    co_return error_code{};
}

asio::awaitable<void> transport::shutdown() {
    if (aborted_) co_return;
    error_code ec;
    if (ssl_) {
        ERR_clear_error();
        SSL_shutdown(ssl_.get()); // a close_notify if it fits into the socket's buffer; if not, the end of
                                  // the stream does
    }
    socket_.shutdown(asio::socket_base::shutdown_send, ec);
    std::array<crypto::byte, 4096> dropped;
    for (std::size_t total = 0; !ec && !aborted_ && total < most_drained;)
        total += co_await socket_.async_read_some(asio::buffer(dropped),
                                                  asio::redirect_error(asio::use_awaitable, ec));
}

} // namespace changgu::http
