#include "server/http/listener.hpp"

#include "server/http/session.hpp"
#include "server/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>
#include <thread>

namespace changgu::http {

namespace asio = boost::asio;
namespace log_ns = changgu::server;
using boost::system::error_code;

namespace {
constexpr std::chrono::milliseconds back_off{100};
constexpr std::chrono::minutes log_interval{1};

bool out_of_resources(const error_code& ec) {
    return ec == boost::system::errc::too_many_files_open ||
           ec == boost::system::errc::too_many_files_open_in_system ||
           ec == boost::system::errc::no_buffer_space || ec == boost::system::errc::not_enough_memory;
}
} // namespace

endpoint tcp_endpoint(const tcp_address& address) {
    error_code ec;
    const auto ip = asio::ip::make_address(address.ip, ec);
    if (ec) throw std::runtime_error("a listener's address is not numeric");
    return asio::ip::tcp::endpoint(ip, address.port);
}

bool is_loopback(const tcp_address& address) noexcept {
    error_code ec;
    const auto ip = asio::ip::make_address(address.ip, ec);
    return !ec && ip.is_loopback();
}

listener::listener(worker& home, const endpoint& where, direct peers)
    : home_(home), peers_(std::move(peers)), acceptor_(home.context) {
    try {
        acceptor_.open(where.protocol());
        if (where.protocol().family() != AF_UNIX)
            acceptor_.set_option(asio::socket_base::reuse_address(true));
        acceptor_.bind(where);
        acceptor_.listen();
    } catch (const boost::system::system_error& e) {
        throw std::runtime_error("cannot listen: " + e.code().message());
    }
}

listener::listener(worker& home, listener& beside)
    : home_(home), peers_(beside.peers_), acceptor_(home.context) {
    const int same = ::fcntl(beside.acceptor_.native_handle(), F_DUPFD_CLOEXEC, 0);
    if (same < 0) throw std::runtime_error("cannot listen: no descriptor is left");
    error_code ec;
    acceptor_.assign(beside.acceptor_.local_endpoint().protocol(), same, ec);
    if (!ec) return;
    ::close(same);
    throw std::runtime_error("cannot listen: " + ec.message());
}

listener::~listener() = default;

void listener::keep_accepting() {
    if (!accepting_.expired() || !acceptor_.is_open()) return;
    auto held = std::make_shared<turn>();
    accepting_ = held;
    asio::co_spawn(home_.context, run(std::move(held)), asio::detached);
}

void listener::stop() noexcept {
    error_code ignored;
    acceptor_.close(ignored);
    failed_.write();
    full_.write();
}

std::uint16_t listener::port() const noexcept {
    error_code ec;
    const auto local = acceptor_.local_endpoint(ec);
    asio::ip::tcp::endpoint tcp;
    if (ec || local.size() > tcp.capacity()) return 0;
    std::memcpy(tcp.data(), local.data(), local.size());
    return tcp.port();
}

asio::awaitable<void> listener::run(std::shared_ptr<turn> /*held*/) {
    asio::steady_timer pause(acceptor_.get_executor());
    while (acceptor_.is_open()) {
        error_code ec;
        try {
            auto socket =
                co_await acceptor_.async_accept(home_.context, asio::redirect_error(asio::use_awaitable, ec));
            if (ec == asio::error::operation_aborted || !acceptor_.is_open()) co_return;
            if (!ec && !take(std::move(socket))) full_.add(0);
        } catch (const std::exception&) { // no memory: this connection goes, the loop stays
            ec = boost::system::errc::make_error_code(boost::system::errc::not_enough_memory);
        }
        if (!ec) continue;
        failed_.add(ec.value());
        if (!out_of_resources(ec)) continue;
        // Without a pause a full descriptor table makes this loop spin.
        try {
            pause.expires_after(back_off);
            co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ec));
        } catch (const std::exception&) { // no memory for that either
            std::this_thread::sleep_for(back_off);
        }
    }
}

source listener::source_of(const asio::generic::stream_protocol::socket& socket) const {
    if (peers_.names == nullptr) return no_source;
    error_code ec;
    const auto peer = socket.remote_endpoint(ec);
    if (ec) return no_source; // it has gone already
    return peers_.names->of({reinterpret_cast<const crypto::byte*>(peer.data()), peer.size()},
                            source_names::clock::now());
}

bool listener::take(asio::generic::stream_protocol::socket socket) {
    error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);     // a Unix socket has no such thing
    const auto whose = std::make_shared<std::weak_ptr<session>>(); // used on this worker's thread alone
    auto cut = [&home = home_, whose] {
        asio::post(home.context, [whose] {
            if (const auto s = whose->lock()) s->give_way();
        });
    };
    auto seat =
        home_.seats.take(std::make_shared<place>(source_of(socket), std::move(cut)), place::clock::now());
    if (!seat) return false;
    transport stream(std::move(socket));
    if (peers_.ssl) stream.use(peers_.ssl());
    const auto made = std::make_shared<session>(home_, std::move(stream), std::move(*seat));
    *whose = made;
    made->start();
    return true;
}

void listener::tally::add(int error_code) {
    ++count;
    error = error_code;
    const auto now = std::chrono::steady_clock::now();
    if (logged != std::chrono::steady_clock::time_point{} && now - logged < log_interval) return;
    logged = now;
    write();
}

void listener::tally::write() {
    if (count == 0) return;
    log_ns::log(log_ns::log_level::warning, event,
                {{log_ns::log_field::count, count}, {log_ns::log_field::error_code, std::int64_t{error}}});
    count = 0;
}

} // namespace changgu::http
