#include "storage/segment.hpp"
#include "tests/storage/bench.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <set>

using namespace changgu;
using namespace changgu::test;

namespace {

release_input with_chaff(std::uint32_t fill, std::uint64_t first, std::uint32_t epoch = 1) {
    return {.epoch = epoch, .fill = fill, .today = 0, .month = 0, .make_chaff = [first]() mutable {
                return body(first++);
            }};
}

/// Kendall's tau between the order of arrival (the order of the bodies) and where each lies in the file.
double tau(const bench& b, const std::vector<bytes>& arrived) {
    // The spool's files, then the database: once released it is in the latter alone.
    bytes file;
    for (const auto number : spool_numbers(b.opts.directory))
        crypto::append(file, file_bytes(b.opts.directory / ("spool-" + std::to_string(number))));
    crypto::append(file, file_bytes(b.opts.directory / "changgu.db"));
    return order_in(file, arrived);
}

std::vector<bytes> bodies(std::uint64_t first, std::size_t count) {
    std::vector<bytes> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(body(first + i));
    return all;
}

/// Puts without waiting for each, in order.
void put_all(bench& b, const std::vector<bytes>& all) {
    for (const auto& x : all) b.s().put_envelope(id_of(x), 1, x, [](put_outcome) {});
    REQUIRE(b.put(body(999'999 + all.size() + all.front()[0])) == put_outcome::stored);
}

void merge_all(bench& b, day_number from, day_number to, month_number month) {
    for (auto day = from; day <= to; ++day) {
        b.put(body(1000 + day));
        b.release(day, month);
    }
}

} // namespace

TEST_CASE("nothing is visible before its tick; every tick makes a batch") {
    bench b;
    b.put(body(1));
    CHECK(b.inbox().empty());
    CHECK(b.read().latest_batch() == 0);
    CHECK(b.release().batch == 1);
    CHECK(b.inbox().size() == 1);
    CHECK(b.release().batch == 2);
    CHECK(b.read().latest_batch() == 2);
    CHECK(b.read().inbox_count(0) == 1);
    CHECK(b.read().inbox_count(1) == 0);
}

TEST_CASE("chaff fills a batch to a multiple, at least one, and looks like the rest") {
    bench b;
    CHECK(b.release(with_chaff(8, 100)).envelopes == 8);
    for (std::uint64_t n = 0; n < 7; ++n) b.put(body(n));
    CHECK(b.release(with_chaff(8, 200)).envelopes == 8);
    for (std::uint64_t n = 10; n < 18; ++n) b.put(body(n));
    CHECK(b.release(with_chaff(8, 300)).envelopes == 16);
    CHECK(b.release(with_chaff(8, 400, 0)).envelopes == 0);
    CHECK(b.read().has_envelope(id_of(body(307))));
    const auto all = b.inbox();
    CHECK(all.size() == 32);
    CHECK(std::ranges::is_sorted(all, {}, [](const auto& e) { return std::pair(e.batch, e.id); }));
    CHECK(b.read().check().empty());
}

TEST_CASE("chaff that cannot be made leaves everything as it was") {
    bench b;
    b.put(body(1));
    auto input = with_chaff(8, 0);
    input.make_chaff = []() -> bytes { throw std::runtime_error("no entropy"); };
    const auto r = wait<result<release_report>>([&](auto done) { b.s().release(input, std::move(done)); });
    CHECK(r.error() == make_error_code(errc::failed));
    CHECK(b.read().latest_batch() == 0);
    CHECK(b.release().envelopes == 1);
}

TEST_CASE("after a tick the file does not tell the order of arrival, before it does") {
    bench b;
    // All in one file: which of several is filled first depends on how quickly they were made.
    b.opts.spool_file = 16'000'000;
    b.reopen();
    const auto arrived = bodies(0, 1000);
    put_all(b, arrived);
    CHECK(tau(b, arrived) == doctest::Approx(1.0));
    b.release(with_chaff(8, 5000));
    const auto first = tau(b, arrived);
    CAPTURE(first);
    CHECK(std::abs(first) < 0.1);
    // The second tick reuses the pages that the first spool left.
    const auto later = bodies(20'000, 1000);
    put_all(b, later);
    b.release(with_chaff(8, 6000));
    const auto second = tau(b, later);
    CAPTURE(second);
    CHECK(std::abs(second) < 0.1);
}

TEST_CASE("the same items from different people in different order leave the same rows") {
    bench one;
    bench two;
    for (std::uint64_t n = 0; n < 20; ++n) {
        one.put(body(n));
        one.put_blob(address_of(n), body(n + 100));
        one.put_reply(address_of(n), body(n + 200));
    }
    for (std::uint64_t n = 20; n-- > 0;) {
        two.put_reply(address_of(n), body(n + 200));
        two.put(body(n));
        two.put_blob(address_of(n), body(n + 100));
    }
    one.release(with_chaff(8, 5000));
    two.release(with_chaff(8, 5000));
    const auto left = one.inbox();
    const auto right = two.inbox();
    REQUIRE(left.size() == 24);
    REQUIRE(right.size() == 24);
    for (std::size_t i = 0; i < left.size(); ++i) {
        CHECK(left[i].id == right[i].id);
        CHECK(left[i].body == right[i].body);
        CHECK(left[i].batch == right[i].batch);
    }
}

TEST_CASE("the reply index has every reply and tombstone, a multiple of 64, and changes at a tick only") {
    bench b;
    const auto has = [&b](const address& a) {
        const auto index = b.read().reply_index().prefixes;
        REQUIRE(index.size() % 1024 == 0);
        for (std::size_t i = 0; i < index.size(); i += 16)
            if (std::equal(a.data(), a.data() + 16, index.begin() + static_cast<std::ptrdiff_t>(i)))
                return true;
        return false;
    };
    const auto first = b.read().reply_index();
    CHECK(first.prefixes.size() == 1024);
    CHECK(first.batch == 0);
    b.release();
    CHECK(b.read().reply_index().prefixes == first.prefixes); // decoys are permanent

    b.put_reply(address_of(1), body(1));
    b.put_reply(address_of(2), body(2));
    b.put_event(address_of(3), body(3));
    b.burn({address_of(2)});
    CHECK(b.read().reply_index().prefixes == first.prefixes);
    b.release();
    const auto second = b.read().reply_index();
    CHECK(second.batch == 2);
    CHECK(second.prefixes.size() == 2048);
    CHECK(has(address_of(1)));
    CHECK(has(address_of(2)));
    CHECK_FALSE(has(address_of(3)));
    for (std::size_t i = 16; i < second.prefixes.size(); i += 16)
        CHECK(std::memcmp(&second.prefixes[i - 16], &second.prefixes[i], 16) < 0);

    b.burn({address_of(1)});
    b.release();
    b.reopen();
    CHECK(b.read().reply_index().prefixes == second.prefixes);
    for (std::size_t i = 0; i < first.prefixes.size(); i += 16) {
        address old;
        std::memcpy(old.data(), &first.prefixes[i], 16);
        CHECK(has(old));
    }
}

TEST_CASE("old batches merge into a month under the highest number, sorted anew, and nobody misses one") {
    bench b;
    merge_all(b, 100, 109, 7); // batches 1..10
    merge_all(b, 110, 114, 8); // batches 11..15
    merge_all(b, 120, 120, 8); // batch 16
    auto before = b.inbox();

    CHECK(b.compact(113).merged == 0);
    const auto r = b.compact(128); // days 100..114 are 14 days old
    CHECK(r.merged == 9 + 4);
    CHECK(r.rewritten);
    const auto after = b.inbox();
    std::set<batch_number> numbers;
    for (const auto& e : after) numbers.insert(e.batch);
    CHECK(numbers == std::set<batch_number>{10, 15, 16});
    CHECK(std::ranges::is_sorted(after, {}, [](const auto& e) { return std::pair(e.batch, e.id); }));
    CHECK(b.inbox(10).size() == 6);
    CHECK(b.inbox(15).size() == 1);
    CHECK(b.inbox(4).size() == 16); // somebody in the middle is given the month again
    std::ranges::sort(before, {}, &released_envelope::id);
    auto ids = after;
    std::ranges::sort(ids, {}, &released_envelope::id);
    CHECK(std::ranges::equal(before, ids, {}, &released_envelope::id, &released_envelope::id));

    CHECK(b.compact(128).merged == 0);
    CHECK(b.compact(134).merged == 1); // batch 16 joins its month
    CHECK(b.inbox(10).front().batch == 16);
    CHECK(b.release().batch == 17);
    CHECK(b.read().check().empty());
}

TEST_CASE("when the newest envelopes were deleted, nobody misses those of the same month that came after") {
    bench b;
    merge_all(b, 100, 101, 7); // batches 1 and 2
    merge_all(b, 110, 111, 8); // batches 3 and 4
    CHECK(b.delete_epoch(1) == 4);
    b.put(body(1), 2);
    b.put(body(2), 2);
    b.release(112, 8);
    b.put(body(3), 2);
    b.release(113, 8);
    REQUIRE(b.inbox(2).size() == 3);
    CHECK(b.read().check().empty());
    CHECK(b.compact(130).merged == 4);
    CHECK(b.inbox(2).size() == 3);
    CHECK(b.inbox(5).size() == 3);
    CHECK(b.inbox(6).empty());
    b.put(body(4), 2);
    b.release(140, 9);
    CHECK(b.inbox(6).size() == 1);
    CHECK(b.read().check().empty());
}

TEST_CASE("a stream that batches are merged under says so; a release does not disturb it") {
    bench b;
    merge_all(b, 100, 103, 7);
    auto r = b.read();
    auto cursor = r.open_inbox(0);
    CHECK(cursor.remaining == 4);
    CHECK(cursor.last_batch == 4);
    CHECK(r.next(cursor, 2).value().size() == 2);
    b.put(body(1));
    b.release(200, 9);
    CHECK(r.next(cursor, 1).value().size() == 1);
    b.compact(300);
    CHECK(r.next(cursor, 1).error() == make_error_code(errc::moved));
    cursor = r.open_inbox(3);
    CHECK(cursor.remaining == 5);
    b.delete_epoch(1);
    CHECK(r.next(cursor, 1).error() == make_error_code(errc::moved));
    cursor = r.open_inbox(0);
    CHECK(cursor.remaining == 0);
    CHECK(r.next(cursor, 1).value().empty());
}

TEST_CASE("an envelope takes at most 9,000 bytes of disk") {
    bench b;
    const auto all = bodies(0, 400);
    put_all(b, all);
    b.release();
    const auto per_envelope = b.read().stats().used / 401;
    CAPTURE(per_envelope);
    CHECK(per_envelope <= 9000);
}
