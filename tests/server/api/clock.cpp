#include "server/api/clock.hpp"

#include "crypto/envelope.hpp"
#include "tests/server/api/fixture.hpp"

using namespace changgu;
using namespace changgu::test;

namespace {
constexpr std::int64_t years = 10LL * 365 * 86'400;
} // namespace

TEST_CASE("of three clocks one follows a jump, one does not, and one when it is told") {
    std::uint64_t wall = start_time;
    std::uint64_t steady = 1000;
    api::clock c([&] { return wall; }, [&] { return steady; });
    const auto go_on = [&] { ++wall, ++steady; };
    go_on();
    CHECK(c.wall() == start_time + 1);
    CHECK(c.even() == start_time + 1);
    CHECK(c.believed() == start_time + 1);
    wall += 1'000'000;
    CHECK(c.wall() == start_time + 1'000'001);
    CHECK(c.even() == start_time + 1);
    CHECK(c.believed() == start_time + 1);
    CHECK(c.latest() == c.wall());
    c.believe(c.wall());
    go_on();
    CHECK(c.believed() == start_time + 1'000'002);
    CHECK(c.even() == start_time + 2);
    wall = 5; // less than the other one has
    CHECK(c.latest() == start_time + 1'000'002);
    c.believe(wall);
    go_on();
    CHECK(c.believed() == 6);
    CHECK(c.even() == start_time + 3);
}

TEST_CASE("without another clock the one there is makes no jumps") {
    std::uint64_t wall = start_time;
    const api::clock c([&] { return wall; }, {});
    wall += 100;
    CHECK(c.even() == wall);
    CHECK(c.believed() == wall);
}

TEST_CASE("a clock that jumps turns no report away") {
    channel_fixture f;
    for (const auto by : {years, -years}) {
        f.jump(by);
        CHECK(object_of(f.get("/channel")).at("epoch") == 1);
        CHECK(f.binary(verb::post, "/envelopes", crypto::make_chaff(1)).status == 201);
        CHECK(f.binary(verb::post, "/envelopes", crypto::make_chaff(2)).status == 409);
        f.jump(-by);
    }
    f.now += static_cast<std::uint64_t>(years); // it does get there
    f.app().upkeep().poll(f.now);
    CHECK(object_of(f.get("/channel")).at("epoch") == 0);
    CHECK(f.binary(verb::post, "/envelopes", crypto::make_chaff(1)).status == 409);
}

TEST_CASE("sessions and challenges last as long as they do, whatever the clock is set to") {
    channel_fixture f;
    const auto sign_in = [&](const crypto::hash256& nonce) {
        return f.sign_in("reviewer", f.first.number, f.first.identity.secret_key, nonce).status;
    };
    for (const auto by : {years, -years}) {
        const auto bearer = f.reviewer_bearer(f.first);
        const auto nonce = f.challenge("reviewer", f.first.number);
        const auto spent = f.challenge("reviewer", f.first.number);
        REQUIRE(sign_in(spent) == 201);
        f.jump(by);
        CHECK(f.get("/inbox?after=0", bearer).status == 200);
        CHECK(sign_in(nonce) == 201);
        const auto other = f.challenge("reviewer", f.first.number);
        CHECK(sign_in(other) == 201); // and with that, what has ended is forgotten
        f.jump(-by);
        CHECK(sign_in(spent) == 401);
        f.now += 15 * 60;
        CHECK(f.get("/inbox?after=0", bearer).status == 401);
    }
}

TEST_CASE("work is asked for no longer than a load lasts, whatever the clock is set to") {
    server::config asking;
    asking.free_envelopes = 1;
    for (const auto by : {years, -years}) {
        channel_fixture f(asking);
        const auto bits = [&] { return object_of(f.get("/work")).at("bits").to_number<int>(); };
        const auto send = [&] { return f.binary(verb::post, "/envelopes", crypto::make_chaff(1)).status; };
        REQUIRE(send() == 201);
        REQUIRE(bits() > 0);
        f.jump(by);
        CHECK(bits() > 0); // nor shorter
        f.jump(-by);
        f.now += 120;
        CHECK(bits() == 0);
        f.jump(by);
        REQUIRE(send() == 201);
        REQUIRE(bits() > 0);
        f.jump(-by);
        f.now += 120;
        CHECK(bits() == 0);
    }
}
