#include "tests/storage/bench.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <latch>

using namespace changgu;
using namespace changgu::test;

TEST_CASE("what was acknowledged is there after reopening, spooled or released") {
    bench b;
    const auto spooled = body(1);
    const auto released = body(2);
    CHECK(b.put(released) == put_outcome::stored);
    b.release();
    CHECK(b.put(spooled) == put_outcome::stored);
    CHECK(b.put_reply(address_of(1), body(3)) == put_outcome::stored);
    b.reopen();
    CHECK(b.read().has_envelope(id_of(spooled)));
    CHECK(b.read().has_envelope(id_of(released)));
    CHECK_FALSE(b.read().has_envelope(id_of(body(4))));
    REQUIRE(b.inbox().size() == 1);
    CHECK(b.inbox()[0].body == released);
    CHECK(b.read().read_replies(std::vector{address_of(1)})[0].body == body(3));
    b.release();
    CHECK(b.inbox().size() == 2);
    CHECK(b.inbox(1).size() == 1);
    CHECK(b.inbox(1)[0].body == spooled);
    CHECK(b.inbox(1)[0].batch == 2);
    CHECK(b.read().check().empty());
}

TEST_CASE("the same envelope is stored once, before and after the tick") {
    bench b;
    CHECK(b.put(body(1)) == put_outcome::stored);
    CHECK(b.put(body(1)) == put_outcome::exists);
    b.release();
    CHECK(b.put(body(1)) == put_outcome::exists);
    b.release();
    CHECK(b.inbox().size() == 1);
}

TEST_CASE("an envelope keeps its own width") {
    bench b;
    CHECK(b.put(body(1, 100)) == put_outcome::stored);
    CHECK(b.put(body(2, 9472)) == put_outcome::stored);
    b.release();
    std::vector<std::size_t> widths;
    for (const auto& e : b.inbox()) widths.push_back(e.body.size());
    std::ranges::sort(widths);
    CHECK(widths == std::vector<std::size_t>{100, 9472});
}

TEST_CASE("an address takes one reply for ever, and the very same bytes are no exception") {
    bench b;
    const auto a = address_of(1);
    bool released = false;
    SUBCASE("still spooled") {}
    SUBCASE("released") {
        released = true;
    }
    CHECK(b.state(item_kind::reply, a) == item_state::unknown);
    CHECK(b.put_reply(a, body(1)) == put_outcome::stored);
    if (released) b.release();
    CHECK(b.state(item_kind::reply, a) == item_state::present);
    CHECK(b.put_reply(a, body(1)) == put_outcome::taken);
    CHECK(b.burn({address_of(9), a}) == edit_outcome::done);
    CHECK(b.state(item_kind::reply, a) == item_state::burned);
    CHECK(b.state(item_kind::reply, address_of(9)) == item_state::unknown);
    CHECK(b.put_reply(a, body(2)) == put_outcome::taken);
    CHECK(b.read().read_replies(std::vector{a})[0].body.empty());
    b.release();
    CHECK(b.state(item_kind::reply, a) == item_state::burned);
    CHECK(b.put_reply(a, body(2)) == put_outcome::taken);
    CHECK(b.read().check().empty());
}

TEST_CASE("reading changes nothing and answers in the order asked") {
    bench b;
    b.put_reply(address_of(1), body(1));
    b.put_reply(address_of(2), body(2));
    b.burn({address_of(2)});
    const std::vector asked{address_of(3), address_of(2), address_of(1), address_of(1)};
    for (int i = 0; i < 2; ++i) {
        const auto got = b.read().read_replies(asked);
        REQUIRE(got.size() == 4);
        CHECK(got[0].state == item_state::unknown);
        CHECK(got[1].state == item_state::burned);
        CHECK(got[2].body == body(1));
        CHECK(got[3].body == body(1));
    }
}

TEST_CASE("case events are taken by anything; purging keeps the address taken") {
    bench b;
    const auto a = address_of(1);
    CHECK(b.put_event(a, body(1)) == put_outcome::stored);
    CHECK(b.put_event(a, body(1)) == put_outcome::taken);
    CHECK(b.put_reply(a, body(1)) == put_outcome::stored); // kinds do not meet
    CHECK(b.purge(item_kind::case_event, {a}) == edit_outcome::done);
    CHECK(b.state(item_kind::case_event, a) == item_state::burned);
    CHECK(b.state(item_kind::reply, a) == item_state::present);
    CHECK(b.put_event(a, body(1)) == put_outcome::taken);
}

TEST_CASE("a chunk may be sent again, but not another, nor after it was purged") {
    bench b;
    const auto a = address_of(1);
    const auto chunk = body(1, 65536);
    CHECK(b.put_blob(a, chunk) == put_outcome::stored);
    CHECK(b.put_blob(a, chunk) == put_outcome::exists);
    b.release();
    CHECK(b.put_blob(a, chunk) == put_outcome::exists);
    CHECK(b.put_blob(a, body(2, 65536)) == put_outcome::taken);
    CHECK(b.put_blob(a, body(2, 100)) == put_outcome::taken);
    CHECK(b.read().read(item_kind::blob, std::vector{a})[0].body == chunk);
    CHECK(b.purge(item_kind::blob, {a}) == edit_outcome::done);
    CHECK(b.put_blob(a, chunk) == put_outcome::taken);
}

TEST_CASE("replies and chunks expire by the month of their release, events do not") {
    bench b;
    const month_number january = 2025 * 12;
    b.put_reply(address_of(1), body(1));
    b.put_blob(address_of(1), body(2));
    b.put_event(address_of(1), body(3));
    b.release(0, january);
    b.put_reply(address_of(2), body(4));
    b.release(40, january + 1);

    CHECK(b.expire(january + 3, {.reply_months = 3, .blob_months = 3}) == 0);
    CHECK(b.expire(january + 4, {.reply_months = 0, .blob_months = 0}) == 0);
    CHECK(b.expire(january + 4, {.reply_months = 3, .blob_months = 9}) == 1);
    CHECK(b.state(item_kind::reply, address_of(1)) == item_state::expired);
    CHECK(b.state(item_kind::reply, address_of(2)) == item_state::present);
    CHECK(b.expire(january + 10, {.reply_months = 0, .blob_months = 9}) == 1);
    CHECK(b.state(item_kind::blob, address_of(1)) == item_state::expired);
    CHECK(b.state(item_kind::case_event, address_of(1)) == item_state::present);
    CHECK(b.put_reply(address_of(1), body(1)) == put_outcome::taken);
    CHECK(b.put_blob(address_of(1), body(2)) == put_outcome::taken);
    CHECK(b.burn({address_of(1)}) == edit_outcome::done);
    CHECK(b.state(item_kind::reply, address_of(1)) == item_state::expired);
    CHECK(b.read().check().empty());
}

TEST_CASE("a chunk that is kept expires by the month of its keeping; nothing else can be kept") {
    bench b;
    const month_number january = 2025 * 12;
    for (std::uint64_t n = 0; n < 3; ++n) b.put_blob(address_of(n), body(n, 65536));
    b.put_reply(address_of(0), body(10));
    b.put_event(address_of(0), body(11));
    b.release(0, january);
    b.put_blob(address_of(3), body(3, 65536));
    const auto keep_two = [&](month_number now) {
        return b.keep({address_of(0), address_of(1), address_of(3), address_of(99)}, now);
    };
    CHECK(keep_two(january + 3) == edit_outcome::done);
    CHECK(keep_two(january + 1) == edit_outcome::done); // a clock that was set back takes nothing away
    CHECK(b.purge(item_kind::blob, {address_of(1)}) == edit_outcome::done);
    CHECK(keep_two(january + 3) == edit_outcome::done); // and what is gone stays gone
    const retention three{.reply_months = 3, .blob_months = 3};
    CHECK(b.expire(january + 6, three) == 2); // the reply, and the chunk that nobody kept
    CHECK(b.state(item_kind::blob, address_of(0)) == item_state::present);
    CHECK(b.state(item_kind::blob, address_of(1)) == item_state::burned);
    CHECK(b.state(item_kind::blob, address_of(2)) == item_state::expired);
    CHECK(b.state(item_kind::blob, address_of(3)) == item_state::present);
    CHECK(b.state(item_kind::reply, address_of(0)) == item_state::expired);
    CHECK(b.state(item_kind::case_event, address_of(0)) == item_state::present);
    CHECK(b.expire(january + 7, three) == 1);
    CHECK(b.state(item_kind::blob, address_of(0)) == item_state::expired);
    CHECK(keep_two(january + 7) == edit_outcome::done);
    CHECK(b.state(item_kind::blob, address_of(0)) == item_state::expired);
    CHECK(b.state(item_kind::blob, address_of(99)) == item_state::unknown);
    CHECK(b.read().check().empty());
}

TEST_CASE("an epoch is deleted whole, spooled or released, and nothing else") {
    bench b;
    b.put(body(1), 1);
    b.put(body(2), 2);
    b.release();
    b.put(body(3), 1);
    b.put(body(4), 2);
    CHECK(b.delete_epoch(1) == 2);
    CHECK(b.delete_epoch(1) == 0);
    b.release();
    CHECK(b.inbox().size() == 2);
    CHECK(b.read().has_envelope(id_of(body(2))));
    CHECK_FALSE(b.read().has_envelope(id_of(body(1))));
    CHECK(b.read().check().empty());
}

TEST_CASE("beyond the budget puts are full, chunks earlier than envelopes, and burning still works") {
    bench b({.directory = {}, .size_budget = 1'500'000, .blob_reserve = 500'000});
    std::uint64_t n = 0;
    while (n < 100 && b.put_blob(address_of(n), body(n, 65536)) == put_outcome::stored) ++n;
    CHECK(n > 5);
    CHECK(n < 20);
    CHECK(b.put_blob(address_of(n), body(n, 65536)) == put_outcome::full);
    CHECK(b.put(body(1)) == put_outcome::stored);
    CHECK(b.put_reply(address_of(1), body(1)) == put_outcome::stored);
    while (n < 300 && b.put(body(n)) == put_outcome::stored) ++n;
    CHECK(n < 300);
    CHECK(b.put(body(n)) == put_outcome::full);
    CHECK(b.put_reply(address_of(2), body(1)) == put_outcome::full);
    CHECK(b.put(body(1)) == put_outcome::exists);
    CHECK(b.burn({address_of(1)}) == edit_outcome::done);
    CHECK(b.state(item_kind::reply, address_of(1)) == item_state::burned);
}

TEST_CASE("the queue is bounded, nothing in it is lost, and a stopped store refuses") {
    bench b({.directory = {}, .queue_jobs = 8});
    std::latch hold(1);
    std::latch held(1);
    std::atomic<int> stored = 0;
    std::atomic<int> busy = 0;
    // Holds the writer in a callback, so that what follows must wait.
    b.s().put_envelope(id_of(body(0)), 1, body(0), [&](put_outcome) {
        held.count_down();
        hold.wait();
    });
    held.wait();
    for (std::uint64_t n = 1; n <= 20; ++n)
        b.s().put_envelope(id_of(body(n)), 1, body(n), [&](put_outcome o) {
            stored += o == put_outcome::stored ? 1 : 0;
            busy += o == put_outcome::busy ? 1 : 0;
        });
    CHECK(busy == 12);
    hold.count_down();
    b.s().stop();
    CHECK(stored == 8);
    CHECK(b.put(body(30)) == put_outcome::failed);
    b.reopen();
    CHECK(b.read().has_envelope(id_of(body(8))));
    CHECK_FALSE(b.read().has_envelope(id_of(body(9))));
    CHECK_FALSE(b.read().has_envelope(id_of(body(30))));
}
