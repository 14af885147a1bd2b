#include "server/api/difficulty.hpp"
#include "server/api/fair_queue.hpp"

#include <doctest/doctest.h>

using namespace changgu::api;
namespace http = changgu::http;

namespace {

http::source named(unsigned n) {
    http::source s;
    s.value[0] = static_cast<changgu::crypto::byte>(n);
    return s;
}

} // namespace

TEST_CASE("a meter at the free rate stands at one, and empties by itself") {
    meter m;
    const double weight = meter::weight_at(60); // one a second
    std::uint64_t now = 1000;
    for (int i = 0; i < 600; ++i) m.add(weight, now++);
    CHECK(m.level(now) > 0.9);
    CHECK(m.level(now) < 1.1);
    CHECK(m.level(now + 15) < 0.56);
    CHECK(m.level(now + 600) < 0.001);
    for (int i = 0; i < 100'000; ++i) m.add(weight, now);
    CHECK(m.level(now) == doctest::Approx(meter::most));
    CHECK(m.level(now + 120) < 1); // however much there was: calm again within two minutes
    // However far the clock is set, and in whichever direction.
    CHECK(m.level(now - 120) < 1);
    m.add(weight, now - 86'400);
    CHECK(m.level(now - 86'400) == doctest::Approx(weight));
    CHECK(m.level(now - 86'400 + 15) < weight);
}

TEST_CASE("bits follow the load, each kind of it, and end at the most that is asked for") {
    constexpr unsigned most = 8;
    struct given {
        load l;
        unsigned common;
        unsigned of_source;
    };
    const given table[] = {
        {{}, 0, 0},
        {{.rate = 0.99}, 0, 0},
        {{.source = 50}, 0, 0}, // while all are calm a busy source is nobody's business
        {{.rate = 1}, 1, 1},
        {{.rate = 1.99}, 1, 1},
        {{.rate = 2}, 2, 2},
        {{.rate = 5}, 3, 3},
        {{.rate = 5, .source = 0.9}, 3, 3},
        {{.rate = 5, .source = 1}, 3, 4},
        {{.rate = 5, .source = 5}, 3, 6},
        {{.rate = 32}, 6, 6},
        {{.rate = 1e9}, 6, 6},
        {{.rate = 1e9, .source = 1e9}, 6, 8},
        {{.queue = 0.2}, 0, 0},
        {{.queue = 0.5}, 3, 3},
        {{.queue = 1}, 5, 5},
        {{.reserve = 0.001}, 1, 1},
        {{.reserve = 0.5}, 3, 3},
        {{.reserve = 1}, 6, 6},
        {{.reserve = 7}, 6, 6},
        {{.rate = 1, .queue = 0.5, .reserve = 1}, 6, 6},
    };
    for (const auto& row : table) {
        CAPTURE(row.l.rate);
        CAPTURE(row.l.source);
        CAPTURE(row.l.queue);
        CAPTURE(row.l.reserve);
        CHECK(common_bits(row.l, most) == row.common);
        CHECK(bits_for(row.l, most) == row.of_source);
    }
    CHECK(bits_for({.rate = 1e9, .source = 1e9}, 1) == 1);
    CHECK(bits_for({.rate = 1e9}, 2) == 1);
    CHECK(bits_for({.rate = 1e9, .source = 1e9}, 2) == 2);
}

TEST_CASE("a queue serves sources in turn") {
    fair_queue<int> q(10, 4);
    for (const int i : {11, 12, 13, 14}) CHECK_FALSE(q.push(named(1), i));
    CHECK(q.push(named(1), 15) == 15); // a source has its bound
    for (const int i : {21, 22}) CHECK_FALSE(q.push(named(2), i));
    CHECK_FALSE(q.push(http::no_source, 1));
    CHECK(q.size() == 7);
    for (const int expected : {11, 21, 1, 12, 22, 13, 14}) CHECK(q.pop() == expected);
    CHECK_FALSE(q.pop());
}

TEST_CASE("a full queue has room for whoever has less in it") {
    fair_queue<int> q(6, 4);
    for (const int i : {1, 2, 3, 4, 5, 6}) CHECK_FALSE(q.push(http::no_source, i)); // has no bound of its own
    CHECK(q.push(http::no_source, 7) == 7);
    CHECK(q.push(named(1), 11) == 6); // the last of the longest
    CHECK(q.push(named(2), 21) == 5);
    CHECK(q.push(named(1), 12) == 4);
    CHECK(q.push(named(1), 13) == 13); // three, two, one: no longer worth it
    CHECK(q.size() == 6);
    for (const int expected : {1, 11, 21, 2, 12, 3}) CHECK(q.pop() == expected);
    CHECK(q.size() == 0);
}
