// The routes: a constexpr table of the application, matched without allocation, and a plain interface to it,
// so that the session (which has Beast and TLS in it) knows nothing of the application and the application
// nothing of them.
//
//     constexpr route<context> routes[] = {
//         {verb::get, "/api/v1/channel", 0, get_channel, any_origin},
//         {verb::put, "/api/v1/keyring", 65'553, put_keyring},
//     };
//     table_router<context> router{routes, {&context_of_thread_0, &context_of_thread_1}};
#pragma once

#include "server/http/message.hpp"

#include <boost/asio/awaitable.hpp>

#include <cassert>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace changgu::http {

/// Where a request goes, known from its first line, before any of its body is read.
struct target {
    enum class kind : std::uint8_t { found, no_such_path, wrong_method, preflight };
    kind what = kind::no_such_path;
    std::size_t route = 0;      ///< index into the table, when found
    std::size_t body_limit = 0; ///< bytes; 0 = no body is taken
    std::string_view parameter; ///< part of the path that was looked up
    std::uint8_t allowed =
        0; ///< bit 1 << verb for each method of this path; of a preflight, those for any origin
    bool any_origin = false; ///< found: pages of other origins may read the answer
};

/// The value of an Allow or Access-Control-Allow-Methods header.
std::string allow_header(std::uint8_t allowed);

class router {
  public:
    virtual ~router() = default;
    /// HEAD finds the route of GET; OPTIONS is a preflight where the path has a route for any origin.
    [[nodiscard]] virtual target find(verb method, std::string_view path) const noexcept = 0;
    /// Runs the handler of a target that was found, on thread `thread`. What it throws becomes
    /// problem_kind::internal.
    [[nodiscard]] virtual boost::asio::awaitable<response> handle(std::size_t thread, std::size_t route,
                                                                  request message) const = 0;
};

/// A pattern is literal but for at most one "{}", which stands for one whole segment, not empty.
constexpr bool matches(std::string_view pattern, std::string_view path,
                       std::string_view& parameter) noexcept {
    const auto hole = pattern.find("{}");
    if (hole == std::string_view::npos) return pattern == path;
    const auto before = pattern.substr(0, hole);
    const auto after = pattern.substr(hole + 2);
    if (path.size() <= before.size() + after.size()) return false;
    if (!path.starts_with(before) || !path.ends_with(after)) return false;
    const auto middle = path.substr(before.size(), path.size() - before.size() - after.size());
    if (middle.find('/') != std::string_view::npos) return false;
    parameter = middle;
    return true;
}

/// For the calls of reporter.html, whose origin is that of a file: no cookie exists that another page could
/// borrow, and what these calls do anybody can do without a browser.
inline constexpr bool any_origin = true;

template <class Context> struct route {
    verb method;
    std::string_view pattern;
    std::size_t body_limit; ///< bytes; a longer Content-Length is answered 413 before anything of it is read
    boost::asio::awaitable<response> (*handler)(Context&, request);
    bool for_any_origin = false;
};

/// `contexts[i]` serves the requests of thread i: there must be one for each thread of the server, and all
/// outlive it.
template <class Context> class table_router final : public router {
  public:
    table_router(std::span<const route<Context>> routes, std::vector<Context*> contexts)
        : routes_(routes), contexts_(std::move(contexts)) {}

    [[nodiscard]] target find(verb method, std::string_view path) const noexcept override {
        if (method == verb::head) method = verb::get;
        target found;
        std::uint8_t open = 0;
        for (std::size_t i = 0; i < routes_.size(); ++i) {
            std::string_view parameter;
            if (!matches(routes_[i].pattern, path, parameter)) continue;
            if (routes_[i].method == method)
                return {target::kind::found, i, routes_[i].body_limit,
                        parameter,           0, routes_[i].for_any_origin};
            const auto bit = static_cast<std::uint8_t>(1U << static_cast<unsigned>(routes_[i].method));
            found.what = target::kind::wrong_method;
            found.allowed |= bit;
            if (routes_[i].for_any_origin) open |= bit;
        }
        if (method == verb::options && open != 0) {
            found.what = target::kind::preflight;
            found.allowed = open;
        }
        return found;
    }

    [[nodiscard]] boost::asio::awaitable<response> handle(std::size_t thread, std::size_t index,
                                                          request message) const override {
        assert(thread < contexts_.size());
        return routes_[index].handler(*contexts_[thread], std::move(message));
    }

  private:
    std::span<const route<Context>> routes_;
    std::vector<Context*> contexts_;
};

} // namespace changgu::http
