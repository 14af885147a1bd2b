#include "server/client/reviewer.hpp"

#include "tests/server/client/lossy_line.hpp"

#include <doctest/doctest.h>

using namespace changgu;
using changgu::test::desk;
using changgu::test::lossy_line;
using changgu::test::office;

namespace {

// One report, released and taken in by reviewer 1.
struct one_case {
    explicit one_case(std::uint32_t reviewers)
        : at(reviewers), receipt(crypto::new_receipt(false)),
          keys(crypto::reporter_keys::derive_from(receipt, at.org)), first(at, at.keyrings[0]) {
        auto on = at.connect();
        client::draft d;
        d.category = "other";
        d.text = "text";
        client::send_report(on, receipt, d, at.now()).value();
        at.tick();
        thread = first->sync().value().opened.at(0);
    }
    office at;
    crypto::receipt receipt;
    crypto::reporter_keys keys;
    desk first;
    crypto::thread_id thread;
};

} // namespace

TEST_CASE("two reviewers share one case and see each other's events in one order") {
    one_case o(2);
    desk second(o.at, o.at.keyrings[1]);
    REQUIRE(second->sync()->opened.size() == 1);
    auto here = o.first->read_case(o.thread).value();
    auto there = second->read_case(o.thread).value();
    CHECK(here.number == there.number);
    CHECK(here.events.size() == 1); // one snapshot, written once

    REQUIRE(o.first->append(here, {{"type", "note"}, {"text", "first"}}).has_value());
    REQUIRE(second->append(there, {{"type", "note"}, {"text", "second"}}).has_value()); // its place was taken
    here = o.first->read_case(o.thread).value();
    REQUIRE(here.events.size() == 3);
    CHECK(here.events[1].by == 1);
    CHECK(here.events[2].by == 2);
    CHECK(here.events[2].at % 60 == 0);

    CHECK(o.first->find_case(here.number).value() == o.thread);
    CHECK(o.first->find_case(crypto::to_hex(o.thread.view()).substr(0, 8)).value() == o.thread);
    CHECK(o.first->find_case("C-none").error() == client::errc::no_such_case);
    CHECK(o.first->cases()->size() == 1);
}

TEST_CASE("two reviewers who answer at once use two addresses") {
    one_case o(2);
    desk second(o.at, o.at.keyrings[1]);
    second->sync().value();
    auto here = o.first->read_case(o.thread).value();
    auto there = second->read_case(o.thread).value(); // before the other's announcement
    REQUIRE(o.first->reply(here, "one", "received").has_value());
    REQUIRE(second->reply(there, "two", "reviewing").has_value());
    o.at.tick();
    auto on = o.at.connect();
    const auto found = client::find_replies(on, o.keys).value();
    REQUIRE(found.size() == 2);
    CHECK(found[0].message->text == "one");
    CHECK(found[1].message->text == "two");
}

TEST_CASE("what is written is written once though its answer is lost") {
    one_case o(2);
    SUBCASE("a note") {
        const lossy_line line(o.at, "PUT /api/v1/cases/", 1, lossy_line::way::cut);
        desk unlucky(o.at, o.at.keyrings[1], o.at.connect_by_line());
        unlucky->sync().value();
        auto view = unlucky->read_case(o.thread).value();
        CHECK(unlucky->append(view, {{"type", "note"}, {"text", "once"}}).has_value());
        CHECK(line.left() == 0);
        CHECK(view.events.size() == 2);
        CHECK(o.first->read_case(o.thread)->events.size() == 2);
    }
    SUBCASE("an answer") {
        const lossy_line line(o.at, "PUT /api/v1/replies/", 1, lossy_line::way::cut);
        desk unlucky(o.at, o.at.keyrings[1], o.at.connect_by_line());
        unlucky->sync().value();
        auto view = unlucky->read_case(o.thread).value();
        CHECK(unlucky->reply(view, "once", "reviewing").has_value());
        CHECK(line.left() == 0);
        o.at.tick();
        auto on = o.at.connect();
        CHECK(client::find_replies(on, o.keys)->size() == 1);
        CHECK(o.first->read_case(o.thread)->replies.size() == 1);
    }
}

TEST_CASE("addresses run out, and a follow-up brings new ones") {
    one_case o(1);
    auto c = o.first->read_case(o.thread).value();
    for (std::size_t i = 0; i < crypto::advertised_addresses; ++i)
        REQUIRE(o.first->reply(c, "x", "received").has_value());
    CHECK(o.first->reply(c, "x", "received").error() == client::errc::no_address_left);
    CHECK(o.first->reply(c, std::string(50'000, 'x'), "received").error() == client::errc::no_address_left);
    o.at.tick();
    auto on = o.at.connect();
    client::draft d;
    d.text = "more";
    REQUIRE(client::send_follow_up(on, o.receipt, o.keys, d, o.at.now()).has_value());
    o.at.tick();
    o.first->sync().value();
    c = o.first->read_case(o.thread).value();
    REQUIRE(o.first->reply(c, "ninth", "closed").has_value());
    o.at.tick();
    const auto found = client::find_replies(on, o.keys).value();
    REQUIRE(found.size() == 9);
    CHECK(found[8].message->text == "ninth");
}

TEST_CASE("a reply too long for an envelope is refused before anything is announced") {
    one_case o(1);
    auto c = o.first->read_case(o.thread).value();
    crypto::bytes noise(10'000);
    crypto::fill_random(noise);
    CHECK(o.first->reply(c, crypto::to_hex(noise), "received").error() == client::errc::too_long);
    CHECK(o.first->read_case(o.thread)->events.size() == 1);
}

TEST_CASE("only whom the log knows, under the keyring's organisation, signs in") {
    office o(1);
    auto unapproved = o.enrol(2);
    auto on = o.connect();
    const auto sign_in = [&](crypto::reviewer_keyring& k) {
        client::reviewer r(
            on, k, [](const auto&) -> client::result<void> { return {}; }, [&] { return o.now(); });
        return r.sign_in();
    };
    CHECK(sign_in(unapproved).error() == crypto::errc::unknown_reviewer);
    CHECK(sign_in(o.keyrings[0]).has_value());
    const auto seen = o.keyrings[0].log;
    o.keyrings[0].log = crypto::log_position{0, crypto::random_fixed<crypto::hash256>()};
    CHECK(sign_in(o.keyrings[0]).error() == crypto::errc::log_forked);
    o.keyrings[0].log = seen;
    o.as_admin([&](client::admin& a) { a.revoke(1, o.rotation()).value(); });
    on = o.connect();
    CHECK(sign_in(o.keyrings[0]).error() == crypto::errc::revoked_reviewer);
    o.keyrings[0].org = crypto::random_fixed<crypto::org_id>();
    CHECK(sign_in(o.keyrings[0]).error() == client::errc::another_keyring);
}
