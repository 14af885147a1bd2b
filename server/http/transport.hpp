// A byte stream over TCP, a Unix socket or TLS, for servers and clients. It models Asio's AsyncReadStream and
// AsyncWriteStream; for hot paths there is beneath them what can be done without waiting.
//
// The SSL object works on the socket's descriptor itself. Asio's own ssl::stream keeps a BIO pair and two
// staging buffers beside it, 79 KiB for each idle connection where this takes 15 to 17, and copies every byte
// twice.
//
// OpenSSL reads ahead, a whole record with one call, so bytes may wait inside the SSL object while the
// descriptor is silent: whoever waits for the descriptor asks has_pending() first. Used from its executor's
// thread only. Deadlines are the caller's: abort() ends whatever is waiting.
#pragma once

#include "crypto/bytes.hpp"
#include "server/http/tls.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <span>
#include <type_traits>

namespace changgu::http {

class transport {
  public:
    using socket_type = boost::asio::generic::stream_protocol::socket;
    using next_layer_type = socket_type;
    using executor_type = socket_type::executor_type;
    using error_code = boost::system::error_code;

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
    [[nodiscard]] socket_type& next_layer() noexcept { return socket_; }
    [[nodiscard]] executor_type get_executor() noexcept { return socket_.get_executor(); }

    // What can be done without waiting.

    /// What came of an attempt. `ec` is would_block when `wait` has to come first; eof when the peer has
    /// ended its side in order; connection_reset when the stream was cut, so that its last bytes may be
    /// missing; connection_aborted when what came is no TLS, or an alert.
    struct attempt {
        std::size_t bytes = 0;
        error_code ec;
        socket_type::wait_type wait = socket_type::wait_read;
        [[nodiscard]] bool blocked() const noexcept { return ec == boost::asio::error::would_block; }
    };
    attempt handshake_now();
    attempt read_now(std::span<crypto::byte> into);
    attempt write_now(crypto::bytes_view from);
    /// Whether bytes have come that the descriptor does not tell of any more.
    [[nodiscard]] bool has_pending() const noexcept;

    // The same, waiting.

    boost::asio::awaitable<error_code> handshake();
    /// At least one byte. Errors: those of `attempt`.
    boost::asio::awaitable<boost::system::result<std::size_t>> read_some(std::span<crypto::byte> into);
    /// All of it.
    boost::asio::awaitable<error_code> write(crypto::bytes_view from);
    /// Until the attempt can be made again.
    boost::asio::awaitable<error_code> wait_for(const attempt& blocked) { return wait(blocked.wait); }
    /// Until there is something to be read, or the peer has ended.
    boost::asio::awaitable<error_code> readable() { return wait(socket_type::wait_read); }
    /// Ends our side, then reads and drops what the peer still sends: closing with unread bytes would reset
    /// the connection and could take the last answer with it.
    boost::asio::awaitable<void> shutdown();
    /// Ends every wait with an error and lets nothing through any more. The descriptor stays, since `ssl`
    /// knows its number.
    void abort() noexcept;

    // Asio's concepts: void(error_code, std::size_t), never completed within the call.

    template <class MutableBufferSequence, class ReadToken>
    auto async_read_some(const MutableBufferSequence& buffers, ReadToken&& token) {
        const auto into = first_of<boost::asio::mutable_buffer>(buffers);
        return compose(std::forward<ReadToken>(token), into.size(), [this, into] {
            return read_now({static_cast<crypto::byte*>(into.data()), into.size()});
        });
    }
    template <class ConstBufferSequence, class WriteToken>
    auto async_write_some(const ConstBufferSequence& buffers, WriteToken&& token) {
        const auto from = first_of<boost::asio::const_buffer>(buffers);
        return compose(std::forward<WriteToken>(token), from.size(), [this, from] {
            return write_now({static_cast<const crypto::byte*>(from.data()), from.size()});
        });
    }

  private:
    attempt outcome(int ssl_result, std::size_t bytes);
    boost::asio::awaitable<error_code> wait(socket_type::wait_type what);

    template <class Buffer, class Sequence> static Buffer first_of(const Sequence& buffers) {
        for (auto at = boost::asio::buffer_sequence_begin(buffers);
             at != boost::asio::buffer_sequence_end(buffers); ++at)
            if (const Buffer one(*at); one.size() != 0) return one;
        return {};
    }

    /// `Step` gives an attempt.
    template <class Step> struct operation {
        transport& stream;
        std::size_t wanted;
        Step step;
        attempt last;
        bool within_call = true;
        bool done = false;

        template <class Self> void operator()(Self& self, error_code waited = {}) {
            if (!done) {
                if (waited)
                    last = {0, waited};
                else if (wanted == 0)
                    last = {};
                else
                    last = step();
                if (last.blocked()) {
                    within_call = false;
                    return stream.socket_.async_wait(last.wait, std::move(self));
                }
                done = true;
                if (within_call) return boost::asio::post(stream.get_executor(), std::move(self));
            }
            self.complete(last.ec, last.bytes);
        }
    };
    template <class Token, class Step> auto compose(Token token, std::size_t wanted, Step step) {
        return boost::asio::async_compose<Token, void(error_code, std::size_t)>(
            operation<Step>{*this, wanted, std::move(step), {}}, token, socket_);
    }

    socket_type socket_;
    ssl_ptr ssl_;
    bool aborted_ = false;
};

} // namespace changgu::http
