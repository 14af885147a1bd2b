#include "server/http/server.hpp"

#include "server/http/listener.hpp"
#include "server/log.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <openssl/ssl.h>

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <deque>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

namespace changgu::http {

namespace asio = boost::asio;
using changgu::server::log;
using changgu::server::log_event;
using changgu::server::log_field;
using changgu::server::log_level;

struct server::state {
    state(server_options o, const router& table)
        : options(std::move(o)), routes(table),
          seats(options.limit.connections, options.limit.share_connections) {}
    state(const state&) = delete;
    state& operator=(const state&) = delete;
    ~state() = default;
    ssl_ptr new_ssl() {
        const std::lock_guard lock(tls_mutex);
        ssl_ptr ssl(SSL_new(tls.get())); // holds the SSL_CTX it was made from, whatever is loaded later
        if (!ssl) throw std::bad_alloc();
        SSL_set_accept_state(ssl.get());
        return ssl;
    }
    void unlink_socket() const noexcept {
        if (options.unix_socket) ::unlink(options.unix_socket->c_str());
    }
    /// One a worker, on one socket. Gives the first one's port.
    std::uint16_t listen(const endpoint& where, const listener::direct& peers) {
        auto& first = listeners[0].emplace_back(std::make_unique<listener>(workers[0], where, peers));
        for (std::size_t i = 1; i < workers.size(); ++i)
            listeners[i].push_back(std::make_unique<listener>(workers[i], *first));
        return first->port();
    }

    server_options options;
    const router& routes;
    std::mutex tls_mutex;
    ssl_ctx_ptr tls;
    places seats;
    source_names names;
    std::deque<worker> workers;
    std::vector<std::vector<std::unique_ptr<listener>>> listeners; ///< of each worker
    std::uint16_t tls_port = 0;
    std::uint16_t plain_port = 0;
    std::vector<std::thread> threads;
};

namespace {

/// Takes away a socket that a killed server left behind; anything else at that path makes bind() fail.
void remove_stale(const std::filesystem::path& path) {
    struct stat found{};
    if (::lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode)) ::unlink(path.c_str());
}

} // namespace

server::server(server_options options, const router& routes)
    : state_(std::make_unique<state>(std::move(options), routes)) {
    // TLS writes to the descriptor itself: a peer that has gone must be an error, not a signal.
    std::signal(SIGPIPE, SIG_IGN);
    auto& s = *state_;
    if (!s.options.tls && !s.options.plain && !s.options.unix_socket)
        throw std::runtime_error("nothing to listen on");
    if (s.options.plain && !is_loopback(*s.options.plain))
        throw std::runtime_error("plain HTTP listens on a loopback address only");
    if (s.options.tls && !s.options.certificate) throw std::runtime_error("TLS needs a certificate");
    if (s.options.threads == 0) throw std::runtime_error("at least one thread is needed");
    for (std::size_t i = 0; i < s.options.threads; ++i)
        s.workers.emplace_back(i, s.options.limit, s.routes, s.seats);
    s.listeners.resize(s.options.threads);
    if (s.options.tls) {
        s.tls = make_server_context(*s.options.certificate);
        s.tls_port = s.listen(tcp_endpoint(*s.options.tls), {[&s] { return s.new_ssl(); }, &s.names});
    }
    if (s.options.plain) s.plain_port = s.listen(tcp_endpoint(*s.options.plain), {});
    if (s.options.unix_socket) {
        remove_stale(*s.options.unix_socket);
        const auto old_mask = ::umask(0117); // 0660 from the moment it is there
        try {
            s.listen(asio::local::stream_protocol::endpoint(s.options.unix_socket->string()), {});
        } catch (...) {
            ::umask(old_mask);
            throw;
        }
        ::umask(old_mask);
    }
}

namespace {

/// Runs the worker to its end. What a handler throws concerns one connection; but without memory for its next
/// step a loop that accepts is taken down as well, in a step of its own, and has to be begun again.
void work(worker& w, const std::vector<std::unique_ptr<listener>>& listeners) {
    constexpr std::chrono::milliseconds a_while{100};
    for (bool in_doubt = false;;) {
        try {
            for (const auto& l : listeners) l->keep_accepting();
            if (!in_doubt) {
                w.context.run();
                return;
            }
            w.context.run_for(a_while);
            if (w.context.stopped()) return;
            in_doubt = false;
        } catch (const std::exception&) {
            log(log_level::error, log_event::handler_failed);
            if (in_doubt) std::this_thread::sleep_for(a_while / 10);
            in_doubt = true;
        }
    }
}

} // namespace

server::~server() {
    if (!state_->threads.empty()) {
        stop();
        for (auto& w : state_->workers) w.context.stop();
        join();
    }
    state_->unlink_socket();
}

void server::start() {
    auto& s = *state_;
    for (const auto& of_worker : s.listeners)
        for (const auto& l : of_worker) l->keep_accepting();
    for (auto& w : s.workers)
        s.threads.emplace_back([&w, &listeners = s.listeners[w.index]] { work(w, listeners); });
    log(log_level::info, log_event::started,
        {{log_field::threads, static_cast<std::int64_t>(s.threads.size())}});
}

void server::stop() {
    auto& s = *state_;
    log(log_level::info, log_event::stopping);
    for (auto& w : s.workers)
        asio::post(w.context, [&w, &s] {
            for (const auto& l : s.listeners[w.index]) l->stop();
            w.drain();
        });
}

void server::join() {
    for (auto& t : state_->threads) t.join();
    state_->threads.clear();
    log(log_level::info, log_event::stopped);
}

void server::run_until_signalled(const std::function<void()>& ready) {
    asio::io_context waiting{1};
    asio::signal_set signals(waiting, SIGTERM, SIGINT, SIGHUP);
    std::function<void()> wait = [&] {
        signals.async_wait([&](const boost::system::error_code& ec, int signal) {
            if (ec || signal != SIGHUP) return stop();
            changgu::server::reopen_log();
            if (state_->tls) reload_certificate();
            wait();
        });
    };
    wait();
    start();
    if (ready) ready();
    waiting.run();
    join();
}

bool server::reload_certificate() {
    try {
        auto fresh = make_server_context(state_->options.certificate.value());
        const std::lock_guard lock(state_->tls_mutex);
        state_->tls.swap(fresh);
    } catch (const std::exception&) { // the files' names are known from the configuration; the reason goes to
                                      // `doctor`
        log(log_level::error, log_event::certificate_reload_failed);
        return false;
    }
    log(log_level::info, log_event::certificate_reloaded);
    return true;
}

asio::io_context& server::context(std::size_t thread) noexcept {
    return state_->workers[thread].context;
}
std::uint16_t server::tls_port() const noexcept {
    return state_->tls_port;
}
std::uint16_t server::plain_port() const noexcept {
    return state_->plain_port;
}
std::size_t server::connections() const noexcept {
    return state_->seats.taken();
}
source_names& server::names() noexcept {
    return state_->names;
}

} // namespace changgu::http
