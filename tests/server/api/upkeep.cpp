#include "server/api/upkeep.hpp"

#include "crypto/envelope.hpp"
#include "crypto/signing.hpp"
#include "tests/server/api/fixture.hpp"

#include <sqlite3.h>

#include <thread>

using namespace changgu;
using namespace changgu::test;
using crypto::statement_type;

namespace {
constexpr std::size_t record = 4 + crypto::suite1::envelope_size;
std::size_t inbox_size(channel_fixture& f) {
    return f.get("/inbox", f.reviewer_bearer(f.first)).body.size() / record;
}
} // namespace

TEST_CASE("a period begins at each multiple of the tick after the offset") {
    CHECK(api::period_of(1000, 100, 0) == api::period_of(1099, 100, 0));
    CHECK(api::period_of(1100, 100, 0) == api::period_of(1099, 100, 0) + 1);
    CHECK(api::period_of(1030, 100, 30) == api::period_of(1029, 100, 30) + 1);
    CHECK(api::period_of(1030, 100, 430) == api::period_of(1029, 100, 430) + 1);
    // 18:00 UTC of any day, by the default policy.
    const auto six = 20'000ULL * 86'400 + 64'800;
    CHECK(api::period_of(six, 86'400, 64'800) == api::period_of(six - 1, 86'400, 64'800) + 1);
    CHECK(api::period_of(six + 86'399, 86'400, 64'800) == api::period_of(six, 86'400, 64'800));
}

TEST_CASE("a release comes at an instant of the tick and never by itself at start-up") {
    channel_fixture f;
    REQUIRE(f.binary(verb::post, "/envelopes", crypto::make_chaff(1)).status == 201);
    CHECK_FALSE(f.app().upkeep().poll(f.now + tick - 1));
    f.restart();
    CHECK(inbox_size(f) == 0);
    f.now += 10 * std::uint64_t{tick}; // down for ten ticks
    f.restart();
    CHECK_FALSE(f.app().upkeep().poll(f.now + 1));
    CHECK(inbox_size(f) == 0);
    CHECK(f.app().upkeep().poll(f.now + tick));
    CHECK_FALSE(f.app().upkeep().poll(f.now + tick));
    CHECK(inbox_size(f) == fill);
    CHECK_FALSE(f.app().upkeep().poll(f.now)); // the clock was set back
    CHECK(f.app().upkeep().poll(f.now + tick));
    CHECK(inbox_size(f) == 2 * fill);
}

TEST_CASE("a clock that jumps releases once, and a failed release does not wait for it to come back") {
    channel_fixture f;
    f.now += 1000 * std::uint64_t{tick};
    CHECK(f.app().upkeep().poll(f.now));
    CHECK_FALSE(f.app().upkeep().poll(f.now));
    CHECK_FALSE(f.app().upkeep().poll(f.now - 1000 * std::uint64_t{tick}));
    CHECK(f.app().upkeep().poll(f.now - 999 * std::uint64_t{tick}));
    CHECK(inbox_size(f) == 2 * fill);

    // Somebody else holds the database: the release fails, then the clock is set back by a day.
    sqlite3* other = nullptr;
    REQUIRE(sqlite3_open((f.config().data / "changgu.db").c_str(), &other) == SQLITE_OK);
    REQUIRE(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
    CHECK_FALSE(f.app().upkeep().poll(f.now));
    sqlite3_close(other);
    const auto early = f.now - 86'400;
    CHECK(f.app().upkeep().poll(early));
    CHECK(inbox_size(f) == 3 * fill);
}

TEST_CASE("a batch has room for chaff, and an empty one is filled with it") {
    channel_fixture f;
    for (std::uint32_t i = 0; i < fill; ++i)
        REQUIRE(f.binary(verb::post, "/envelopes", crypto::make_chaff(1)).status == 201);
    f.release();
    CHECK(inbox_size(f) == 2 * fill);
    f.release();
    CHECK(inbox_size(f) == 3 * fill);
}

TEST_CASE("another policy begins a new count") {
    channel_fixture f;
    auto rules = f.log->rules();
    rules.tick = 7;
    const auto next = f.log->size();
    REQUIRE(f.post_statements(
                 next, {f.make_statement(statement_type::policy, to_json(crypto::policy_entry{rules, {}}))})
                .status == 201);
    CHECK_FALSE(f.app().upkeep().poll(f.now));
    CHECK(f.app().upkeep().poll(f.now + 7));
}

TEST_CASE("an epoch's envelopes go when it is retired and everybody has drained it, or when a root insists") {
    channel_fixture f;
    REQUIRE(f.binary(verb::post, "/envelopes", crypto::make_chaff(1)).status == 201);
    f.release();
    auto next = f.log->size();
    std::vector<std::string> notes{
        f.make_statement(statement_type::epoch, to_json(f.next_epoch(f.now, {&f.first, &f.second}))),
        f.make_statement(statement_type::retire, to_json(crypto::retire_entry{1, f.now, ""}))};
    REQUIRE(f.post_statements(next, notes).status == 201);
    f.release();
    REQUIRE(inbox_size(f) == 2 * fill);

    const auto drain = [&](const reviewer_keys& who) {
        const auto s = crypto::sign_drained(who.identity.secret_key, f.log->org(), who.number, 1);
        REQUIRE(f.json(verb::post, "/drained", {{"epoch", 1}, {"signature", crypto::to_base64(s.view())}},
                       f.reviewer_bearer(who))
                    .status == 204);
    };
    drain(f.first);
    f.release();
    CHECK(inbox_size(f) == 3 * fill);
    SUBCASE("the other drains it too") {
        drain(f.second);
        f.release();
    }
    SUBCASE("the other is revoked") {
        next = f.log->size();
        notes = {f.make_statement(statement_type::revoke, crypto::revoke_json(2)),
                 f.make_statement(statement_type::epoch, to_json(f.next_epoch(f.now, {&f.first})))};
        REQUIRE(f.post_statements(next, notes).status == 201);
        f.release();
    }
    SUBCASE("a root insists") {
        next = f.log->size();
        REQUIRE(
            f.post_statements(next, {f.make_statement(statement_type::retire,
                                                      to_json(crypto::retire_entry{1, f.now, "a reason"}))})
                .status == 201);
        f.release();
    }
    CHECK(inbox_size(f) == 3 * fill); // four batches, less the first
    const auto inbox = f.get("/inbox", f.reviewer_bearer(f.first)).body;
    for (std::size_t i = 0; i < inbox.size(); i += record)
        CHECK(crypto::from_big_endian<std::uint32_t>(bytes_view(inbox).subspan(i + 5, 4)) != 1);
}

TEST_CASE("a certificate that cannot be read holds up nothing but itself") {
    auto c = unhurried();
    c.tls = http::certificate_files{"/nowhere/certificate.pem", "/nowhere/key.pem"};
    channel_fixture f(c);
    const auto next_day = [&] {
        f.now += 86'400;
        CHECK(f.app().upkeep().poll(f.now));
    };
    REQUIRE(f.binary(verb::post, "/envelopes", crypto::make_chaff(1)).status == 201);
    next_day();
    REQUIRE(inbox_size(f) == fill);
    const auto next = f.log->size();
    const std::vector<std::string> notes{
        f.make_statement(statement_type::epoch, to_json(f.next_epoch(f.now, {&f.first, &f.second}))),
        f.make_statement(statement_type::retire, to_json(crypto::retire_entry{1, f.now, "a reason"}))};
    REQUIRE(f.post_statements(next, notes).status == 201);
    next_day();
    CHECK(inbox_size(f) == fill); // the second batch, less the first
}

TEST_CASE("the thread of upkeep releases by itself") {
    channel_fixture f;
    f.app().upkeep().start();
    f.now += tick;
    std::size_t found = 0;
    for (int i = 0; i < 1200 && found == 0; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        found = inbox_size(f);
    }
    CHECK(found == fill);
}
