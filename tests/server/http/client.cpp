#include "server/cli/https_client.hpp"
#include "tests/server/http/fixture.hpp"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <functional>
#include <thread>

using namespace changgu::test;
using changgu::cli::client_errc;
using changgu::cli::client_options;
using changgu::cli::https_client;
using changgu::crypto::as_bytes;
using changgu::crypto::as_text;
using changgu::http::verb;

namespace {

/// A server that answers each of its connections with what it is told, whatever it is asked.
class scripted_server {
  public:
    explicit scripted_server(std::vector<std::string> answers)
        : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
        REQUIRE(::listen(fd_, 8) == 0);
        socklen_t size = sizeof at;
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size);
        port = ntohs(at.sin_port);
        thread_ = std::thread([this, answers = std::move(answers)] {
            for (const auto& answer : answers) {
                const int c = ::accept(fd_, nullptr, nullptr);
                if (c < 0) return;
                const timeval two{2, 0};
                ::setsockopt(c, SOL_SOCKET, SO_RCVTIMEO, &two, sizeof two);
                std::array<char, 4096> into{};
                const auto n = ::recv(c, into.data(), into.size(), 0);
                if (n > 0) asked.append(into.data(), static_cast<std::size_t>(n));
                ::send(c, answer.data(), answer.size(), MSG_NOSIGNAL);
                if (answer.empty())
                    ::recv(c, into.data(), into.size(), 0); // says nothing until the client gives up
                ::close(c);
            }
        });
    }
    scripted_server(const scripted_server&) = delete;
    scripted_server& operator=(const scripted_server&) = delete;
    ~scripted_server() {
        join();
        ::close(fd_);
    }
    void join() {
        if (thread_.joinable()) thread_.join();
    }
    [[nodiscard]] std::string origin() const { return "http://127.0.0.1:" + std::to_string(port); }

    std::uint16_t port = 0;
    std::string asked; ///< to be read after join()

  private:
    int fd_;
    std::thread thread_;
};

} // namespace

TEST_CASE("the client sends what it is told and nothing that names it") {
    scripted_server s({"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nETag: \"t\"\r\nContent-Type: text/plain; "
                       "charset=x\r\n\r\nhi"});
    https_client client(s.origin());
    const auto r = client.send(verb::put, "/x?y=1", "application/octet-stream", as_bytes("body"),
                               {.bearer = "secret", .if_match = "tag"});
    REQUIRE(r.has_value());
    CHECK(r->status == 200);
    CHECK(as_text(r->body) == "hi");
    CHECK(r->etag == "t");
    CHECK(r->content_type == "text/plain");
    s.join();
    CHECK(s.asked == "PUT /x?y=1 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(s.port) +
                         "\r\nContent-Type: application/octet-stream\r\nAuthorization: Bearer secret\r\n"
                         "If-Match: \"tag\"\r\nContent-Length: 4\r\n\r\nbody");
}

TEST_CASE("the client keeps its connection and finds it again when the server has closed it") {
    test_server::settings set;
    set.tls = true;
    set.limit.idle = 150ms;
    test_server s(set);
    https_client client(s.tls_origin(), client_options{.ca_file = s.certificate});
    for (int i = 0; i < 3; ++i) {
        const auto r = client.send(verb::post, "/echo", "application/octet-stream", as_bytes("abc"));
        REQUIRE(r.has_value());
        CHECK(as_text(r->body) == "abc");
        CHECK(s.server->connections() == 1);
    }
    CHECK(eventually([&] { return s.server->connections() == 0; }));
    CHECK(client.send(verb::get, "/hello", {}, {})->status == 200);
    const auto head = client.send(verb::head, "/hello", {}, {});
    REQUIRE(head.has_value());
    CHECK(head->body.empty());
    CHECK(client.send(verb::get, "/items/a", {}, {})->etag == "tag-1");
    // A refusal that comes while the body is still being sent.
    const changgu::crypto::bytes big(600'000);
    const auto refused = client.send(verb::put, "/items/a", "application/octet-stream", big);
    REQUIRE(refused.has_value());
    CHECK(refused->status == 413);
    CHECK(client.send(verb::get, "/hello", {}, {})->status == 200);
}

TEST_CASE("the client bounds what it takes") {
    test_server s;
    https_client client(s.plain_origin());
    CHECK(client.send(verb::get, "/stream", {}, {}, {}, 100'000).error() == client_errc::too_large);
    CHECK(client.send(verb::get, "/hello", {}, {}, {}, 13).error() == client_errc::too_large);
    CHECK(client.send(verb::get, "/hello", {}, {}, {}, 14).has_value());
    CHECK(
        client.stream("/stream", {}, [](auto) { return true; }, 1'000'000).error() == client_errc::too_large);
    CHECK(client.stream(
                    "/stream", {}, [](auto) { return false; }, stream_length)
              .error() == client_errc::stopped);
    CHECK(client.send(verb::get, "/short", {}, {}).error() == client_errc::closed);
    const auto missing = client.stream("/nothing", {}, [](auto) { return true; }, 1'000);
    REQUIRE(missing.has_value());
    CHECK(missing->status == 404);
    CHECK(missing->content_type == "application/problem+json");
    CHECK_FALSE(missing->body.empty());
}

TEST_CASE("the client reads what a proxy may send, and refuses the rest") {
    const auto ask = [](const std::string& answer) {
        scripted_server s({answer});
        https_client client(s.origin(), client_options{.timeout = 300ms});
        return client.send(verb::get, "/", {}, {}, {}, 1000);
    };
    CHECK(as_text(ask("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
                      ->body) == "abc");
    CHECK(as_text(ask("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc")->body) == "abc");
    CHECK(ask("HTTP/1.1 204 No Content\r\n\r\n")->status == 204);
    CHECK(ask("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc").error() == client_errc::closed);
    CHECK(ask("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n").error() == client_errc::too_large);
    CHECK(ask("nonsense\r\n\r\n").error() == client_errc::bad_response);
    CHECK(ask("").error() == client_errc::timed_out);
}

TEST_CASE("the client talks to TLS, loopback and onion services only") {
    for (const std::string origin :
         {"", "ftp://a", "http://a.example", "http://192.0.2.1:80", "https://", "https://a:0",
          "https://a:99999", "https://a b", "https://a/b", "https://user@a"}) {
        CAPTURE(origin);
        https_client client(origin);
        CHECK(client.send(verb::get, "/", {}, {}).error() == client_errc::bad_origin);
    }
    std::uint16_t closed = 0;
    {
        scripted_server s({});
        closed = s.port;
    }
    https_client client("http://127.0.0.1:" + std::to_string(closed));
    CHECK(client.send(verb::get, "/", {}, {}).error() == client_errc::cannot_connect);
    CHECK_THROWS_AS(https_client("https://a.example", client_options{.ca_file = "/nonexistent"}),
                    std::runtime_error);
}

TEST_CASE("an onion service is reached through SOCKS5, its name never resolved here") {
    // Answers the greeting, the request and the HTTP request in one breath; the client reads them one by one.
    scripted_server s({std::string("\x05\x00\x05\x00\x00\x01\x7F\x00\x00\x01\x00\x50", 12) +
                       "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"});
    const std::string host = std::string(56, 'a') + ".onion";
    https_client client("http://" + host,
                        client_options{.timeout = 1s, .socks = "127.0.0.1:" + std::to_string(s.port)});
    const auto r = client.send(verb::get, "/", {}, {});
    REQUIRE(r.has_value());
    CHECK(as_text(r->body) == "hi");

    scripted_server refusing({std::string("\x05\x00\x05\x04\x00\x01\x00\x00\x00\x00\x00\x00", 12)});
    https_client second("http://" + host,
                        client_options{.timeout = 1s, .socks = "127.0.0.1:" + std::to_string(refusing.port)});
    CHECK(second.send(verb::get, "/", {}, {}).error() == client_errc::cannot_connect);
}
