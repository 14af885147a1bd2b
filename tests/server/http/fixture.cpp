#include "tests/server/http/fixture.hpp"

#include "server/http/problem.hpp"
#include "server/http/tls.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace changgu::test {

namespace asio = boost::asio;
using http::request;
using http::response;
using http::verb;
using handled = asio::awaitable<response>;

namespace {

handled wait(std::chrono::milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::use_awaitable);
    co_return http::json_response(200, R"({"done":true})");
}

class counting_source final : public http::body_source {
  public:
    counting_source(seen& what, std::uint64_t length) : what_(what), left_(length) {}
    bool next(crypto::bytes& slice) override {
        if (left_ == 0) return false;
        slice.assign(std::min<std::uint64_t>(left_, 64 * 1024), static_cast<crypto::byte>(left_ & 0xFFU));
        left_ -= slice.size();
        what_.streamed += slice.size();
        return true;
    }

  private:
    seen& what_;
    std::uint64_t left_;
};

handled hello(seen& s, request) {
    ++s.handled;
    co_return http::json_response(200, R"({"hello":true})");
}
handled bearer(seen&, request r) {
    co_return http::json_response(200, r.bearer.text());
}
handled query(seen&, request r) {
    co_return http::json_response(200, std::string(r.query_value("a").value_or("-")) + "," +
                                           std::string(r.query_value("b").value_or("-")));
}
handled echo(seen& s, request r) {
    ++s.handled;
    co_return http::binary_response(200, std::move(r.body));
}
handled get_item(seen&, request r) {
    auto out = http::json_response(200, r.parameter);
    out.etag = "tag-1";
    co_return out;
}
handled put_item(seen&, request r) {
    if (r.if_match && *r.if_match != "tag-1")
        co_return http::problem(http::problem_kind::precondition_failed);
    co_return http::empty_response(201);
}
handled slow(seen& s, request) {
    auto out = co_await wait(300ms);
    ++s.finished_slow;
    co_return out;
}
handled stuck(seen& s, request) {
    ++s.handled;
    return wait(60s);
}
handled throws(seen&, request) {
    throw std::runtime_error("a secret");
    co_return response{};
}
handled stream(seen& s, request) {
    co_return http::stream_response(std::make_unique<counting_source>(s, stream_length), stream_length);
}
handled short_stream(seen& s, request) {
    co_return http::stream_response(std::make_unique<counting_source>(s, 100'000), 200'000);
}
handled brotli(seen&, request r) {
    co_return http::json_response(200, r.accepts_brotli ? "yes" : "no");
}

constexpr std::array<crypto::byte, 100'000> page{'p'}; // longer than what goes out with its header
handled fixed(seen&, request) {
    response out;
    out.status = 200;
    out.content_type = "text/html; charset=utf-8";
    out.fixed = page;
    out.headers.push_back({"Vary", "Accept-Encoding"});
    co_return out;
}

handled long_answer(seen&, request) {
    co_return http::binary_response(200, crypto::bytes(long_length));
}

constexpr http::route<seen> table[] = {
    {verb::get, "/hello", 0, hello},
    {verb::get, "/bearer", 0, bearer},
    {verb::get, "/query", 0, query},
    {verb::post, "/echo", 64 * 1024, echo},
    {verb::get, "/items/{}", 0, get_item},
    {verb::put, "/items/{}", 8 * 1024, put_item},
    {verb::get, "/slow", 0, slow},
    {verb::get, "/stuck", 0, stuck},
    {verb::get, "/throws", 0, throws},
    {verb::get, "/stream", 0, stream},
    {verb::get, "/short", 0, short_stream},
    {verb::get, "/brotli", 0, brotli},
    {verb::get, "/fixed", 0, fixed},
    {verb::get, "/long", 0, long_answer},
    {verb::post, "/long", 1'000'000, echo},
    {verb::get, "/open", 0, hello, http::any_origin},
    {verb::post, "/open", 16, echo, http::any_origin},
    {verb::put, "/open", 16, echo},
    {verb::get, "/open/throws", 0, throws, http::any_origin},
};

void set_time_limits(int fd) {
    const timeval five{5, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &five, sizeof five);
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &five, sizeof five);
}

} // namespace

test_server::test_server(const settings& s)
    : certificate(directory / "certificate.pem"), key(directory / "key.pem") {
    routes = std::make_unique<http::table_router<seen>>(table, std::vector<seen*>(s.threads, &what));
    http::server_options options;
    options.limit = s.limit;
    options.threads = s.threads;
    options.plain = http::tcp_address{"127.0.0.1", 0};
    if (s.tls) {
        http::make_self_signed({"localhost", "127.0.0.1"}, certificate, key, now());
        options.certificate = http::certificate_files{certificate, key, s.tls_1_2};
        options.tls = http::tcp_address{"127.0.0.1", 0};
    }
    if (s.unix_socket) options.unix_socket = directory / "socket";
    server = std::make_unique<http::server>(std::move(options), *routes);
    server->start();
}

test_server::~test_server() = default;

raw_client::raw_client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    set_time_limits(fd_);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) ended_ = true;
}

raw_client::raw_client(const std::filesystem::path& path)
    : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    set_time_limits(fd_);
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::strncpy(to.sun_path, path.c_str(), sizeof to.sun_path - 1);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) ended_ = true;
}

raw_client::~raw_client() {
    ::close(fd_);
}

void raw_client::send(std::string_view text) {
    while (!text.empty()) {
        const auto n = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
        if (n <= 0) {
            reset_ = true;
            return;
        }
        text.remove_prefix(static_cast<std::size_t>(n));
    }
}

bool raw_client::more() {
    std::array<char, 16384> into{};
    const auto n = ::recv(fd_, into.data(), into.size(), 0);
    if (n > 0) {
        received_.append(into.data(), static_cast<std::size_t>(n));
        return true;
    }
    if (n < 0 && errno == ECONNRESET) reset_ = true;
    ended_ = n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
    return false;
}

std::string raw_client::answer() {
    std::size_t end = 0;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos)
        if (!more()) return {};
    end += 4;
    const auto length = header_of(received_.substr(0, end), "Content-Length");
    const std::size_t total = end + (length.empty() ? 0 : std::stoul(length));
    while (received_.size() < total)
        if (!more()) return {};
    auto out = received_.substr(0, total);
    received_.erase(0, total);
    return out;
}

std::string raw_client::rest() {
    while (more()) {
    }
    return std::move(received_);
}

bool raw_client::ended_already() const {
    char byte = 0;
    const auto n = ::recv(fd_, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

int status_of(std::string_view answer) {
    return answer.starts_with("HTTP/1.1 ") ? std::stoi(std::string(answer.substr(9, 3))) : 0;
}

std::string header_of(std::string_view answer, std::string_view name) {
    const auto wanted = "\r\n" + std::string(name) + ": ";
    const auto at = answer.find(wanted);
    if (at == std::string_view::npos) return {};
    const auto value = answer.substr(at + wanted.size());
    return std::string(value.substr(0, value.find("\r\n")));
}

std::string body_of(std::string_view answer) {
    const auto at = answer.find("\r\n\r\n");
    return at == std::string_view::npos ? std::string() : std::string(answer.substr(at + 4));
}

std::string get(std::string_view path) {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

std::chrono::sys_seconds now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

} // namespace changgu::test
