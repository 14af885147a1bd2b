#include "storage/backup.hpp"
#include "tests/server/client/office.hpp"

#include <doctest/doctest.h>

using namespace changgu;
using changgu::test::desk;
using changgu::test::office;

namespace {

// What an honest client would not send: a report of our own making.
crypto::bytes sealed_report(const client::channel& on, const crypto::log_position& log,
                            const std::string& text, const crypto::sign_key_pair& author) {
    crypto::report m;
    m.log = log;
    m.reply_key = crypto::random_box_key_pair().public_key;
    m.addresses.resize(crypto::advertised_addresses);
    m.category = "other";
    m.text = text;
    const auto& [number, epoch] = *on.log().epochs().rbegin();
    std::vector<crypto::slot_recipient> slots;
    for (const auto& r : epoch.entry.recipients) slots.emplace_back(r.key);
    return crypto::seal_envelope(on.org(), number, crypto::context_of(epoch.statement), slots,
                                 crypto::message_kind::report, author,
                                 crypto::json::serialize(crypto::to_json(m)))
        .value();
}

void send(office& o, const crypto::receipt& receipt, const std::string& text) {
    auto on = o.connect();
    client::draft d;
    d.category = "other";
    d.text = text;
    client::send_report(on, receipt, d, o.now()).value();
}

} // namespace

TEST_CASE("chaff is silent, and a sync that was broken off repeats without doubling") {
    office o(1);
    send(o, crypto::new_receipt(false), "text");
    o.tick();
    desk reviewer(o, o.keyrings[0]);
    reviewer.disk_full = true;
    CHECK(reviewer->sync().has_error());
    // As after a restart: the keyring is what was last on the disk.
    o.keyrings[0].cases.clear();
    o.keyrings[0].after_batch = 0;
    reviewer.disk_full = false;
    const auto synced = reviewer->sync().value();
    CHECK(synced.envelopes == 4); // one and three of chaff
    CHECK(synced.alarms.empty());
    REQUIRE(synced.opened.size() == 1);
    CHECK(reviewer->read_case(synced.opened[0])->events.size() == 1);
    CHECK(reviewer.saves == 1);
    CHECK(reviewer->sync()->envelopes == 0);
    const auto again = reviewer->sync(0).value();
    CHECK(again.envelopes == 4);
    CHECK(again.opened.empty());
    CHECK(reviewer->read_case(synced.opened[0])->events.size() == 1);
}

TEST_CASE("alarms: a slot that opens and then fails, and a sender with another log") {
    office o(2);
    auto on = o.connect();
    auto damaged = sealed_report(on, on.log().head(), "damaged", crypto::random_sign_key_pair());
    damaged.back() ^= 1U;
    on.post_envelope(damaged).value();
    const crypto::log_position elsewhere{1, crypto::random_fixed<crypto::hash256>()};
    on.post_envelope(sealed_report(on, elsewhere, "forked", crypto::random_sign_key_pair())).value();
    o.tick();
    desk reviewer(o, o.keyrings[1]);
    const auto synced = reviewer->sync().value();
    REQUIRE(synced.alarms.size() == 2);
    CHECK(synced.alarms[0].what == client::alarm::kind::damaged);
    CHECK(synced.alarms[0].error == crypto::errc::bad_tag);
    CHECK(synced.alarms[1].what == client::alarm::kind::forked_log);
    CHECK(synced.opened.size() == 1); // it can still be read
}

TEST_CASE("more than is opened at once keeps its order") {
    office o(1);
    auto on = o.connect();
    const auto author = crypto::random_sign_key_pair();
    const auto report = sealed_report(on, on.log().head(), "text", author);
    auto damaged = report;
    damaged.back() ^= 1U;
    on.post_envelope(report).value();
    o.tick();
    for (std::size_t i = 0; i < 512; ++i) on.post_envelope(crypto::make_chaff(1)).value();
    o.tick();
    on.post_envelope(damaged).value();
    o.tick();
    desk reviewer(o, o.keyrings[0]);
    const auto synced = reviewer->sync().value();
    CHECK(synced.envelopes > 512);
    CHECK(synced.opened.size() == 1);
    REQUIRE(synced.alarms.size() == 1);
    CHECK(synced.alarms[0].batch == o.keyrings[0].after_batch);
}

TEST_CASE("a report that no case can hold is shown and blocks nothing") {
    office o(1);
    auto on = o.connect();
    // Small when deflated, but its quotes double when it is quoted in a snapshot.
    on.post_envelope(
          sealed_report(on, on.log().head(), std::string(25'000, '"'), crypto::random_sign_key_pair()))
        .value();
    send(o, crypto::new_receipt(false), "ordinary");
    o.tick();
    desk reviewer(o, o.keyrings[0]);
    const auto synced = reviewer->sync().value();
    REQUIRE(synced.strays.size() == 1);
    CHECK(synced.strays[0].why == client::stray_message::reason::too_large);
    CHECK(synced.strays[0].text.size() == 25'000);
    CHECK(synced.opened.size() == 1);
    CHECK(o.keyrings[0].cases.size() == 1);
}

TEST_CASE("a reviewer who joined later sees a follow-up without its case") {
    office o(1);
    const auto receipt = crypto::new_receipt(false);
    send(o, receipt, "before");
    o.tick();
    o.keyrings.push_back(o.enrol(2));
    o.approve(2, true);
    auto on = o.connect();
    client::draft d;
    d.text = "after";
    REQUIRE(
        client::send_follow_up(on, receipt, crypto::reporter_keys::derive_from(receipt, o.org), d, o.now())
            .has_value());
    o.tick();
    desk late(o, o.keyrings[1]);
    const auto synced = late->sync().value();
    REQUIRE(synced.strays.size() == 1);
    CHECK(synced.strays[0].why == client::stray_message::reason::no_case_key);
    CHECK(synced.strays[0].text == "after");
    CHECK(synced.alarms.empty());
    desk first(o, o.keyrings[0]);
    CHECK(first->sync()->changed.size() == 1);
}

TEST_CASE("a retired epoch is forgotten after one more batch, and then told") {
    office o(1);
    const auto receipt = crypto::new_receipt(false);
    send(o, receipt, "of epoch 1");
    o.as_admin([&](client::admin& a) {
        a.rotate(o.rotation()).value();
        a.retire(1, o.now(), {}).value();
    });
    auto& keyring = o.keyrings[0];
    {
        desk reviewer(o, keyring);
        const auto synced = reviewer->sync().value(); // before the report's release
        CHECK(synced.forgotten.empty());
        REQUIRE(keyring.draining.size() == 1);
        CHECK(keyring.draining[0].epoch == 1);
        CHECK(keyring.keys.index() == 1);
    }
    o.tick();
    desk reviewer(o, keyring);
    const auto synced = reviewer->sync().value();
    CHECK(synced.opened.size() == 1); // taken in before the key went
    CHECK(synced.forgotten == std::vector<std::uint32_t>{1});
    CHECK(keyring.keys.index() == 2);
    CHECK(keyring.draining.empty());
    CHECK(keyring.keys.intake(1).error() == crypto::errc::key_forgotten);
    CHECK(reviewer.saves == 2); // once without the secret, then without the debt to tell

    // The case outlives its epoch; the server drops the epoch's envelopes at the next upkeep.
    o.tick();
    CHECK(reviewer->read_case(synced.opened[0])->messages.size() == 1);
    std::size_t left = 0;
    reviewer.channel
        .inbox(0,
               [&](std::uint32_t, crypto::bytes_view e) {
                   left += crypto::read_header(e)->epoch == 1;
                   return true;
               })
        .value();
    CHECK(left == 0);
}

TEST_CASE("a restore is no release by which a retired epoch could be forgotten") {
    office o(1);
    o.tick();
    send(o, crypto::new_receipt(false), "of epoch 1");
    o.as_admin([&](client::admin& a) {
        a.rotate(o.rotation()).value();
        a.retire(1, o.now(), {}).value();
    });
    auto& keyring = o.keyrings[0];
    CHECK(desk(o, keyring)->sync()->forgotten.empty());
    o.restart([&](const std::filesystem::path& data) {
        storage::backup_opener opener{o.org, {}};
        opener.recovery.push_back(crypto::random_sign_key_pair());
        const auto key = opener.recovery.front().public_key;
        const auto file = o.directory / "a.backup";
        REQUIRE(storage::back_up(data, file, [&](storage::reader&) {
                    return crypto::backup_recipients{o.org, {key}};
                }).has_value());
        std::filesystem::remove_all(data);
        REQUIRE(storage::restore(file, &opener, data, o.now()).value().empty());
    });
    CHECK(desk(o, keyring)->sync()->forgotten.empty()); // the report is still spooled
    o.tick();
    const auto synced = desk(o, keyring)->sync().value();
    CHECK(synced.opened.size() == 1);
    CHECK(synced.forgotten == std::vector<std::uint32_t>{1});
}

TEST_CASE("an older epoch that still lives keeps the ratchet where it is") {
    office o(1);
    o.as_admin([&](client::admin& a) {
        a.rotate(o.rotation()).value();
        a.rotate(o.rotation()).value();
        a.retire(2, o.now(), {}).value();
    });
    auto& keyring = o.keyrings[0];
    desk reviewer(o, keyring);
    reviewer->sync().value();
    o.tick();
    CHECK(reviewer->sync()->forgotten.empty());
    CHECK(keyring.keys.index() == 1);
    CHECK(keyring.draining.size() == 1);
    o.as_admin([&](client::admin& a) { a.retire(1, o.now(), {}).value(); });
    reviewer.channel.refresh().value();
    reviewer->sync().value();
    o.tick();
    CHECK(reviewer->sync()->forgotten == std::vector<std::uint32_t>{1, 2});
    CHECK(keyring.keys.index() == 3);
}

TEST_CASE("without another batch the policy's last day decides") {
    office o(1);
    o.as_admin([&](client::admin& a) {
        a.rotate(o.rotation()).value();
        a.retire(1, o.now(), {}).value();
    });
    auto& keyring = o.keyrings[0];
    {
        desk reviewer(o, keyring);
        reviewer->sync().value();
        CHECK(reviewer->sync()->forgotten.empty());
    }
    o.wait(61 * 86'400);
    desk reviewer(o, keyring);
    CHECK(reviewer->sync()->forgotten == std::vector<std::uint32_t>{1});
}
