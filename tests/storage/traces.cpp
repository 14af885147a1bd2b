// What is deleted must be gone from every file of the database, to the last piece, not only unreachable.
#include "tests/storage/bench.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <thread>

using namespace changgu;
using namespace changgu::test;

namespace {

struct crowd {
    std::vector<address> addresses;
    std::vector<bytes> bodies;
};

crowd fill(bench& b, item_kind kind, std::uint64_t first, std::size_t count, std::size_t size) {
    crowd c;
    for (auto n = first; n < first + count; ++n) {
        c.addresses.push_back(address_of(n));
        c.bodies.push_back(body(n, size));
        const auto outcome = kind == item_kind::reply  ? b.put_reply(c.addresses.back(), c.bodies.back())
                             : kind == item_kind::blob ? b.put_blob(c.addresses.back(), c.bodies.back())
                                                       : b.put_event(c.addresses.back(), c.bodies.back());
        REQUIRE(outcome == put_outcome::stored);
        if (n % 20 == 7) b.release();
    }
    return c;
}

} // namespace

TEST_CASE("burned replies are in no file, the others are, while rows move about") {
    bench b;
    const auto c = fill(b, item_kind::reply, 0, 90, envelope_bytes);
    CHECK(pieces_on_disk(b.opts.directory, {c.bodies[0]}) >= 1000);
    std::vector<bytes> burned;
    std::vector<bytes> kept;
    for (std::size_t i = 0; i < c.addresses.size(); ++i) {
        if (i % 3 == 0) {
            kept.push_back(c.bodies[i]);
            continue;
        }
        REQUIRE(b.burn({c.addresses[i]}) == edit_outcome::done);
        burned.push_back(c.bodies[i]);
        if (i % 7 == 0) {
            b.put_reply(address_of(1000 + i), body(1000 + i));
            b.release();
        }
    }
    CHECK(pieces_on_disk(b.opts.directory, burned) == 0);
    CHECK(pieces_on_disk(b.opts.directory, kept) >= kept.size() * 1000);
    CHECK(b.read().check().empty());
}

// Long enough that SQLite moves rows between pages and leaves stale copies behind, were any of the body in
// them.
TEST_CASE("no piece of 600 burned replies is left by any of 1,500 changes") {
    bench b({.directory = {}, .queue_jobs = 4096});
    std::mt19937_64 random(5); // NOLINT: the same changes each time
    std::vector<std::uint64_t> live;
    std::vector<bytes> burned;
    std::uint64_t next = 0;
    for (int i = 0; i < 1500; ++i) {
        if (random() % 5 < 3 || live.empty()) {
            b.s().put_reply(address_of(next), body(next), [](put_outcome) {});
            live.push_back(next++);
        } else {
            std::swap(live[random() % live.size()], live.back());
            b.s().burn({address_of(live.back())}, [](edit_outcome) {});
            burned.push_back(body(live.back()));
            live.pop_back();
        }
        if (i % 50 == 0) b.release();
    }
    b.release();
    CHECK(burned.size() > 550);
    CHECK(pieces_on_disk(b.opts.directory, burned) == 0);
}

TEST_CASE("purged events and chunks are in no file") {
    bench b;
    const auto events = fill(b, item_kind::case_event, 0, 30, envelope_bytes);
    const auto chunks = fill(b, item_kind::blob, 100, 10, 65536);
    b.release();
    CHECK(pieces_on_disk(b.opts.directory, {events.bodies[1]}) >= 1000);
    CHECK(b.purge(item_kind::case_event, {events.addresses.begin(), events.addresses.begin() + 20}) ==
          edit_outcome::done);
    CHECK(b.purge(item_kind::blob, chunks.addresses) == edit_outcome::done);
    CHECK(pieces_on_disk(b.opts.directory, {events.bodies.begin(), events.bodies.begin() + 20}) == 0);
    CHECK(pieces_on_disk(b.opts.directory, chunks.bodies) == 0);
    CHECK(pieces_on_disk(b.opts.directory, {events.bodies[25]}) >= 1000);
}

TEST_CASE("an epoch's envelopes are in no file once it is deleted") {
    bench b;
    std::vector<bytes> gone;
    for (std::uint64_t n = 0; n < 60; ++n) {
        b.put(body(n), n % 2 == 0 ? 1 : 2);
        if (n % 2 == 0) gone.push_back(body(n));
        if (n % 20 == 7) b.release();
    }
    CHECK(b.delete_epoch(1) == 30);
    CHECK(pieces_on_disk(b.opts.directory, gone) == 0);
    CHECK(pieces_on_disk(b.opts.directory, {body(1)}) >= 1000);
}

TEST_CASE("a replaced keyring and its pepper are in no file") {
    bench b;
    const auto old_body = body(1, 5000);
    const auto old_pepper = pepper::random();
    keyring_etag etag;
    const auto put = [&b, &etag](std::optional<keyring_etag> match, const bytes& content, pepper p) {
        return wait<edit_outcome>([&](auto done) {
            b.s().put_keyring(1, match, {}, content, std::move(p),
                              [&etag, done = std::move(done)](edit_outcome o, keyring_etag e) mutable {
                                  etag = e;
                                  done(o);
                              });
        });
    };
    CHECK(put({}, old_body, old_pepper.clone()) == edit_outcome::done);
    const bytes pepper_bytes(old_pepper.view().begin(), old_pepper.view().end());
    CHECK(pieces_on_disk(b.opts.directory, {pepper_bytes}) == 3);
    CHECK(put(etag, body(2, 5000), pepper::random()) == edit_outcome::done);
    CHECK(pieces_on_disk(b.opts.directory, {pepper_bytes, old_body}) == 0);
}

TEST_CASE("the spool leaves one copy of each envelope behind, and an empty log") {
    bench b;
    std::vector<bytes> all;
    for (std::uint64_t n = 0; n < 40; ++n) {
        all.push_back(body(n));
        b.put(all.back());
    }
    CHECK(b.release().log_truncated);
    CHECK(b.read().stats().log == 0);
    // Eight bytes of each piece may straddle two pages, so a little less than all.
    const auto found = pieces_on_disk(b.opts.directory, all);
    CHECK(found <= all.size() * 1024);
    CHECK(found >= all.size() * 1000);
}

TEST_CASE("a reader in the middle of a transaction delays the truncation, and no longer") {
    bench b;
    const auto secret = body(1);
    b.put_reply(address_of(1), secret);
    b.release();

    sqlite3* other = nullptr;
    REQUIRE(sqlite3_open_v2((b.opts.directory / "changgu.db").c_str(), &other, SQLITE_OPEN_READONLY,
                            nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_exec(other, "BEGIN; SELECT count(*) FROM item", nullptr, nullptr, nullptr) == SQLITE_OK);
    CHECK(b.burn({address_of(1)}) == edit_outcome::done);
    CHECK(pieces_on_disk(b.opts.directory, {secret}) > 0);
    CHECK(b.put(body(2)) == put_outcome::stored); // nobody else waits for the reader
    sqlite3_close(other);

    bool gone = false;
    for (int i = 0; i < 60 && !gone; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        gone = pieces_on_disk(b.opts.directory, {secret}) == 0;
    }
    CHECK(gone);
}
