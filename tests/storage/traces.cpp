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

// SQLite copies what is in its tree pages when it balances them, and stale copies stay behind in their free
// space.
TEST_CASE("a body lies in overflow pages alone, but for its public header") {
    bench b;
    std::vector<bytes> bodies;
    std::uint64_t n = 0;
    const auto put_each = [&](std::size_t size) {
        for (int i = 0; i < 4; ++i) bodies.push_back(body(++n, size));
        REQUIRE(b.put(bodies.end()[-4]) == put_outcome::stored);
        REQUIRE(b.put_reply(address_of(n), bodies.end()[-3]) == put_outcome::stored);
        REQUIRE(b.put_event(address_of(n), bodies.end()[-2]) == put_outcome::stored);
        REQUIRE(b.put_blob(address_of(n), bodies.end()[-1]) == put_outcome::stored);
    };
    for (int round = 0; round < 2; ++round) {
        for (const auto size : std::initializer_list<std::size_t>{8192, 8192, 8192, 65536, 9472, 20000, 4100,
                                                                  12276, 12290, 16900})
            put_each(size);
        if (round == 0) b.release(1, 2025 * 12);
    }
    b.open_store.reset();
    const auto file = file_bytes(b.opts.directory / "changgu.db");
    temp_dir pages;
    std::ofstream trees(pages / "trees", std::ios::binary);
    std::size_t count = 0;
    for (std::size_t at = 0; at + 4096 <= file.size(); at += 4096) {
        // The kinds of tree pages; an overflow page begins with the number of the next, far below 2^24 here.
        const auto kind = file[at == 0 ? 100 : at];
        if (kind != 2 && kind != 5 && kind != 10 && kind != 13) continue;
        trees.write(reinterpret_cast<const char*>(&file[at]), 4096);
        ++count;
    }
    trees.close();
    CHECK(count > 20);
    CHECK(pieces_on_disk(pages.path(), bodies) == 0);
    CHECK(pieces_on_disk(b.opts.directory, {bodies[0]}) >= 1000);
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

TEST_CASE("events and chunks that are purged before their release are in no file, then or later") {
    bench b;
    std::vector<bytes> gone;
    std::vector<address> events;
    std::vector<address> chunks;
    for (std::uint64_t n = 0; n < 6; ++n) {
        gone.push_back(body(n));
        gone.push_back(body(100 + n, 65536));
        events.push_back(address_of(n));
        chunks.push_back(address_of(100 + n));
        REQUIRE(b.put_event(events.back(), gone.end()[-2]) == put_outcome::stored);
        REQUIRE(b.put_blob(chunks.back(), gone.back()) == put_outcome::stored);
        if (n == 2) b.release(); // half of them have been spooled and moved
    }
    CHECK(pieces_on_disk(b.opts.directory, gone) >= gone.size() * 1000);
    CHECK(b.purge(item_kind::blob, chunks) == edit_outcome::done);
    CHECK(b.purge(item_kind::case_event, events) == edit_outcome::done);
    CHECK(pieces_on_disk(b.opts.directory, gone) == 0);
    b.release();
    CHECK(pieces_on_disk(b.opts.directory, gone) == 0);
    b.compact(1000);
    b.reopen();
    CHECK(pieces_on_disk(b.opts.directory, gone) == 0);
    CHECK(b.state(item_kind::case_event, events[5]) == item_state::burned);
    CHECK(b.read().check().empty());
}

TEST_CASE("expired replies and chunks are in no file, the younger ones are") {
    bench b;
    const month_number january = 2025 * 12;
    std::vector<bytes> gone;
    std::vector<bytes> left;
    for (std::uint64_t n = 0; n < 30; ++n) {
        auto& list = n < 15 ? gone : left;
        list.push_back(body(n));
        list.push_back(body(100 + n, 65536));
        REQUIRE(b.put_reply(address_of(n), list.end()[-2]) == put_outcome::stored);
        REQUIRE(b.put_blob(address_of(n), list.back()) == put_outcome::stored);
        if (n % 15 == 14) b.release(0, january + static_cast<month_number>(n / 15));
    }
    CHECK(b.expire(january + 4, {.reply_months = 3, .blob_months = 3}) == 30);
    CHECK(pieces_on_disk(b.opts.directory, gone) == 0);
    CHECK(pieces_on_disk(b.opts.directory, left) >= left.size() * 1000);
}

TEST_CASE("keeping chunks alive changes their months in place, and nothing else of any file") {
    bench b;
    const month_number january = 2025 * 12;
    std::vector<address> kept;
    for (std::uint64_t n = 0; n < 60; ++n) {
        b.put_blob(address_of(n), body(n, 65536));
        if (n % 3 == 0) kept.push_back(address_of(n));
    }
    b.release(0, january);
    const auto file = b.opts.directory / "changgu.db";
    const auto before = file_bytes(file);
    REQUIRE(b.keep(kept, january + 1) == edit_outcome::done);
    CHECK(b.read().stats().log == 0); // it would show which were kept together
    const auto after = file_bytes(file);
    REQUIRE(after.size() == before.size());
    std::size_t changed = 0;
    for (std::size_t i = 100; i < after.size(); ++i) changed += after[i] != before[i]; // behind the header
    CHECK(changed == kept.size());
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

namespace {

/// Not the store's own. Whoever calls closes it.
sqlite3* reader_in_a_transaction(const bench& b) {
    sqlite3* other = nullptr;
    REQUIRE(sqlite3_open_v2((b.opts.directory / "changgu.db").c_str(), &other, SQLITE_OPEN_READONLY,
                            nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_exec(other, "BEGIN; SELECT count(*) FROM item", nullptr, nullptr, nullptr) == SQLITE_OK);
    return other;
}

bool is_gone_within(std::chrono::milliseconds time, const bench& b, const bytes& secret) {
    constexpr std::chrono::milliseconds pause{50};
    for (; time > std::chrono::milliseconds(0); time -= pause) {
        std::this_thread::sleep_for(pause);
        if (pieces_on_disk(b.opts.directory, {secret}) == 0) return true;
    }
    return false;
}

} // namespace

TEST_CASE("a reader in the middle of a transaction delays the truncation, and no longer") {
    bench b;
    const auto secret = body(1);
    b.put_reply(address_of(1), secret);
    b.release();

    sqlite3* other = reader_in_a_transaction(b);
    CHECK(b.burn({address_of(1)}) == edit_outcome::done);
    CHECK(pieces_on_disk(b.opts.directory, {secret}) > 0);
    CHECK(b.put(body(2)) == put_outcome::stored); // nobody else waits for the reader
    sqlite3_close(other);

    CHECK(is_gone_within(std::chrono::seconds(60), b, secret));
}

TEST_CASE("a reader that outlasts the store delays the truncation to its end, not to the next deletion") {
    bench b;
    const auto secret = body(1);
    b.put_reply(address_of(1), secret);
    b.release();
    sqlite3* other = reader_in_a_transaction(b);
    CHECK(b.burn({address_of(1)}) == edit_outcome::done);
    b.reopen();
    CHECK(pieces_on_disk(b.opts.directory, {secret}) > 0);
    REQUIRE(sqlite3_exec(other, "COMMIT", nullptr, nullptr, nullptr) == SQLITE_OK);
    CHECK(is_gone_within(std::chrono::seconds(10), b, secret));
    sqlite3_close(other);
}

TEST_CASE("a stream over the inbox that is under way holds back neither purge nor the end of an epoch") {
    bench b;
    std::vector<bytes> gone;
    for (std::uint64_t n = 0; n < 40; ++n) {
        gone.push_back(body(n));
        REQUIRE(b.put(gone.back(), 1) == put_outcome::stored);
        REQUIRE(b.put(body(100 + n), 2) == put_outcome::stored);
    }
    gone.push_back(body(1000));
    gone.push_back(body(1001, 65536));
    b.put_event(address_of(1), gone.end()[-2]);
    b.put_blob(address_of(1), gone.back());
    b.release();
    auto reader = b.read();
    auto cursor = reader.open_inbox(0);
    REQUIRE(reader.next(cursor, 7)->size() == 7);
    CHECK(b.purge(item_kind::case_event, {address_of(1)}) == edit_outcome::done);
    CHECK(b.purge(item_kind::blob, {address_of(1)}) == edit_outcome::done);
    CHECK(pieces_on_disk(b.opts.directory, {gone.end()[-2], gone.back()}) == 0);
    CHECK(reader.next(cursor, 7)->size() == 7);
    CHECK(b.delete_epoch(1) == 40);
    CHECK(pieces_on_disk(b.opts.directory, gone) == 0);
    CHECK(reader.next(cursor, 7).error() == errc::moved);
}
