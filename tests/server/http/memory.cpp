// For a while the server's threads get no memory.
#include "tests/server/http/fixture.hpp"
#include "tests/support/starvation.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <thread>

using namespace changgu;
using namespace changgu::test;

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
