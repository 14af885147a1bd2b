#include "tests/server/client/lossy_line.hpp"

#include <doctest/doctest.h>

using namespace changgu;
using changgu::test::desk;
using changgu::test::lossy_line;
using changgu::test::office;

namespace {

client::draft about(std::string text, std::vector<std::uint32_t> excluded = {}) {
    client::draft d;
    d.category = "treating";
    d.answers = {{"who", "과장"}, {"when", "어제"}};
    d.text = std::move(text);
    d.excluded = std::move(excluded);
    return d;
}

struct sender {
    sender(const office& o, bool mark)
        : receipt(crypto::new_receipt(mark)), keys(crypto::reporter_keys::derive_from(receipt, o.org)) {}
    crypto::receipt receipt;
    crypto::reporter_keys keys;
};

} // namespace

TEST_CASE("a draft that nobody could read, or that names what is not there, is not sent") {
    office o(2);
    auto on = o.connect();
    const sender s(o, true);
    CHECK(client::send_report(on, s.receipt, about("x", {1, 2}), o.now()).error() ==
          client::errc::everybody_excluded);
    CHECK(client::send_report(on, s.receipt, about("x", {7}), o.now()).error() ==
          client::errc::unknown_reviewer);
    auto d = about("x");
    d.category = "gossip";
    CHECK(client::send_report(on, s.receipt, d, o.now()).error() == client::errc::unknown_category);
    d = about("x");
    d.files.resize(17);
    CHECK(client::send_report(on, s.receipt, d, o.now()).error() == client::errc::too_many_files);
    o.wait(60 * 86'400);
    CHECK(client::send_report(on, s.receipt, about("x"), o.now()).error() == crypto::errc::epoch_not_valid);
}

TEST_CASE("report, reply, follow-up, burn") {
    office o(3);
    const sender s(o, true);
    {
        auto on = o.connect();
        REQUIRE(client::send_report(on, s.receipt, about("점심값을 걷습니다", {2}), o.now()).has_value());
        CHECK(client::find_replies(on, s.keys)->empty());
        // Nobody has said yet who was excluded.
        CHECK(client::send_follow_up(on, s.receipt, s.keys, about("더"), o.now()).error() ==
              client::errc::exclusion_unknown);
    }
    o.tick();
    desk first(o, o.keyrings[0]);
    desk excluded(o, o.keyrings[1]);
    auto synced = first->sync();
    REQUIRE(synced.has_value());
    CHECK(synced->opened.size() == 1);
    CHECK(synced->alarms.empty());
    CHECK(excluded->sync()->opened.empty());

    auto c = first->read_case(synced->opened.front()).value();
    REQUIRE(first->reply(c, "언제부터였습니까?", "more_information").has_value());
    CHECK(c.status == "more_information");
    o.tick(); // the index is published

    auto on = o.connect();
    const auto replies = client::find_replies(on, s.keys).value();
    REQUIRE(replies.size() == 1);
    REQUIRE(replies[0].message.has_value());
    CHECK(replies[0].message->text == "언제부터였습니까?");
    CHECK(replies[0].message->excluded == std::vector<std::uint32_t>{2});
    CHECK(replies[0].role.ko == "감사담당관");
    CHECK(replies[0].reviewer == 1);
    CHECK_FALSE(replies[0].revoked);
    CHECK_FALSE(replies[0].forked);
    CHECK(client::find_replies(on, s.keys)->size() == 1); // reading changed nothing

    // The reply says who was excluded, so the follow-up needs no second telling.
    const auto left_out = client::send_follow_up(on, s.receipt, s.keys, about("봄부터입니다"), o.now());
    REQUIRE(left_out.has_value());
    CHECK(*left_out == std::vector<std::uint32_t>{2});
    o.tick();
    synced = first->sync();
    REQUIRE(synced.has_value());
    CHECK(synced->changed.size() == 1);
    CHECK(excluded->sync()->strays.empty());
    c = first->read_case(c.thread).value();
    REQUIRE(c.messages.size() == 2);
    CHECK(c.messages[1].text() == "봄부터입니다");
    // Fresh addresses begin after the one that was used.
    CHECK(c.messages[1].addresses().front() == s.keys.address_at(1));

    // What cannot be shown first is not burned with all; then it is shown.
    CHECK(client::burn_all(on, s.keys, [](auto, auto) { return false; }).error() ==
          client::errc::not_handed_over);
    CHECK(client::find_replies(on, s.keys)->at(0).state == client::item_state::present);
    CHECK(client::burn(on, s.keys, {7})->empty());
    std::string shown;
    CHECK(client::burn_all(on, s.keys, [&](auto all, auto which) {
              REQUIRE(which.size() == 1);
              shown = all[which[0]].message->text;
              return true;
          }).value() == std::vector<std::uint64_t>{0});
    CHECK(shown == "언제부터였습니까?");
    const auto after = client::find_replies(on, s.keys).value();
    REQUIRE(after.size() == 1);
    CHECK(after[0].state == client::item_state::burned);
    CHECK(client::burn(on, s.keys, {0})->empty()); // again: nothing to see
    CHECK(client::burn_all(on, s.keys, [](auto, auto) { return true; })->empty());
}

// As a proxy answers for a server that ended in the middle of a call: nobody knows what it had done.
TEST_CASE("a report whose answer a proxy lost is sent again, and kept in doubt rather than called unsent") {
    office o(1);
    const auto send = [&](int lost) {
        const lossy_line line(o, "POST /api/v1/envelopes", lost, lossy_line::way::bad_gateway);
        auto on = o.connect_by_line();
        client::draft d;
        d.category = "other";
        d.text = "text";
        return client::send_report(on, crypto::new_receipt(false), d, o.now());
    };
    CHECK(send(2).has_value());
    CHECK(send(9).error() == client::errc::send_unconfirmed);
    o.tick();
    CHECK(desk(o, o.keyrings[0])->sync()->opened.size() == 2);
}

TEST_CASE("text that does not fit travels as a file") {
    office o(1);
    auto on = o.connect();
    const sender s(o, false);
    auto d = about({});
    crypto::bytes noise(30'000);
    crypto::fill_random(noise);
    d.text = crypto::to_hex(noise);
    d.text += d.text; // beyond the limit of a text, let alone of an envelope
    d.files.push_back({crypto::secret_buffer(std::string_view("표")), "표.txt", "text/plain"});
    std::size_t told = 0;
    REQUIRE(client::send_report(on, s.receipt, d, o.now(), [&](std::size_t, std::size_t) {
                ++told;
            }).has_value());
    CHECK(told == 1 + 4); // chunks of one and of four
    o.tick();
    desk reviewer(o, o.keyrings[0]);
    const auto synced = reviewer->sync().value();
    REQUIRE(synced.opened.size() == 1);
    const auto c = reviewer->read_case(synced.opened[0]).value();
    REQUIRE(c.messages.at(0).attachments().size() == 2);
    CHECK(c.messages[0].text().empty());
    CHECK(reviewer->fetch(c.messages[0].attachments()[0])->text() == "표");
    CHECK(c.messages[0].attachments()[1].name == "message.txt");
    CHECK(reviewer->fetch(c.messages[0].attachments()[1])->text() == d.text);
}

TEST_CASE("an epoch that closed after the log was read means sealing anew") {
    office o(1);
    auto on = o.connect();
    o.as_admin([&](client::admin& a) {
        a.rotate(o.rotation()).value();
        a.retire(1, o.now(), {}).value();
    });
    REQUIRE(on.log().last_epoch() == 1);
    const sender s(o, false);
    REQUIRE(client::send_report(on, s.receipt, about("x"), o.now()).has_value());
    CHECK(on.log().last_epoch() == 2);
    o.tick();
    desk reviewer(o, o.keyrings[0]);
    CHECK(reviewer->sync()->opened.size() == 1);
}

TEST_CASE("what reviewers send under a receipt's address is read only if the log knows them") {
    office o(2);
    auto on = o.connect();
    const sender s(o, false);
    REQUIRE(client::send_report(on, s.receipt, about("x"), o.now()).has_value());
    o.tick();
    desk reviewer(o, o.keyrings[0]);
    const auto put = [&](std::uint64_t i, const crypto::sign_key_pair& by, const crypto::log_position& log) {
        const crypto::reply m{log, "text", "received", {}};
        const crypto::slot_recipient to = s.keys.reply().public_key;
        const auto at = s.keys.address_at(i);
        const auto sealed =
            crypto::seal_envelope(o.org, 0, crypto::context_of(at), {&to, 1}, crypto::message_kind::reply, by,
                                  crypto::json::serialize(crypto::to_json(m)));
        reviewer.channel.put_reply(at, *sealed).value();
    };
    put(0, crypto::random_sign_key_pair(), on.log().head());
    put(1, o.keyrings[1].identity(), {0, crypto::random_fixed<crypto::hash256>()});
    o.as_admin([&](client::admin& a) { a.rotate(o.rotation()).value(); });
    auto later = o.connect();
    put(2, o.keyrings[1].identity(), later.log().head()); // newer than what `on` has read
    o.as_admin([&](client::admin& a) { a.revoke(2, o.rotation()).value(); });
    o.tick();
    const auto found = client::find_replies(on, s.keys).value();
    REQUIRE(found.size() == 3);
    CHECK(found[0].message.error() == crypto::errc::wrong_signer);
    CHECK(found[1].forked);
    CHECK_FALSE(found[2].forked);
    CHECK(found[2].message.has_value());
}

TEST_CASE("an exclusion that comes too late is refused, and never undone in the case") {
    office o(3);
    const sender s(o, false);
    auto on = o.connect();
    REQUIRE(client::send_report(on, s.receipt, about("첫 이야기"), o.now()).has_value());
    o.tick();
    desk first(o, o.keyrings[0]);
    desk second(o, o.keyrings[1]);
    REQUIRE(first->sync()->opened.size() == 1);
    REQUIRE(second->sync()->opened.size() == 1); // has the case's key from now on

    CHECK(client::send_follow_up(on, s.receipt, s.keys, about("둘째에 대한 이야기", {2}), o.now()).error() ==
          client::errc::exclusion_too_late);

    // Another client may send it all the same: whoever can read it must not hand it on through the case.
    crypto::follow_up m;
    m.log = on.log().head();
    m.id = crypto::random_fixed<crypto::message_id>();
    m.reply_key = s.keys.reply().public_key;
    for (std::uint64_t i = 0; i < crypto::advertised_addresses; ++i)
        m.addresses.push_back(s.keys.address_at(i));
    m.text = "둘째에 대한 이야기";
    m.excluded = {2};
    const crypto::epoch& epoch = **on.log().sealing_epoch(o.now());
    std::vector<crypto::slot_recipient> slots;
    for (const auto& r : epoch.entry.recipients)
        slots.push_back(r.number == 2 ? std::nullopt : crypto::slot_recipient(r.key));
    const auto sealed = crypto::seal_envelope(
        on.org(), epoch.entry.epoch, crypto::context_of(epoch.statement), slots,
        crypto::message_kind::follow_up, s.keys.author(), crypto::json::serialize(to_json(m)));
    REQUIRE(sealed.has_value());
    REQUIRE(on.post_envelope(*sealed).has_value());
    o.tick();
    const auto synced = first->sync();
    REQUIRE(synced.has_value());
    REQUIRE(synced->strays.size() == 1);
    CHECK(synced->strays.front().why == client::stray_message::reason::excludes_a_reader);
    CHECK(synced->strays.front().text == m.text);
    // A second report under the same receipt would come into the same case.
    REQUIRE(client::send_report(on, s.receipt, about("둘째에 대한 제보", {2}), o.now()).has_value());
    o.tick();
    const auto again = first->sync();
    REQUIRE(again->strays.size() == 1);
    CHECK(again->strays.front().why == client::stray_message::reason::excludes_a_reader);
    CHECK(again->strays.front().text == "둘째에 대한 제보");
    const auto thread = crypto::thread_of(s.keys.author().public_key);
    CHECK(second->read_case(thread)->messages.size() == 1);
}
