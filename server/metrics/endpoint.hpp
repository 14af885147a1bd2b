// GET /health and GET /metrics, in plain HTTP on a loopback address of their own: never on the address that
// reporters use.
#pragma once

#include "server/http/server.hpp"
#include "server/metrics/monitor.hpp"

namespace changgu::metrics {

struct context {
    const monitor& source;
};

class endpoint {
  public:
    /// Binds. Throws std::runtime_error. `source` outlives it.
    endpoint(const http::tcp_address& where, const monitor& source);

    void start() { http_.start(); }
    /// Waits for its thread.
    void stop();
    [[nodiscard]] std::uint16_t port() const noexcept { return http_.plain_port(); }

  private:
    context context_;
    http::table_router<context> router_;
    http::server http_;
};

} // namespace changgu::metrics
