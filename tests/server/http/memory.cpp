// For a while the server's threads get no memory.
#include "tests/server/http/fixture.hpp"
#include "tests/support/starvation.hpp"

#include "server/http/route.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <thread>

using namespace changgu;
using namespace changgu::test;

namespace {

struct kitchen {
    std::atomic<int> asked = 0;
    int closes_at = 0; ///< from the making of this answer on there is no memory
};

constexpr std::array<crypto::byte, 60'000> somebody_elses{'S'}; // goes out together with its header
boost::asio::awaitable<http::response> page(kitchen& k, http::request) {
    http::response out;
    out.status = 201;
    out.fixed = somebody_elses;
    if (++k.asked == k.closes_at) starving = true;
    co_return out;
}
boost::asio::awaitable<http::response> plate(kitchen&, http::request) {
    co_return http::json_response(200, R"({"mine":true})");
}
constexpr http::route<kitchen> menu[] = {{http::verb::get, "/page", 0, page},
                                         {http::verb::get, "/plate", 0, plate}};

} // namespace

TEST_CASE("an answer that could not be made to its end is sent to nobody else") {
    const temp_dir directory;
    for (const bool with_room : {false, true})
        for (int closes_at = 1; closes_at <= 8; ++closes_at) {
            CAPTURE(with_room);
            CAPTURE(closes_at);
            kitchen k;
            const http::table_router<kitchen> routes(menu, {&k});
            http::server_options options;
            options.unix_socket = directory / "socket"; // of a size that does not grow
            options.threads = 1;
            http::server server(std::move(options), routes);
            server.start();
            const auto ask = [&](std::string_view path) {
                raw_client c(directory / "socket");
                c.send(get(path));
                return c.answer();
            };
            const auto mine = ask("/plate");
            REQUIRE(body_of(mine) == R"({"mine":true})");
            if (with_room) REQUIRE(status_of(ask("/page")) == 201);
            k.closes_at = k.asked + closes_at;
            {
                raw_client unread(directory / "socket");
                for (int i = 0; i < closes_at; ++i) unread.send(get("/page"));
                for (int i = 0; i < 20 && !starving; ++i)
                    ::usleep(10'000); // never, if the socket was full before
                ::usleep(20'000);
                starving = false;
            }
            CHECK(ask("/plate") == mine);
            server.stop();
            server.join();
        }
}

TEST_CASE("when there is memory again connections are taken again") {
    test_server s({.limit = {}, .threads = 1});
    const auto greet = [&s] {
        raw_client c(s.plain());
        c.send(get("/hello"));
        return status_of(c.answer());
    };
    for (int round = 0; round < 10; ++round) {
        REQUIRE(greet() == 200);
        {
            std::array<std::unique_ptr<raw_client>, 12> some;
            for (std::size_t i = 0; i < some.size(); ++i) {
                starving = i % 3 != 0;
                some.at(i) = std::make_unique<raw_client>(s.plain());
                some.at(i)->send(get("/hello"));
                std::this_thread::sleep_for(std::chrono::milliseconds(10));
            }
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        starving = false;
    }
    CHECK(refused > 0);
    for (int i = 0; i < 10; ++i) CHECK(greet() == 200);
    CHECK(eventually([&s] { return s.server->connections() == 0; }));
    MESSAGE(refused.load(), " pieces of memory refused");
}
