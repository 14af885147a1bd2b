// The server put together: store, key log, contexts, routes, HTTP, upkeep.
#pragma once

#include "server/api/context.hpp"
#include "server/api/upkeep.hpp"
#include "server/assets/site.hpp"
#include "server/config.hpp"
#include "server/http/server.hpp"
#include "server/metrics/endpoint.hpp"
#include "server/sandbox/sandbox.hpp"

#include <deque>
#include <memory>

namespace changgu::server {

class application {
  public:
    /// Opens the database, verifies the key log, binds. Throws std::runtime_error with a sentence for the
    /// operator.
    application(const config& c, api::clock_function now, api::clock_function steady = {});
    /// Stops whatever still runs. Everything that was acknowledged is on disk.
    ~application();
    application(const application&) = delete;
    application& operator=(const application&) = delete;

    /// For the metrics, before run().
    void tell_sandbox(const sandbox::state& s);

    /// Serves until SIGTERM or SIGINT, with upkeep; then finishes the requests in flight. `ready` as in
    /// http::server.
    void run(const std::function<void()>& ready = {});

    // In parts, for tests: start(), upkeep().poll(), stop().

    void start();
    void stop();
    [[nodiscard]] http::server& http() noexcept { return http_; }
    [[nodiscard]] api::upkeep& upkeep() noexcept { return upkeep_; }
    [[nodiscard]] api::service& service() noexcept { return service_; }
    [[nodiscard]] std::uint16_t metrics_port() const noexcept { return metrics_ ? metrics_->port() : 0; }

  private:
    // In this order: what a handler or a callback of the store uses outlives both.
    storage::store store_;
    api::service service_;
    std::deque<api::context> contexts_;
    http::table_router<api::context> router_;
    assets::site site_;
    http::server http_;
    std::unique_ptr<metrics::monitor> monitor_; ///< with [metrics]
    std::unique_ptr<metrics::endpoint> metrics_;
    api::upkeep upkeep_;
};

/// Confines the process, opens the log, runs an application with the system's clock, and tells systemd, if it
/// asks. Gives the exit status; throws std::runtime_error when it cannot start.
int serve(const config& c);

} // namespace changgu::server
