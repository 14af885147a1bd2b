// The HTTP server: N io_contexts with a thread each (a TLS stream belongs to one thread for its life), one
// accept loop a listener, one coroutine a connection. It knows no application: it is given a router.
#pragma once

#include "server/http/limits.hpp"
#include "server/http/route.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace changgu::http {

/// PEM files, and the lowest version that is spoken.
struct certificate_files {
    std::filesystem::path certificate; ///< the chain, the server's own first
    std::filesystem::path key;
    bool allow_tls_1_2 = false;
};

/// An address and a port; port 0 lets the system choose (see tls_port, plain_port).
struct tcp_address {
    std::string ip; ///< numeric, IPv6 without brackets
    std::uint16_t port = 0;
};

struct server_options {
    std::optional<tcp_address> tls; ///< needs `certificate`
    std::optional<certificate_files> certificate;
    std::optional<tcp_address> plain; ///< loopback only: behind a reverse proxy or an onion service
    std::optional<std::filesystem::path> unix_socket; ///< mode 0660; a stale one is replaced
    std::size_t threads = 2;
    limits limit;
};

class server {
  public:
    /// Binds and loads the certificate, so that it throws std::runtime_error with a clear message where that
    /// fails. `routes` outlives the server. Ignores SIGPIPE for the process.
    server(server_options options, const router& routes);
    /// Stops at once if it still runs.
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// Starts the threads.
    void start();
    /// Asks for the graceful stop and returns: no new connection, idle ones closed, requests in flight
    /// finished within limits.grace, then everything cancelled. From any thread.
    void stop();
    /// Waits until every thread has ended.
    void join();
    /// start(), then blocks until SIGTERM or SIGINT, then stop() and join(). SIGHUP reloads the certificate.
    /// `ready` is called once when connections are taken and SIGTERM is heeded.
    void run_until_signalled(const std::function<void()>& ready = {});

    /// Reads the certificate anew for the connections to come; on failure the old one stays, and false.
    /// Logged either way.
    bool reload_certificate();

    /// The context of thread i, for what the application runs there (timers, completions of storage).
    [[nodiscard]] boost::asio::io_context& context(std::size_t thread) noexcept;
    [[nodiscard]] std::uint16_t tls_port() const noexcept;   ///< 0 without a TLS listener
    [[nodiscard]] std::uint16_t plain_port() const noexcept; ///< 0 without a plain listener
    [[nodiscard]] std::size_t connections() const noexcept;  ///< open now
    /// Of the peers. Their key has its hour, which somebody with a clock has to see to.
    [[nodiscard]] source_names& names() noexcept;

  private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace changgu::http
