#include "server/log.hpp"
#include "tests/server/http/fixture.hpp"

#include <doctest/doctest.h>

#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <csignal>
#include <memory>
#include <regex>
#include <thread>

using namespace changgu::test;

TEST_CASE("a graceful stop finishes what is in flight and nothing else") {
    test_server::settings set;
    set.threads = 2;
    test_server s(set);
    raw_client busy(s.plain());
    raw_client idle(s.plain());
    raw_client fresh(s.plain());
    idle.send(get("/hello"));
    CHECK(status_of(idle.answer()) == 200);
    busy.send(get("/slow") + get("/hello"));
    ::usleep(100'000);
    const auto start = std::chrono::steady_clock::now();
    s.server->stop();
    CHECK(idle.rest().empty());
    CHECK(idle.ended());
    CHECK(fresh.rest().empty());
    CHECK(fresh.ended());
    CHECK(std::chrono::steady_clock::now() - start < 250ms);
    const auto answer = busy.answer();
    CHECK(status_of(answer) == 200);
    CHECK(header_of(answer, "Connection") == "close");
    CHECK(busy.rest().empty()); // the pipelined second one is not begun
    s.server->join();
    CHECK(s.what.finished_slow == 1);
    CHECK(s.what.handled == 1);
    CHECK(std::chrono::steady_clock::now() - start < 3s);
}

TEST_CASE("after the grace a handler that hangs is cancelled") {
    test_server::settings set;
    set.limit.grace = 200ms;
    test_server s(set);
    raw_client c(s.plain());
    c.send(get("/stuck"));
    REQUIRE(eventually([&] { return s.what.handled == 1; }));
    const auto start = std::chrono::steady_clock::now();
    s.server->stop();
    s.server->join();
    const auto took = std::chrono::steady_clock::now() - start;
    CHECK(took >= 190ms);
    CHECK(took < 3s);
    CHECK(c.rest().empty());
    CHECK(c.ended());
}

TEST_CASE("a server that goes without a stop takes its connections along") {
    std::unique_ptr<raw_client> held;
    {
        test_server s;
        held = std::make_unique<raw_client>(s.plain());
        held->send(get("/stuck"));
        ::usleep(50'000);
    }
    CHECK(held->rest().empty());
    CHECK(held->ended());
}

TEST_CASE("SIGHUP reloads, SIGTERM stops") {
    test_server::settings set;
    set.tls = true;
    test_server s(set);
    changgu::server::open_log({changgu::server::log_level::info, s.directory / "log"});
    changgu::http::server_options options;
    options.tls = changgu::http::tcp_address{"127.0.0.1", 0};
    options.certificate = changgu::http::certificate_files{s.certificate, s.key, false};
    options.plain = changgu::http::tcp_address{"127.0.0.1", 0};
    options.threads = 1;
    changgu::http::server server(options, *s.routes);
    std::thread running([&] { server.run_until_signalled(); });
    const auto serving = [&] {
        raw_client c(server.plain_port());
        c.send(get("/hello"));
        return status_of(c.answer()) == 200;
    };
    CHECK(serving());
    std::filesystem::rename(s.directory / "log", s.directory / "log.1");
    ::kill(::getpid(), SIGHUP);
    CHECK(eventually(
        [&] { return read_file(s.directory / "log").find("certificate_reloaded") != std::string::npos; }));
    CHECK(serving());

    raw_client busy(server.plain_port());
    busy.send(get("/slow"));
    ::usleep(100'000);
    ::kill(::getpid(), SIGTERM);
    CHECK(status_of(busy.answer()) == 200);
    running.join();
    CHECK(read_file(s.directory / "log").find("stopped") != std::string::npos);
    CHECK(raw_client(server.plain_port()).ended());
}

TEST_CASE("the accept loop survives a full descriptor table, and waits instead of spinning") {
    test_server s;
    const auto file = s.directory / "log";
    changgu::server::open_log({changgu::server::log_level::info, file});
    raw_client before(s.plain());
    before.send(get("/hello"));
    CHECK(status_of(before.answer()) == 200);

    raw_client waiting(0); // has its descriptor, is not connected
    rlimit old{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &old) == 0);
    rlimit low = old;
    low.rlim_cur = static_cast<rlim_t>(waiting.descriptor()) + 1;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(s.plain());
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool connected =
        ::connect(waiting.descriptor(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
    ::usleep(350'000);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &old) == 0);
    REQUIRE(connected);
    waiting.send(get("/hello"));
    CHECK(status_of(waiting.answer()) == 200);

    s.server->stop();
    s.server->join();
    int failures = 0;
    const auto log = read_file(file);
    const std::regex line("accept_failed count=(\\d+) error_code=" + std::to_string(EMFILE));
    for (auto i = std::sregex_iterator(log.begin(), log.end(), line); i != std::sregex_iterator(); ++i)
        failures += std::stoi((*i)[1]);
    CHECK(failures >= 1);
    CHECK(failures <= 8); // one in a tenth of a second
}
