#include "server/assets/site.hpp"

#include "server/assets/asset.hpp"
#include "server/assets/manifest.hpp"

#include <limits>

namespace changgu::assets {

namespace {

// Route numbers from here on are the site's own: first the manifest, then the assets in their order. The API
// counts its routes from 0.
constexpr std::size_t own_routes = std::numeric_limits<std::size_t>::max() / 2;

/// One form of a file, unless the client has it.
http::response answer(const asset& file, const http::request& message) {
    const bool compressed = message.accepts_brotli && !file.brotli.empty();
    http::response r;
    r.surface = file.surface;
    r.etag = std::string(file.sha256) + (compressed ? "-br" : "");
    if (!file.brotli.empty()) r.headers.push_back({"Vary", "Accept-Encoding"});
    if (message.if_none_match.find('"' + *r.etag + '"') != std::string::npos) {
        r.status = 304;
        return r;
    }
    r.status = 200;
    r.content_type = file.content_type;
    if (compressed) r.headers.push_back({"Content-Encoding", "br"});
    if (file.surface == http::surface::download)
        r.headers.push_back({"Content-Disposition", R"(attachment; filename="reporter.html")"});
    r.fixed = compressed ? file.brotli : file.identity;
    return r;
}

} // namespace

site::site(const http::router& api) : api_(api) {
    manifest_asset(); // made here, where it may fail
}

http::target site::find(http::verb method, std::string_view path) const noexcept {
    const asset* file = path == manifest_path ? &manifest_asset() : assets::find(path);
    if (!file) return api_.find(method, path);
    if (method != http::verb::get && method != http::verb::head)
        return {http::target::kind::wrong_method, 0, 0, {}, 1U << static_cast<unsigned>(http::verb::get)};
    const auto index = path == manifest_path ? 0 : static_cast<std::size_t>(file - all().data()) + 1;
    return {http::target::kind::found, own_routes + index, 0, {}, 0};
}

boost::asio::awaitable<http::response> site::handle(std::size_t thread, std::size_t route,
                                                    http::request message) const {
    if (route < own_routes) co_return co_await api_.handle(thread, route, std::move(message));
    const auto index = route - own_routes;
    co_return answer(index == 0 ? manifest_asset() : all()[index - 1], message);
}

} // namespace changgu::assets
