#include "server/api/clock_guard.hpp"

#include "crypto/envelope.hpp"
#include "tests/server/api/fixture.hpp"

using namespace changgu;
using namespace changgu::test;
using api::clock_guard;

namespace {
constexpr std::uint64_t day = 86'400;
constexpr std::uint64_t year = 365 * day;
constexpr std::uint64_t begun = 1000; // on the steady clock
} // namespace

TEST_CASE("a clock that goes evenly is believed, corrected by hours and days too") {
    clock_guard g({start_time, begun}, std::nullopt);
    CHECK_FALSE(g.look({start_time + 400 * day, begun + 400 * day}, true));
    CHECK_FALSE(g.look({start_time + 405 * day, begun + 400 * day}, false));
    CHECK_FALSE(g.look({start_time + 395 * day, begun + 400 * day}, false));
    CHECK(g.trusted());
    CHECK(g.believed() == start_time + 395 * day);
    CHECK(g.earliest() == g.believed());
}

TEST_CASE("a clock years ahead is not followed, and believed when it comes back") {
    clock_guard g({start_time, begun}, std::nullopt);
    CHECK(g.look({start_time + 10 * year, begun + day}, false));
    CHECK_FALSE(g.trusted());
    CHECK(g.days_ahead() == 3649);
    for (std::uint64_t d = 1; d < 100; ++d)
        CHECK_FALSE(g.look({start_time + 10 * year + d * day, begun + d * day + day}, false));
    CHECK_FALSE(g.trusted()); // no epoch was ever in force there
    CHECK(g.earliest() == start_time + 100 * day);
    CHECK_FALSE(g.look({start_time + 101 * day, begun + 101 * day}, true));
    CHECK(g.trusted());
    CHECK(g.earliest() == start_time + 101 * day);
}

TEST_CASE("a clock years behind deletes by its own date, which is earlier") {
    clock_guard g({start_time, begun}, std::nullopt);
    CHECK(g.look({start_time - 10 * year, begun + day}, false));
    CHECK(g.believed() == start_time + day);
    CHECK(g.earliest() == start_time - 10 * year);
    CHECK(g.days_ahead() == -3651);
}

TEST_CASE("a jump is believed after a week of going evenly, while an epoch is in force") {
    clock_guard g({start_time, begun}, std::nullopt);
    const auto ahead = start_time + 30 * day;
    CHECK(g.look({ahead, begun}, true));
    CHECK_FALSE(g.look({ahead + 6 * day, begun + 6 * day}, true));
    CHECK_FALSE(g.trusted());
    SUBCASE("it goes on") {
        CHECK_FALSE(g.look({ahead + 7 * day, begun + 7 * day}, true));
        CHECK(g.trusted());
        CHECK(g.believed() == ahead + 7 * day);
        CHECK(g.look({start_time + 8 * day, begun + 8 * day}, true)); // and now this is the jump
    }
    SUBCASE("no epoch is in force") {
        CHECK_FALSE(g.look({ahead + 70 * day, begun + 70 * day}, false));
        CHECK_FALSE(g.trusted());
    }
    SUBCASE("it jumps again") {
        CHECK(g.look({ahead + 47 * day, begun + 7 * day}, true));
        CHECK_FALSE(g.look({ahead + 53 * day, begun + 13 * day}, true));
        CHECK_FALSE(g.trusted());
    }
}

TEST_CASE("a start long after the last release is a jump") {
    CHECK_FALSE(
        clock_guard({start_time + 6 * day, begun}, start_time).look({start_time + 6 * day, begun}, true));
    clock_guard g({start_time + 30 * day, begun}, start_time);
    CHECK(g.look({start_time + 30 * day, begun}, true));
    CHECK(g.earliest() == start_time);
    g.look({start_time + 37 * day, begun + 7 * day}, true);
    CHECK(g.trusted());
}

namespace {

/// A server whose clock goes on and jumps as a test says.
class two_clocks {
  public:
    two_clocks() {
        watching_.observe = [this](const api::observation& o) { trusted = o.clock_trusted; };
        begin();
    }
    /// Another process on the same data.
    void begin() {
        upkeep_.reset();
        upkeep_.emplace(f.app().service(), watching_);
        look();
    }
    void look() { upkeep_->poll(f.now); }
    /// Time passes; then the tick comes.
    void go_on(std::uint64_t seconds) {
        f.now += seconds;
        REQUIRE(upkeep_->poll(f.now));
    }
    void put_reply(const crypto::address& at) {
        REQUIRE(storage::wait<storage::put_outcome>([&](auto done) {
                    store().put_reply(at, bytes(8192), std::move(done));
                }) == storage::put_outcome::stored);
    }
    storage::item_state state(const crypto::address& at) {
        return store().make_reader().read_replies({&at, 1}).at(0).state;
    }
    storage::store& store() { return f.app().service().store(); }

    channel_fixture f;
    bool trusted = false;

  private:
    api::upkeep_options watching_;
    std::optional<api::upkeep> upkeep_;
};

constexpr auto years = static_cast<std::int64_t>(10 * year);

} // namespace

TEST_CASE("a clock years ahead ends no reply, and what it releases has chaff; a clock that gets there does") {
    two_clocks c;
    const auto reply = crypto::random_fixed<crypto::address>();
    c.put_reply(reply);
    c.go_on(tick);
    REQUIRE(c.f.binary(verb::post, "/envelopes", crypto::make_chaff(1)).status == 201);
    SUBCASE("while the server runs") {
        c.f.jump(years);
        c.go_on(tick);
    }
    SUBCASE("at its start") {
        c.f.jump(years);
        c.begin();
        c.go_on(tick);
        c.begin(); // which does not know of the doubt of the one before it
        c.go_on(tick);
    }
    CHECK_FALSE(c.trusted);
    CHECK(c.state(reply) == storage::item_state::present);
    CHECK(c.store().make_reader().inbox_count(0) % fill == 0);
    c.go_on(30 * day);
    CHECK_FALSE(c.trusted);
    CHECK(c.state(reply) == storage::item_state::present);
    c.f.jump(-years);
    c.look();
    c.go_on(tick);
    CHECK(c.trusted);
    CHECK(c.state(reply) == storage::item_state::present);
    c.go_on(4 * year);
    CHECK(c.trusted);
    CHECK(c.state(reply) == storage::item_state::expired);
}

TEST_CASE("what is released while the clock is years behind does not end when it comes back") {
    two_clocks c;
    c.go_on(tick);
    const auto reply = crypto::random_fixed<crypto::address>();
    c.put_reply(reply);
    c.f.jump(-years);
    SUBCASE("while the server runs") {
        c.look();
    }
    SUBCASE("at its start") {
        c.begin();
    }
    c.go_on(tick);
    CHECK_FALSE(c.trusted);
    c.f.jump(years);
    c.look();
    c.go_on(tick);
    CHECK(c.trusted);
    CHECK(c.state(reply) == storage::item_state::present);
}
