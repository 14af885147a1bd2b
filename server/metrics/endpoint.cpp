#include "server/metrics/endpoint.hpp"

namespace changgu::metrics {

namespace {

constexpr std::string_view prometheus_type = "text/plain; version=0.0.4; charset=utf-8";

boost::asio::awaitable<http::response> get_metrics(context& c, http::request) {
    const auto page = c.source.current();
    http::response r;
    r.status = 200;
    r.content_type = prometheus_type;
    const auto text = crypto::as_bytes(page->metrics);
    r.body.assign(text.begin(), text.end());
    co_return r;
}

boost::asio::awaitable<http::response> get_health(context& c, http::request) {
    const auto page = c.source.current();
    co_return http::json_response(page->state.good ? 200 : 503, page->state.json);
}

constexpr http::route<context> routes[] = {
    {http::verb::get, "/health", 0, get_health},
    {http::verb::get, "/metrics", 0, get_metrics},
};

http::server_options options_of(const http::tcp_address& where) {
    http::server_options o;
    o.plain = where;
    o.threads = 1;
    o.limit.connections = 16;
    o.limit.grace = std::chrono::milliseconds(1000);
    return o;
}

} // namespace

endpoint::endpoint(const http::tcp_address& where, const monitor& source)
    : context_{source}, router_(routes, {&context_}), http_(options_of(where), router_) {}

void endpoint::stop() {
    http_.stop();
    http_.join();
}

} // namespace changgu::metrics
