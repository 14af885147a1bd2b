#include "tests/server/client/lossy_line.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <stdexcept>

namespace changgu::test {
namespace {

std::uint16_t port_of(std::string_view origin) {
    std::uint16_t port = 0;
    const auto text = origin.substr(origin.rfind(':') + 1);
    std::from_chars(text.data(), text.data() + text.size(), port);
    return port;
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return at;
}

bool write_all(int to, std::string_view what) {
    while (!what.empty()) {
        const auto n = ::send(to, what.data(), what.size(), MSG_NOSIGNAL);
        if (n <= 0) return false;
        what.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

// One request or answer, each with a Content-Length or no body; empty when the connection has ended.
std::string read_message(int from, std::string& pending) {
    constexpr std::string_view length = "\r\nContent-Length: ";
    std::size_t size = std::string::npos;
    std::array<char, 16'384> slice{};
    for (;;) {
        const auto head = pending.find("\r\n\r\n");
        if (size == std::string::npos && head != std::string::npos) {
            size = head + 4;
            const auto at = pending.find(length);
            std::size_t body = 0;
            if (at < head) std::from_chars(pending.data() + at + length.size(), pending.data() + head, body);
            size += body;
        }
        if (size <= pending.size()) {
            std::string out = pending.substr(0, size);
            pending.erase(0, size);
            return out;
        }
        const auto n = ::recv(from, slice.data(), slice.size(), 0);
        if (n <= 0) return {};
        pending.append(slice.data(), static_cast<std::size_t>(n));
    }
}

} // namespace

lossy_line::lossy_line(const office& at, std::string lost, int times, way how)
    : to_(port_of(at.origin)), lost_(std::move(lost)), times_(times), how_(how),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int yes = 1;
    const auto where = loopback(port_of(at.other_origin));
    if (::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        ::bind(listener_, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0 ||
        ::listen(listener_, 8) != 0)
        throw std::runtime_error("no line");
    thread_ = std::thread([this] { run(); });
}

lossy_line::~lossy_line() {
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
        if (client_ >= 0) ::shutdown(client_, SHUT_RDWR);
    }
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
}

void lossy_line::run() {
    for (;;) {
        const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) return;
        {
            const std::lock_guard lock(mutex_);
            client_ = client;
            if (ended_) ::shutdown(client, SHUT_RDWR);
        }
        pass_on(client);
        const std::lock_guard lock(mutex_);
        client_ = -1;
        ::close(client);
    }
}

void lossy_line::pass_on(int client) {
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto where = loopback(to_);
    if (::connect(server, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0) {
        std::string asked;
        std::string answered;
        for (;;) {
            const auto request = read_message(client, asked);
            if (request.empty() || !write_all(server, request)) break;
            auto answer = read_message(server, answered);
            if (request.starts_with(lost_) && times_ > 0) {
                --times_;
                if (how_ == way::cut) break;
                answer = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\nnope";
            }
            if (answer.empty() || !write_all(client, answer)) break;
        }
    }
    ::close(server);
}

} // namespace changgu::test
