// The load generator: one thread, many TLS connections, each with one request under way at a time. Measures
// one window and prints one JSON object; what the server used is read from the kernel's own accounts of its
// processes.
//
//   changgu_load submit|get|idle|first|stream --port P [--connections N] [--seconds S] [--fresh] [--epoch E]
//   [--path P]
//                [--pids A,B]
//
//   submit  POSTs envelopes that a server cannot tell from real ones, each of another id
//   get     GETs one path
//   idle    opens the connections, says so, and holds them until standard input ends
//   stream  GETs one path once, however long its answer; further header lines come from standard input
//   first   one request on each of N fresh connections, in turn, without TCP_NODELAY, in two segments
//
// --fresh makes a connection and a handshake for each request. Latency is from the request's first byte (with
// --fresh from connect) to its answer's last.
#include "crypto/envelope.hpp"
#include "tests/bench/server_cpu.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/impl/src.hpp> // the library itself: nothing else of this program has it
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <openssl/ssl.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstring>
#include <deque>
#include <iostream>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using namespace changgu;
using clock_type = std::chrono::steady_clock;

struct settings {
    std::string mode;
    std::uint16_t port = 0;
    std::size_t connections = 64;
    double seconds = 3;
    bool fresh = false;
    std::uint32_t epoch = 1;
    std::string path = "/";
    std::vector<int> pids;
};

struct measured {
    bool counting = false;
    std::size_t requests = 0;
    std::size_t refused = 0; ///< answered with another status than 2xx
    std::size_t broken = 0;  ///< connections that ended without an answer
    std::vector<double> latency;
};

/// The bytes of each request.
class request_source {
  public:
    explicit request_source(const settings& s) {
        const bool post = s.mode == "submit";
        std::string head = post ? "POST /api/v1/envelopes" : "GET " + s.path;
        head += " HTTP/1.1\r\nHost: localhost:" + std::to_string(s.port) + "\r\n";
        if (s.fresh) head += "Connection: close\r\n";
        if (post)
            head += "Content-Type: application/octet-stream\r\nContent-Length: " +
                    std::to_string(crypto::suite1::envelope_size) + "\r\n";
        head += "\r\n";
        bytes_.assign(head.begin(), head.end());
        head_ = head.size();
        if (post) crypto::append(bytes_, crypto::make_chaff(s.epoch));
    }
    /// The last eight bytes make it another envelope each time.
    const crypto::bytes& next() {
        if (bytes_.size() > head_) {
            ++count_;
            std::memcpy(bytes_.data() + bytes_.size() - sizeof count_, &count_, sizeof count_);
        }
        return bytes_;
    }
    [[nodiscard]] std::size_t head() const noexcept { return head_; }

  private:
    crypto::bytes bytes_;
    std::size_t head_ = 0;
    std::uint64_t count_ = static_cast<std::uint64_t>(clock_type::now().time_since_epoch().count());
};

struct free_ssl {
    void operator()(SSL* p) const noexcept { SSL_free(p); }
};

class connection {
  public:
    connection(asio::io_context& on, SSL_CTX* tls, const settings& s, request_source& requests, measured& m)
        : set_(s), tls_(tls), requests_(requests), result_(m), socket_(on) {}

    /// Connects and shakes hands; then sends its first request, unless it is to stay idle.
    void open() {
        started_ = clock_type::now();
        socket_ = tcp::socket(socket_.get_executor());
        error_code ec;
        socket_.connect({asio::ip::address_v4::loopback(), set_.port}, ec);
        if (ec) throw std::runtime_error("cannot connect");
        if (set_.mode != "first") socket_.set_option(tcp::no_delay(true));
        socket_.native_non_blocking(true);
        ssl_.reset(SSL_new(tls_));
        SSL_set_connect_state(ssl_.get());
        SSL_set_fd(ssl_.get(), socket_.native_handle());
        ready_ = false;
        step();
    }
    [[nodiscard]] bool ready() const noexcept { return ready_; }
    [[nodiscard]] double first_latency() const noexcept { return first_; }

    /// In two records and two segments, as a client that writes header and body apart: the second waits for
    /// an acknowledgement unless TCP_NODELAY is set.
    void send_in_two() {
        const auto& all = requests_.next();
        began_ = clock_type::now();
        std::size_t n = 0;
        if (SSL_write_ex(ssl_.get(), all.data(), requests_.head() / 2, &n) != 1)
            throw std::runtime_error("the first write would block");
        rest_.assign(all.begin() + static_cast<std::ptrdiff_t>(requests_.head() / 2), all.end());
        reading_ = false;
        step();
    }

  private:
    void step() {
        if (!ready_) {
            const int done = SSL_do_handshake(ssl_.get());
            if (done != 1) return wait(done);
            ready_ = true;
            if (set_.mode == "idle" || set_.mode == "first") return;
            begin();
        }
        for (;;) {
            if (!reading_) {
                std::size_t n = 0;
                const int done = SSL_write_ex(ssl_.get(), rest_.data(), rest_.size(), &n);
                if (done != 1) return wait(done);
                reading_ = true;
            }
            if (have_ == into_.size()) into_.resize(std::max<std::size_t>(into_.size() * 2, 16 * 1024));
            std::size_t n = 0;
            const int done = SSL_read_ex(ssl_.get(), into_.data() + have_, into_.size() - have_, &n);
            if (done != 1) return wait(done);
            have_ += n;
            if (complete() && !answered()) return;
        }
    }

    void begin() {
        const auto& all = requests_.next();
        rest_.assign(all.begin(), all.end());
        reading_ = false;
        have_ = 0;
        answer_ = 0;
        if (!set_.fresh) began_ = clock_type::now();
    }

    bool complete() {
        const std::string_view text(into_.data(), have_);
        if (answer_ == 0) {
            const auto end = text.find("\r\n\r\n");
            if (end == std::string_view::npos) return false;
            answer_ = end + 4;
            static constexpr std::string_view name = "Content-Length: ";
            const auto at = text.substr(0, end).find(name);
            std::size_t length = 0;
            if (at != std::string_view::npos)
                std::from_chars(text.data() + at + name.size(), text.data() + end, length);
            answer_ += length;
            closes_ = text.substr(0, end).find("onnection: close") != std::string_view::npos;
        }
        return have_ >= answer_;
    }

    /// False when the connection was left for a new one.
    bool answered() {
        const auto now = clock_type::now();
        const double micros =
            std::chrono::duration<double, std::micro>(now - (set_.fresh ? started_ : began_)).count();
        first_ = micros;
        if (result_.counting) {
            ++result_.requests;
            result_.latency.push_back(micros);
            if (into_[9] != '2') ++result_.refused;
        }
        if (set_.mode == "first") return false;
        if (closes_ || set_.fresh) {
            close();
            open();
            return false;
        }
        begin();
        return true;
    }

    void close() {
        SSL_shutdown(ssl_.get());
        error_code ignored;
        socket_.close(ignored);
    }

    void wait(int done) {
        const int why = SSL_get_error(ssl_.get(), done);
        if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) {
            if (result_.counting) ++result_.broken;
            close();
            return open();
        }
        socket_.async_wait(why == SSL_ERROR_WANT_READ ? tcp::socket::wait_read : tcp::socket::wait_write,
                           [this](const error_code& ec) {
                               if (!ec) step();
                           });
    }

    const settings& set_;
    SSL_CTX* tls_;
    request_source& requests_;
    measured& result_;
    tcp::socket socket_;
    std::unique_ptr<SSL, free_ssl> ssl_;
    crypto::bytes rest_;
    std::vector<char> into_;
    std::size_t have_ = 0;
    std::size_t answer_ = 0;
    bool ready_ = false;
    bool reading_ = false;
    bool closes_ = false;
    clock_type::time_point started_;
    clock_type::time_point began_;
    double first_ = 0;
};

double percentile(std::vector<double>& all, double part) {
    if (all.empty()) return 0;
    const auto at = static_cast<std::ptrdiff_t>(part * static_cast<double>(all.size() - 1));
    std::nth_element(all.begin(), all.begin() + at, all.end());
    return all[static_cast<std::size_t>(at)];
}

void run_load(asio::io_context& on, const settings& s, measured& m) {
    using seconds = std::chrono::duration<double>;
    on.run_for(std::chrono::duration_cast<clock_type::duration>(seconds(std::min(1.0, s.seconds / 3))));
    m.counting = true;
    const auto cpu = changgu::bench::cpu_of(s.pids);
    const auto begin = clock_type::now();
    on.run_for(std::chrono::duration_cast<clock_type::duration>(seconds(s.seconds)));
    const seconds took = clock_type::now() - begin;
    const double used = changgu::bench::cpu_of(s.pids) - cpu;
    const auto n = static_cast<double>(std::max<std::size_t>(m.requests, 1));
    std::cout << R"({"requests": )" << m.requests << R"(, "refused": )" << m.refused << R"(, "broken": )"
              << m.broken << R"(, "per_second": )" << n / took.count() << R"(, "cpu_us": )" << used * 1e6 / n
              << R"(, "p50_us": )" << percentile(m.latency, 0.5) << R"(, "p99_us": )"
              << percentile(m.latency, 0.99) << "}" << std::endl;
}

/// One after the other: what thousands of handshakes at the same time take for a moment is another figure.
void hold_idle(asio::io_context& on, std::deque<connection>& all) {
    for (auto& c : all) {
        c.open();
        while (!c.ready()) on.run_one_for(std::chrono::seconds(10));
    }
    std::cout << R"({"open": )" << all.size() << "}" << std::endl;
    std::cin.ignore(std::numeric_limits<std::streamsize>::max());
}

void run_first(asio::io_context& on, std::deque<connection>& all) {
    std::vector<double> latency;
    for (auto& c : all) {
        c.open();
        while (!c.ready()) on.run_one_for(std::chrono::seconds(10));
        on.run_for(std::chrono::milliseconds(2)); // what follows the handshake has arrived
        c.send_in_two();
        while (c.first_latency() == 0) on.run_one_for(std::chrono::seconds(10));
        latency.push_back(c.first_latency());
    }
    std::cout << R"({"requests": )" << latency.size() << R"(, "p50_us": )" << percentile(latency, 0.5)
              << R"(, "p99_us": )" << percentile(latency, 0.99) << "}" << std::endl;
}

/// One answer, read and dropped.
void run_stream(asio::io_context& on, SSL_CTX* tls, const settings& s) {
    std::string request = "GET " + s.path + " HTTP/1.1\r\nHost: localhost:" + std::to_string(s.port) + "\r\n";
    for (std::string line; std::getline(std::cin, line);) request += line + "\r\n";
    request += "\r\n";
    tcp::socket socket(on);
    socket.connect({asio::ip::address_v4::loopback(), s.port});
    const std::unique_ptr<SSL, free_ssl> ssl(SSL_new(tls));
    SSL_set_fd(ssl.get(), socket.native_handle());
    if (SSL_connect(ssl.get()) != 1) throw std::runtime_error("no handshake");
    const double cpu = changgu::bench::cpu_of(s.pids);
    const auto begin = clock_type::now();
    SSL_write(ssl.get(), request.data(), static_cast<int>(request.size()));
    std::vector<char> into(64 * 1024);
    std::string head;
    std::uint64_t body = 0;
    std::uint64_t length = 1;
    while (body < length) {
        const int n = SSL_read(ssl.get(), into.data(), static_cast<int>(into.size()));
        if (n <= 0) throw std::runtime_error("the stream ended early");
        if (!head.ends_with("\r\n\r\n")) {
            head.append(into.data(), static_cast<std::size_t>(n));
            const auto end = head.find("\r\n\r\n");
            if (end == std::string::npos) continue;
            if (head[9] != '2') throw std::runtime_error("refused");
            length = std::stoull(head.substr(head.find("Content-Length: ") + 16));
            body = head.size() - end - 4;
            head.resize(end + 4);
        } else {
            body += static_cast<std::uint64_t>(n);
        }
    }
    const std::chrono::duration<double> took = clock_type::now() - begin;
    const double used = changgu::bench::cpu_of(s.pids) - cpu;
    const double megabytes = static_cast<double>(body) / 1e6;
    std::cout << R"({"bytes": )" << body << R"(, "mb_per_second": )" << megabytes / took.count()
              << R"(, "cpu_us_per_mb": )" << used * 1e6 / megabytes << "}" << std::endl;
}

settings read_settings(int argc, char** argv) {
    settings s;
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.empty()) throw std::runtime_error("submit, get, idle or first?");
    s.mode = words[0];
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (words[i] == "--fresh") {
            s.fresh = true;
            continue;
        }
        if (i + 1 == words.size()) throw std::runtime_error("a value is missing after " + words[i]);
        const auto& option = words[i];
        const auto& value = words[++i];
        if (option == "--port")
            s.port = static_cast<std::uint16_t>(std::stoul(value));
        else if (option == "--connections")
            s.connections = std::stoul(value);
        else if (option == "--seconds")
            s.seconds = std::stod(value);
        else if (option == "--epoch")
            s.epoch = static_cast<std::uint32_t>(std::stoul(value));
        else if (option == "--path")
            s.path = value;
        else if (option == "--pids")
            s.pids = changgu::bench::read_pids(value);
        else
            throw std::runtime_error("unknown option " + option);
    }
    return s;
}

} // namespace

int main(int argc, char** argv) try {
    std::signal(SIGPIPE, SIG_IGN);
    const auto s = read_settings(argc, argv);
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
    SSL_CTX_set_min_proto_version(tls.get(), TLS1_3_VERSION);
    SSL_CTX_set_mode(tls.get(), SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(tls.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
    asio::io_context on{1};
    const auto work = asio::make_work_guard(on);
    if (s.mode == "stream") {
        run_stream(on, tls.get(), s);
        return 0;
    }
    request_source requests(s);
    measured m;
    std::deque<connection> all;
    for (std::size_t i = 0; i < s.connections; ++i) {
        all.emplace_back(on, tls.get(), s, requests, m);
        if (s.mode != "first" && s.mode != "idle") all.back().open();
    }
    if (s.mode == "idle")
        hold_idle(on, all);
    else if (s.mode == "first")
        run_first(on, all);
    else
        run_load(on, s, m);
    std::cout.flush();
    std::_Exit(0); // thousands of connections need not be taken down one by one
} catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 1;
}
