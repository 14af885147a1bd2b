// Holding, destroying and keeping: what is left, what comes back, and what does not.
#include "crypto/calendar.hpp"
#include "tests/server/client/office.hpp"

#include <doctest/doctest.h>

using namespace changgu;
using changgu::test::desk;
using changgu::test::office;
using client::item_state;
using crypto::case_stage;

namespace {

constexpr std::uint64_t three_years = 37ULL * 31 * 86'400;

crypto::secret_buffer filled(std::size_t size) {
    crypto::secret_buffer out(size);
    crypto::fill_random({out.data(), size});
    return out;
}

// One report with two files that reviewer 1 and reviewer 2 have taken in, and reviewer 3 has not.
struct busy_office {
    busy_office() {
        auto on = at.connect();
        client::draft d;
        d.category = "other";
        d.text = "text";
        d.files.push_back({filled(100), "small.txt", "text/plain"});
        d.files.push_back({filled(70'000), "larger.bin", "application/octet-stream"});
        client::send_report(on, receipt, d, at.now()).value();
        at.tick();
        for (const std::uint32_t n : {1U, 2U}) {
            desk reader = sit(n);
            thread = reader->sync().value().opened.at(0);
        }
        key.emplace(at.keyrings[0].cases.at(thread).clone());
    }
    desk sit(std::uint32_t number) { return {at, at.keyrings[number - 1]}; }
    void record(std::uint32_t by, crypto::json::object event) {
        desk d = sit(by);
        auto view = d->read_case(thread).value();
        d->append(view, std::move(event)).value();
    }
    void close() { record(1, {{"type", "close"}, {"reason", "done"}}); }
    client::case_view view(std::uint32_t by) { return sit(by)->read_case(thread).value(); }
    std::vector<item_state> events() {
        std::vector<crypto::address> addresses;
        for (std::uint64_t j = 0; j < 8; ++j)
            addresses.push_back(crypto::case_address(crypto::case_token(*key, j)));
        desk d = sit(3);
        std::vector<item_state> out;
        for (const auto& i : d.channel.read_cases(addresses).value()) out.push_back(i.state);
        return out;
    }
    static std::vector<item_state> states(std::size_t gone, std::size_t present = 0) {
        std::vector<item_state> out(gone, item_state::burned);
        out.resize(gone + present, item_state::present);
        out.resize(8, item_state::unknown);
        return out;
    }
    std::vector<crypto::token> chunk_tokens() {
        std::vector<crypto::token> out;
        const auto c = view(1);
        for (const auto& file : c.messages.at(0).attachments())
            for (std::uint32_t j = 0; j < file.chunks; ++j) out.push_back(crypto::blob_token(file.key, j));
        return out;
    }
    std::vector<item_state> chunks(const std::vector<crypto::token>& tokens) {
        std::vector<crypto::address> ids;
        for (const auto& t : tokens) ids.push_back(crypto::blob_id(t));
        desk d = sit(3);
        std::vector<item_state> out;
        for (const auto& i : d.channel.read_blobs(ids).value()) out.push_back(i.state);
        return out;
    }
    void destroyed_for_all();

    office at{3};
    crypto::receipt receipt = crypto::new_receipt(false);
    crypto::thread_id thread;
    std::optional<crypto::case_key> key;
};

// Nobody has the case any more, and the report, which is in the inbox still, brings it back to nobody.
void busy_office::destroyed_for_all() {
    const auto before = events();
    {
        desk second = sit(2);
        CHECK(second->cases()->empty());
        CHECK(second->found_destroyed() == std::vector{thread});
        CHECK(second.saves == 1);
    }
    {
        desk second = sit(2);
        CHECK(second->cases()->empty());
        CHECK(second->found_destroyed().empty()); // it was said
    }
    for (const std::uint32_t n : {1U, 2U, 3U}) {
        CAPTURE(n);
        desk reader = sit(n);
        const auto synced = reader->sync(0).value();
        CHECK(synced.envelopes > 0);
        CHECK(synced.opened.empty());
        CHECK(synced.alarms.empty());
        CHECK(synced.strays.empty());
        CHECK(at.keyrings[n - 1].cases.empty());
    }
    CHECK(events() == before);
}

} // namespace

TEST_CASE("a case is destroyed when it is due, for everybody, and does not come back") {
    busy_office o;
    desk first = o.sit(1);
    CHECK(first->destroy(o.thread).error() == client::errc::not_due); // open
    o.close();
    CHECK(first->destroy(o.thread).error() == client::errc::not_due); // not yet
    CHECK(first->destroy(crypto::random_fixed<crypto::thread_id>()).error() == client::errc::no_such_case);
    const auto tokens = o.chunk_tokens();
    REQUIRE(tokens.size() == 5); // of classes 1 and 4
    CHECK(o.events() == busy_office::states(0, 2));
    CHECK(o.chunks(tokens) == std::vector(5, item_state::present));
    const auto closed = o.view(1);
    const auto due = closed.falls_due(first.channel.log().rules());
    REQUIRE(due.has_value());
    CHECK(*due == crypto::months_after(closed.life.closed_since.value(), 36));

    o.at.wait(three_years);
    desk later = o.sit(1);
    REQUIRE(later->destroy(o.thread).has_value());
    CHECK(later.saves == 1);
    CHECK_FALSE(o.at.keyrings[0].cases.contains(o.thread));
    CHECK(o.events() == busy_office::states(3)); // with the event that announced it
    CHECK(o.chunks(tokens) == std::vector(5, item_state::burned));
    CHECK(later->destroy(o.thread).error() == client::errc::no_such_case);
    CHECK(later->found_destroyed().empty());
    o.destroyed_for_all();
}

TEST_CASE("a held case is not destroyed, until nobody holds it") {
    busy_office o;
    o.close();
    o.at.wait(three_years);
    o.record(2, {{"type", "hold"}, {"reason", "a court asks"}});
    CHECK(o.sit(1)->destroy(o.thread).error() == client::errc::case_held);
    CHECK(o.events() == busy_office::states(0, 3));
    CHECK(o.view(1).life.holds.at(0).by == 2);
    CHECK(o.view(1).life.holds.at(0).reason == "a court asks");
    o.record(1, {{"type", "unhold"}, {"reason", "the court is done"}});
    CHECK(o.sit(1)->destroy(o.thread).has_value());
}

// Another reviewer writes while ours, who has read the case, looks at the clock: for the last time just
// before the announcement is written.
TEST_CASE("a hold that comes in between counts, and so does opening the case again") {
    const crypto::json::object hold{{"type", "hold"}, {"reason", "a court asks"}};
    const crypto::json::object reopened{{"type", "status"}, {"status", "reviewing"}};
    for (const auto& [between, why] :
         {std::pair{hold, client::errc::case_held}, std::pair{reopened, client::errc::not_due}}) {
        busy_office o;
        o.close();
        o.at.wait(three_years);
        auto on = o.at.connect();
        int looked = 0;
        client::reviewer first(
            on, o.at.keyrings[0], [](const crypto::reviewer_keyring&) -> client::result<void> { return {}; },
            [&] {
                if (++looked == 3) o.record(2, between);
                return o.at.now();
            });
        first.sign_in().value();
        CHECK(first.destroy(o.thread).error() == why);
        REQUIRE(looked >= 3);
        CHECK(o.at.keyrings[0].cases.contains(o.thread));
        const auto view = o.view(1);
        REQUIRE(view.events.size() == 4);
        CHECK(view.events.at(2).by == 2);
        CHECK(view.events.at(3).type == "destroy"); // too late, for ever
        CHECK_FALSE(view.ended());
        CHECK(o.chunks(o.chunk_tokens()) == std::vector(5, item_state::present));
    }
}

TEST_CASE("who comes after the announcement can write nothing any more") {
    busy_office o;
    auto stale = o.view(2);
    o.close();
    o.record(1, {{"type", "destroy"}});
    desk second = o.sit(2);
    CHECK(second->append(stale, {{"type", "hold"}, {"reason", "too late"}}).error() ==
          client::errc::case_destroyed);
    CHECK(stale.ended());
    auto view = o.view(2);
    CHECK(view.stage(second.channel.log().rules(), o.at.now()) == case_stage::begun);
    CHECK(second->reply(view, "text", "reviewing").error() == client::errc::case_destroyed);
    CHECK(second->hand_over(view, 3).error() == client::errc::case_destroyed);
    CHECK(o.events() == busy_office::states(0, 3));

    // Nor does the report, read for the first time, find its way in; but what is left can be finished by
    // whoever reads it.
    desk third = o.sit(3);
    CHECK(third->sync()->alarms.empty());
    CHECK(o.events() == busy_office::states(0, 3));
    CHECK(third->destroy(o.thread).has_value());
    CHECK(o.events() == busy_office::states(3));
}

TEST_CASE("destroying that was broken off is finished, by anybody") {
    busy_office o;
    o.close();
    o.at.wait(three_years);
    const auto tokens = o.chunk_tokens();
    std::uint32_t finisher = 1;
    std::size_t gone = 0;
    SUBCASE("after the announcement") {}
    SUBCASE("after the files") {
        gone = 1;
    }
    SUBCASE("between events") {
        gone = 2;
    }
    SUBCASE("but for event 0") {
        gone = 3;
    }
    SUBCASE("but for the key") {
        gone = 4;
    }
    SUBCASE("by another") {
        gone = 3;
        finisher = 2;
    }
    o.record(1, {{"type", "destroy"}});
    {
        desk first = o.sit(1);
        if (gone > 0) first.channel.purge(client::purge_kind::file_chunks, tokens).value();
        std::vector<crypto::token> events; // 2, 1, 0
        for (std::uint64_t j = 4 - gone; j < 3 && gone > 1; ++j)
            events.push_back(crypto::case_token(*o.key, j));
        if (!events.empty()) first.channel.purge(client::purge_kind::case_events, events).value();
    }
    desk reader = o.sit(finisher);
    if (gone < 4) {
        auto view = reader->read_case(o.thread).value();
        CHECK(view.stage(reader.channel.log().rules(), o.at.now()) == case_stage::begun);
        CHECK(view.number.starts_with("C-")); // event 0 tells to the end
        CHECK(reader->append(view, {{"type", "note"}, {"text", "x"}}).error() ==
              client::errc::case_destroyed);
    }
    REQUIRE(reader->destroy(o.thread).has_value());
    CHECK_FALSE(o.at.keyrings[finisher - 1].cases.contains(o.thread));
    CHECK(o.events() == busy_office::states(3));
    CHECK(o.chunks(tokens) == std::vector(5, item_state::burned));
    if (finisher == 1) o.destroyed_for_all();
}

TEST_CASE("a key that could not be taken off the disk is taken off the next time") {
    busy_office o;
    o.close();
    o.at.wait(three_years);
    {
        desk first = o.sit(1);
        first.disk_full = true;
        CHECK(first->destroy(o.thread).has_error());
    }
    o.at.keyrings[0].cases.emplace(o.thread, o.key->clone()); // as the disk has it
    desk first = o.sit(1);
    CHECK(first->read_case(o.thread).error() == client::errc::case_destroyed);
    CHECK_FALSE(o.at.keyrings[0].cases.contains(o.thread));
    CHECK(first.saves == 1);
    CHECK(first->read_case(o.thread).error() == client::errc::no_such_case);
}

TEST_CASE("a gap does not end a case that is held") {
    busy_office o;
    o.close();
    o.record(2, {{"type", "hold"}, {"reason", "a court asks"}});
    std::vector<crypto::token> report; // what a reviewer of bad will could do
    report.push_back(crypto::case_token(*o.key, 0));
    o.sit(1).channel.purge(client::purge_kind::case_events, report).value();
    CHECK(o.sit(1)->destroy(o.thread).error() == client::errc::case_held);
    CHECK(o.view(1).life.holds.size() == 1);
    // The report is in the inbox still: who reads it again puts it back.
    desk second = o.sit(2);
    CHECK(second->sync(0)->alarms.empty());
    const auto view = second->read_case(o.thread).value();
    REQUIRE(view.messages.size() == 1);
    CHECK(view.messages[0].text() == "text");
}

TEST_CASE("an addition to a destroyed case is shown, and kept nowhere") {
    busy_office o;
    o.close();
    o.record(1, {{"type", "destroy"}});
    auto on = o.at.connect();
    client::draft d;
    d.text = "more";
    const auto keys = crypto::reporter_keys::derive_from(o.receipt, o.at.org);
    client::send_follow_up(on, o.receipt, keys, d, o.at.now()).value();
    o.at.tick();
    REQUIRE(o.sit(1)->destroy(o.thread).has_value());
    desk second = o.sit(2); // has the key
    const auto synced = second->sync().value();
    REQUIRE(synced.strays.size() == 1);
    CHECK(synced.strays[0].why == client::stray_message::reason::case_destroyed);
    CHECK(synced.strays[0].text == "more");
    desk first = o.sit(1); // has not
    const auto again = first->sync().value();
    REQUIRE(again.strays.size() == 1);
    CHECK(again.strays[0].why == client::stray_message::reason::no_case_key);
    CHECK(o.events() == busy_office::states(3));
}

TEST_CASE("files of a case outlive the server's retention while somebody comes once in a while") {
    busy_office o;
    const auto tokens = o.chunk_tokens();
    CHECK(o.at.keyrings[0].kept_month == crypto::month_of(o.at.now()));
    const auto later = [&](std::uint64_t months) {
        o.at.wait(crypto::months_after(o.at.now(), static_cast<std::uint32_t>(months)).value() - o.at.now());
    };
    later(20);
    desk(o.at, o.at.keyrings[0])->sync().value();
    CHECK(o.at.keyrings[0].kept_month == crypto::month_of(o.at.now()));
    later(17);
    o.at.tick(); // 37 months after the upload
    CHECK(o.chunks(tokens) == std::vector(5, item_state::present));
    later(20);
    o.at.tick(); // 37 months after anybody came
    CHECK(o.chunks(tokens) == std::vector(5, item_state::expired));
    CHECK(o.view(1).messages.size() == 1); // events do not expire
}

TEST_CASE("files of a case that is due are not kept alive") {
    busy_office o;
    o.close();
    const auto tokens = o.chunk_tokens();
    o.at.wait(crypto::months_after(o.at.now(), 36).value() - o.at.now() + 60);
    desk(o.at, o.at.keyrings[0])->sync().value();
    o.at.wait(31ULL * 86'400);
    o.at.tick();
    CHECK(o.chunks(tokens) == std::vector(5, item_state::expired));
}
