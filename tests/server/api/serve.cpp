// The server as a process, and what it owes to requests in flight when it stops.
#include "server/serve.hpp"

#include "crypto/envelope.hpp"
#include "tests/server/api/fixture.hpp"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <thread>

using namespace changgu;
using namespace changgu::test;

namespace {

/// A datagram socket as systemd's, with a deadline.
struct notify_socket {
    explicit notify_socket(const std::string& path) : fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        REQUIRE(path.size() < sizeof(at.sun_path));
        std::memcpy(at.sun_path, path.c_str(), path.size());
        REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof(at)) == 0);
        const timeval patience{20, 0};
        REQUIRE(::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0);
    }
    notify_socket(const notify_socket&) = delete;
    notify_socket& operator=(const notify_socket&) = delete;
    ~notify_socket() { ::close(fd); }

    [[nodiscard]] std::string receive() const {
        std::array<char, 64> text{};
        const auto n = ::recv(fd, text.data(), text.size(), 0);
        return n < 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(n));
    }
    int fd;
};

} // namespace

TEST_CASE("serve tells systemd when it is ready, stops on SIGTERM, and writes its log") {
    channel_fixture f;
    f.stop();
    auto c = f.config();
    c.log.file = f.directory / "changgu.log";
    c.log.level = server::log_level::debug;
    c.unix_socket = f.directory / "http";
    const auto path = (f.directory / "notify").string();
    const notify_socket systemd(path);

    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        int status = 100;
        try {
            ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
            status = server::serve(c);
            rlimit core{1, 1};
            if (::getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur != 0) status = 101;
        } catch (const std::exception&) {
            status = 102;
        }
        ::_exit(status);
    }
    CHECK(systemd.receive() == "READY=1");
    CHECK(::kill(child, SIGTERM) == 0);
    CHECK(systemd.receive() == "STOPPING=1");
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    CHECK(std::filesystem::file_size(c.log.file) > 0);
}

TEST_CASE("what was acknowledged while the server was being stopped is there afterwards") {
    channel_fixture f;
    constexpr std::size_t senders = 3;
    const auto at = "http://127.0.0.1:" + std::to_string(f.app().http().plain_port());
    std::array<std::vector<crypto::envelope_id>, senders> acknowledged;
    std::atomic<std::size_t> total = 0;
    std::vector<std::thread> threads;
    for (auto& mine : acknowledged)
        threads.emplace_back([&] {
            cli::https_client client(at);
            for (int i = 0; i < 2000; ++i) {
                const auto envelope = crypto::make_chaff(1);
                const auto r = client.send(verb::post, "/api/v1/envelopes", http::binary_type, envelope);
                if (!r || r->status != 201) return;
                mine.push_back(crypto::id_of(envelope));
                ++total;
            }
        });
    for (int i = 0; i < 12000 && total < 20; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    f.stop();
    for (auto& t : threads) t.join();
    CHECK(total >= 20);
    storage::reader reader(f.config().data);
    for (const auto& mine : acknowledged)
        for (const auto& id : mine) CHECK(reader.has_envelope(id));
}
