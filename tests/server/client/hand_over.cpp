#include "tests/server/client/office.hpp"

#include <doctest/doctest.h>

using namespace changgu;
using changgu::test::desk;
using changgu::test::office;

namespace {

// One report that reviewer 1 has taken in; reviewer 2 joins after it, in epoch 2.
struct joined_later {
    explicit joined_later(std::vector<std::uint32_t> excluded = {})
        : receipt(crypto::new_receipt(!excluded.empty())) {
        at.keyrings.reserve(4); // desks refer to them
        // Whom the report excludes must be named by the epoch it is sealed to.
        const bool later = excluded.empty();
        auto on = at.connect();
        client::draft d;
        d.category = "other";
        d.text = "text";
        d.excluded = std::move(excluded);
        if (!later) join();
        on.refresh().value();
        client::send_report(on, receipt, d, at.now()).value();
        at.tick();
        if (later) join();
        first.emplace(at, at.keyrings[0]);
        thread = (*first)->sync().value().opened.at(0);
        second.emplace(at, at.keyrings[1]);
    }
    void join() {
        at.keyrings.push_back(at.enrol(2));
        at.approve(2, true);
    }
    // What another client than ours could send.
    void post(const crypto::handover& m, const crypto::sign_key_pair& signer) {
        auto on = at.connect();
        const auto* epoch = on.log().sealing_epoch(at.now()).value();
        std::vector<crypto::slot_recipient> slots(*epoch->slot_of(2) + 1);
        slots.back() = epoch->entry.recipients[slots.size() - 1].key;
        on.post_envelope(crypto::seal_envelope(on.org(), epoch->entry.epoch,
                                               crypto::context_of(epoch->statement), slots,
                                               crypto::message_kind::handover, signer,
                                               crypto::json::serialize(crypto::to_json(m)))
                             .value())
            .value();
        at.tick();
    }
    [[nodiscard]] crypto::handover honest() {
        return {first->channel.log().head(), thread, at.keyrings[0].cases.at(thread).clone(), "C-000000"};
    }
    // The one alarm of the receiver's next visit, which takes nothing over.
    boost::system::error_code refused() {
        const auto synced = (*second)->sync().value();
        CHECK(synced.opened.empty());
        CHECK_FALSE(at.keyrings[1].cases.contains(thread));
        REQUIRE(synced.alarms.size() == 1);
        CHECK(synced.alarms[0].what == client::alarm::kind::bad_case);
        return synced.alarms[0].error;
    }

    office at{1};
    crypto::receipt receipt;
    std::optional<desk> first;
    std::optional<desk> second;
    crypto::thread_id thread;
};

} // namespace

TEST_CASE("who joined later is handed a case, reads it, and answers the sender's next message too") {
    joined_later o;
    CHECK((*o.second)->sync()->opened.empty());
    auto c = (*o.first)->read_case(o.thread).value();
    REQUIRE((*o.first)->hand_over(c, 2).has_value());
    CHECK(c.events.back().type == "handover");
    CHECK(c.events.back().body.at("number").as_int64() == 2);

    // The follow-up of the same batch finds its case.
    auto on = o.at.connect();
    client::draft d;
    d.text = "more";
    const auto keys = crypto::reporter_keys::derive_from(o.receipt, o.at.org);
    REQUIRE(client::send_follow_up(on, o.receipt, keys, d, o.at.now()).has_value());
    o.at.tick();
    const auto synced = (*o.second)->sync().value();
    CHECK(synced.alarms.empty());
    CHECK(synced.strays.empty());
    CHECK(synced.opened == std::vector{o.thread});
    CHECK(synced.changed == std::vector{o.thread});
    auto view = (*o.second)->read_case(o.thread).value();
    CHECK(view.number == c.number);
    REQUIRE(view.messages.size() == 2);
    CHECK(view.messages[0].text() == "text");
    REQUIRE((*o.second)->reply(view, "from the second", "reviewing", false).has_value());
    CHECK((*o.first)->sync()->alarms.empty()); // the giver cannot open what it gave
    o.at.tick();
    const auto found = client::find_replies(on, keys).value();
    REQUIRE(found.size() == 1);
    CHECK(found[0].reviewer == 2);
    CHECK_FALSE(found[0].message->as_office);

    // The same once more changes nothing, and alarms nobody.
    c = (*o.first)->read_case(o.thread).value();
    REQUIRE((*o.first)->hand_over(c, 2).has_value());
    o.at.tick();
    const auto again = (*o.second)->sync().value();
    CHECK(again.alarms.empty());
    CHECK(again.opened.empty());
}

TEST_CASE("nobody else is handed a case") {
    joined_later o;
    auto c = (*o.first)->read_case(o.thread).value();
    const auto events = c.events.size();
    CHECK((*o.first)->hand_over(c, 9).error() == client::errc::unknown_reviewer);
    o.at.keyrings.push_back(o.at.enrol(3));
    o.at.approve(3, false); // in the log, in no epoch
    o.first->channel.refresh().value();
    CHECK((*o.first)->hand_over(c, 3).error() == client::errc::no_intake_key);
    o.at.as_admin([&](client::admin& a) { a.revoke(2, o.at.rotation()).value(); });
    o.first->channel.refresh().value();
    CHECK((*o.first)->hand_over(c, 2).error() == crypto::errc::revoked_reviewer);
    CHECK((*o.first)->read_case(o.thread)->events.size() == events); // and nothing was announced
    client::case_view unknown;
    CHECK((*o.first)->hand_over(unknown, 3).error() == client::errc::no_such_case);
}

TEST_CASE("whom the sender excluded is given nothing, and takes nothing from whoever disregards it") {
    joined_later o({2});
    auto c = (*o.first)->read_case(o.thread).value();
    CHECK((*o.first)->hand_over(c, 2).error() == client::errc::excluded_in_case);
    CHECK((*o.first)->read_case(o.thread)->events.size() == 1);
    o.post(o.honest(), o.at.keyrings[0].identity());
    CHECK(o.refused() == client::errc::excluded_in_case);
}

TEST_CASE("a hand-over by nobody in force, or of no case, is an alarm") {
    joined_later o;
    o.post(o.honest(), crypto::random_sign_key_pair());
    CHECK(o.refused() == crypto::errc::wrong_signer);
    auto other_key = o.honest();
    other_key.key = crypto::case_key::random();
    o.post(other_key, o.at.keyrings[0].identity());
    CHECK(o.refused() == client::errc::bad_case);
    auto other_thread = o.honest();
    other_thread.thread = crypto::random_fixed<crypto::thread_id>();
    o.post(other_thread, o.at.keyrings[0].identity());
    CHECK(o.refused() == client::errc::bad_case);
    CHECK(o.at.keyrings[1].cases.empty());

    // Once there is a key for the thread, no other takes its place.
    o.post(o.honest(), o.at.keyrings[0].identity());
    CHECK((*o.second)->sync()->opened.size() == 1);
    o.post(other_key, o.at.keyrings[0].identity());
    const auto synced = (*o.second)->sync().value();
    REQUIRE(synced.alarms.size() == 1);
    CHECK(synced.alarms[0].error == client::errc::bad_case);
    CHECK(o.at.keyrings[1].cases.at(o.thread) == o.honest().key);
}

TEST_CASE("what a reviewer sent before being revoked is not taken over after it") {
    joined_later o;
    o.post(o.honest(), o.at.keyrings[0].identity());
    o.at.as_admin([&](client::admin& a) { a.revoke(1, o.at.rotation()).value(); });
    o.second->channel.refresh().value();
    CHECK(o.refused() == crypto::errc::revoked_reviewer);
}
