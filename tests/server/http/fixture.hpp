// A server with a small application, and a client that sends exactly the bytes it is given.
#pragma once

#include "server/http/server.hpp"
#include "tests/support/temp_dir.hpp"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace changgu::test {

using namespace std::chrono_literals;

/// What the handlers of the test application have seen.
struct seen {
    std::atomic<int> handled = 0;
    std::atomic<int> finished_slow = 0;
    std::atomic<std::uint64_t> streamed = 0; ///< bytes that the source was asked for
};

// Routes: GET /hello, GET /bearer, GET /query, POST /echo (64 KiB), GET and PUT /items/{} (8 KiB), GET /slow
// (300 ms), GET /stuck (a minute), GET /throws, GET /stream (50 MB), GET /short (a source that ends early),
// GET /brotli, GET /fixed (100 kB), GET /long (16 MB), POST /long (1 MB); for any origin GET /open, POST
// /open (16 bytes) and GET /open/throws, but not PUT /open.

inline constexpr std::uint64_t stream_length = 50'000'000;
inline constexpr std::size_t long_length = 16'000'000;

class test_server {
  public:
    struct settings {
        bool tls = false;
        bool tls_1_2 = false;
        bool unix_socket = false;
        http::limits limit;
        std::size_t threads = 1;
    };
    test_server() : test_server(settings{}) {}
    explicit test_server(const settings& s);
    ~test_server();

    [[nodiscard]] std::uint16_t plain() const { return server->plain_port(); }
    [[nodiscard]] std::string plain_origin() const { return "http://127.0.0.1:" + std::to_string(plain()); }
    [[nodiscard]] std::string tls_origin(std::string_view host = "localhost") const {
        return "https://" + std::string(host) + ":" + std::to_string(server->tls_port());
    }

    temp_dir directory;
    std::filesystem::path certificate;
    std::filesystem::path key;
    seen what;
    std::unique_ptr<http::router> routes;
    std::unique_ptr<http::server> server;
};

/// A blocking socket to 127.0.0.1; every call gives up after five seconds.
class raw_client {
  public:
    explicit raw_client(std::uint16_t port);
    explicit raw_client(const std::filesystem::path& unix_socket);
    raw_client(const raw_client&) = delete;
    raw_client& operator=(const raw_client&) = delete;
    ~raw_client();

    void send(std::string_view text);
    /// One answer with its body, by its Content-Length; empty when the connection ended before.
    std::string answer();
    /// All that still comes until the other side ends; `ended` tells that from a time-out.
    std::string rest();
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    /// Ended by a reset: a system other than Linux may then have lost the last answer.
    [[nodiscard]] bool was_reset() const noexcept { return reset_; }
    /// Whether the other side has ended by now; waits for nothing.
    [[nodiscard]] bool ended_already() const;
    [[nodiscard]] int descriptor() const noexcept { return fd_; }

  private:
    bool more();
    int fd_ = -1;
    bool ended_ = false;
    bool reset_ = false;
    std::string received_;
};

int status_of(std::string_view answer);
/// The value of a header, or empty.
std::string header_of(std::string_view answer, std::string_view name);
std::string body_of(std::string_view answer);
std::string get(std::string_view path);

std::chrono::sys_seconds now();
std::string read_file(const std::filesystem::path& path);
/// Polls for at most five seconds.
template <class Condition> bool eventually(Condition holds) {
    for (int i = 0; i < 500; ++i) {
        if (holds()) return true;
        ::usleep(10'000);
    }
    return false;
}

} // namespace changgu::test
