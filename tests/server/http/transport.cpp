// Our stream and Asio's own, through the same cases with the same peer: OpenSSL on a blocking socket.
#include "server/http/transport.hpp"
#include "tests/server/http/fixture.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/impl/src.hpp> // nothing else of this program has it
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <openssl/ssl.h>

#include <algorithm>
#include <numeric>
#include <thread>

using namespace changgu;
using namespace changgu::test;
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

static_assert(boost::beast::is_async_stream<http::transport>::value);

namespace {

http::ssl_ctx_ptr server_context(bool allow_1_2) {
    static temp_dir directory;
    static const auto files = [] {
        http::certificate_files f{directory.path() / "c.pem", directory.path() / "k.pem"};
        http::make_self_signed({"localhost"}, f.certificate, f.key, now());
        return f;
    }();
    auto with = files;
    with.allow_tls_1_2 = allow_1_2;
    return http::make_server_context(with);
}

struct ours {
    ours(tcp::socket s, SSL_CTX* c) : stream(http::transport::socket_type(std::move(s))) {
        http::ssl_ptr ssl(SSL_new(c));
        SSL_set_accept_state(ssl.get());
        stream.use(std::move(ssl));
    }
    template <class Token> void handshake(asio::io_context& on, Token done) {
        asio::co_spawn(on, stream.handshake(),
                       [done](const std::exception_ptr&, error_code ec) { done(ec); });
    }
    http::transport stream;
};

struct asios {
    asios(tcp::socket s, SSL_CTX* c) : context((SSL_CTX_up_ref(c), c)), stream(std::move(s), context) {}
    template <class Token> void handshake(asio::io_context& /*on*/, Token done) {
        stream.async_handshake(asio::ssl::stream_base::server, done);
    }
    asio::ssl::context context;
    asio::ssl::stream<tcp::socket> stream;
};

/// Two connected sockets: the stream under test on an io_context, and the peer, which runs `play` on a thread
/// of its own after its handshake.
template <class Stream> struct pair {
    using script = std::function<void(SSL*)>;

    explicit pair(script play, bool tls_1_2 = false, int highest = TLS1_3_VERSION)
        : context(server_context(tls_1_2)), acceptor(on, {asio::ip::address_v4::loopback(), 0}),
          peer([this, play = std::move(play), highest] { run_peer(play, highest); }) {
        under_test.emplace(acceptor.accept(), context.get());
        under_test->handshake(on, [this](error_code ec) { shaken = ec; });
        on.run();
        on.restart();
    }
    pair(const pair&) = delete;
    pair& operator=(const pair&) = delete;
    ~pair() {
        under_test.reset(); // closes, so that a peer that waits ends
        peer.join();
    }
    auto& stream() { return under_test->stream; }

    /// What one operation gives; `start` gets the handler.
    template <class Start> std::pair<error_code, std::size_t> finish(Start start) {
        std::pair<error_code, std::size_t> got;
        bool within_call = true;
        bool completed_within = false;
        start([&](error_code ec, std::size_t n) {
            completed_within = within_call;
            got = {ec, n};
        });
        within_call = false;
        on.run();
        on.restart();
        CHECK_FALSE(completed_within);
        return got;
    }
    std::pair<error_code, std::size_t> read(crypto::bytes& into) {
        return finish([&](auto h) { stream().async_read_some(asio::buffer(into), h); });
    }
    std::pair<error_code, std::size_t> read_all(crypto::bytes& into) {
        return finish([&](auto h) { asio::async_read(stream(), asio::buffer(into), h); });
    }
    std::pair<error_code, std::size_t> write_all(const crypto::bytes& from) {
        return finish([&](auto h) { asio::async_write(stream(), asio::buffer(from), h); });
    }

    asio::io_context on{1};
    http::ssl_ctx_ptr context;
    tcp::acceptor acceptor;
    std::optional<Stream> under_test;
    error_code shaken;
    std::thread peer;

  private:
    void run_peer(const script& play, int highest) {
        raw_client raw(acceptor.local_endpoint().port());
        const http::ssl_ctx_ptr client(SSL_CTX_new(TLS_client_method()));
        SSL_CTX_set_max_proto_version(client.get(), highest);
        const http::ssl_ptr ssl(SSL_new(client.get()));
        SSL_set_fd(ssl.get(), raw.descriptor());
        if (SSL_connect(ssl.get()) == 1) play(ssl.get());
    }
};

crypto::bytes numbered(std::size_t size) {
    crypto::bytes b(size);
    for (std::size_t i = 0; i < size; ++i) b[i] = static_cast<crypto::byte>(i * 31 + i / 251);
    return b;
}

void send(SSL* ssl, const crypto::bytes& b, std::size_t piece) {
    for (std::size_t at = 0; at < b.size(); at += piece)
        SSL_write(ssl, b.data() + at, static_cast<int>(std::min(piece, b.size() - at)));
}

crypto::bytes receive(SSL* ssl, std::size_t size) {
    crypto::bytes b(size);
    std::size_t have = 0;
    while (have < size) {
        const int n = SSL_read(ssl, b.data() + have, static_cast<int>(size - have));
        if (n <= 0) break;
        have += static_cast<std::size_t>(n);
    }
    b.resize(have);
    return b;
}

} // namespace

TEST_CASE_TEMPLATE("records of one byte and of 16 KiB arrive whole, however they are read", Stream, ours,
                   asios) {
    const auto small = numbered(300);
    const auto large = numbered(200'000);
    pair<Stream> p([&](SSL* ssl) {
        send(ssl, small, 1);
        send(ssl, large, 16'384);
        receive(ssl, 1);
    });
    REQUIRE_FALSE(p.shaken);
    crypto::bytes got(small.size());
    CHECK(p.read_all(got).second == small.size());
    CHECK(got == small);
    got.assign(large.size(), 0);
    for (std::size_t have = 0; have < 40'000; ++have) { // out of the middle of records
        crypto::bytes one(1);
        REQUIRE(p.read(one).second == 1);
        got[have] = one[0];
    }
    crypto::bytes rest(large.size() - 40'000);
    CHECK(p.read_all(rest).second == rest.size());
    std::ranges::copy(rest, got.begin() + 40'000);
    CHECK(got == large);
}

TEST_CASE_TEMPLATE("more than the socket takes is written in order, while the peer reads byte by byte",
                   Stream, ours, asios) {
    const auto large = numbered(3'000'000);
    crypto::bytes got;
    {
        pair<Stream> p([&](SSL* ssl) {
            for (int i = 0; i < 1000; ++i) crypto::append(got, receive(ssl, 1));
            crypto::append(got, receive(ssl, large.size() - got.size()));
        });
        CHECK(p.write_all(large).second == large.size());
    }
    CHECK(got == large);
}

TEST_CASE_TEMPLATE("an empty buffer is read and written at once", Stream, ours, asios) {
    pair<Stream> p([](SSL* ssl) { receive(ssl, 1); });
    crypto::bytes none;
    CHECK(p.read(none) == std::pair(error_code{}, std::size_t{0}));
    CHECK(p.finish([&](auto h) { p.stream().async_write_some(asio::buffer(none), h); }) ==
          std::pair(error_code{}, std::size_t{0}));
}

TEST_CASE_TEMPLATE("after the peer's close_notify reading ends in order and writing goes on", Stream, ours,
                   asios) {
    const auto late = numbered(5000);
    crypto::bytes got;
    {
        pair<Stream> p([&](SSL* ssl) {
            SSL_shutdown(ssl);
            got = receive(ssl, late.size());
        });
        crypto::bytes into(10);
        CHECK(p.read(into).first == asio::error::eof);
        CHECK(p.write_all(late).second == late.size());
    }
    CHECK(got == late);
}

TEST_CASE_TEMPLATE("a stream that is cut does not end in order", Stream, ours, asios) {
    pair<Stream> p([](SSL* ssl) {
        send(ssl, numbered(10), 10);
        ::shutdown(SSL_get_fd(ssl), SHUT_RDWR);
    });
    crypto::bytes into(10);
    CHECK(p.read_all(into).second == 10);
    const auto end = p.read(into);
    CHECK(end.first);
    CHECK(end.first != asio::error::eof);
}

TEST_CASE_TEMPLATE("what is no TLS is an error, before the handshake and after it", Stream, ours, asios) {
    pair<Stream> p([](SSL* ssl) {
        const auto junk = numbered(200);
        REQUIRE(::send(SSL_get_fd(ssl), junk.data(), junk.size(), 0) == 200);
        receive(ssl, 1);
    });
    crypto::bytes into(10);
    const auto end = p.read(into);
    CHECK(end.first);
    CHECK(end.first != asio::error::eof);
    const pair<Stream> old([](SSL*) {}, false, TLS1_2_VERSION);
    CHECK(old.shaken);
}

TEST_CASE_TEMPLATE("a fatal alert ends the stream with an error", Stream, ours, asios) {
    pair<Stream> p([](SSL* ssl) {
        receive(ssl, 1); // gets what is no TLS, and says so in an alert
        receive(ssl, 1);
    });
    const auto junk = numbered(200);
    REQUIRE(::send(p.stream().next_layer().native_handle(), junk.data(), junk.size(), 0) == 200);
    crypto::bytes into(10);
    const auto end = p.read(into);
    CHECK(end.first);
    CHECK(end.first != asio::error::eof);
}

TEST_CASE_TEMPLATE("renegotiation is refused, and what was sent before it arrives", Stream, ours, asios) {
    std::atomic<bool> renegotiated = true;
    {
        pair<Stream> p(
            [&](SSL* ssl) {
                send(ssl, numbered(10), 10);
                SSL_renegotiate(ssl);
                renegotiated = SSL_do_handshake(ssl) == 1 && SSL_renegotiate_pending(ssl) == 0 &&
                               SSL_num_renegotiations(ssl) > 0 && receive(ssl, 1).size() == 1;
            },
            true, TLS1_2_VERSION);
        REQUIRE_FALSE(p.shaken);
        crypto::bytes into(10);
        CHECK(p.read_all(into).second == 10);
        CHECK(p.read(into).first);
    }
    CHECK_FALSE(renegotiated);
}

TEST_CASE("Beast's algorithms run on it") {
    crypto::bytes answer;
    {
        pair<ours> p([&](SSL* ssl) {
            const std::string text =
                "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n" + std::string(20'000, 'b');
            send(ssl, crypto::bytes(text.begin(), text.end()), 777);
            answer = receive(ssl, 3);
        });
        boost::beast::flat_buffer buffer;
        boost::beast::http::request<boost::beast::http::string_body> request;
        const auto got =
            p.finish([&](auto h) { boost::beast::http::async_read(p.stream(), buffer, request, h); });
        CHECK_FALSE(got.first);
        CHECK(request.body() == std::string(20'000, 'b'));
        p.write_all({'o', 'k', '.'});
    }
    CHECK(answer == crypto::bytes{'o', 'k', '.'});
}

TEST_CASE("abort ends a read that waits, and nothing gets through afterwards") {
    pair<ours> p([](SSL* ssl) { receive(ssl, 1); });
    crypto::bytes into(10);
    asio::post(p.on, [&] { p.stream().abort(); });
    CHECK(p.read(into).first);
    CHECK(p.read(into).first == asio::error::operation_aborted);
    CHECK(p.write_all(into).first == asio::error::operation_aborted);
}

TEST_CASE("what OpenSSL has read ahead is known, and does not wait for the descriptor") {
    pair<ours> p([](SSL* ssl) {
        crypto::bytes both = numbered(20);
        send(ssl, both, 10); // two records, which may come in one piece
        receive(ssl, 1);
    });
    crypto::bytes first(10);
    CHECK(p.read(first).second == 10);
    CHECK(eventually([&] {
        char peeked[64];
        return p.stream().has_pending() || ::recv(p.stream().next_layer().native_handle(), peeked,
                                                  sizeof peeked, MSG_PEEK | MSG_DONTWAIT) > 0;
    }));
    crypto::bytes second(10);
    CHECK(p.read(second).second == 10);
    CHECK_FALSE(p.stream().has_pending());
}
