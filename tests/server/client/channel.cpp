#include "tests/server/client/office.hpp"

#include <doctest/doctest.h>

using namespace changgu;
using changgu::test::office;

TEST_CASE("a channel is believed only from the fingerprint on") {
    office o(1);
    CHECK(client::channel::open({.origin = o.origin, .org = o.org}).has_value());

    const auto other = crypto::random_fixed<crypto::org_id>();
    CHECK(client::channel::open({.origin = o.origin, .org = other}).error() == crypto::errc::wrong_org);

    // The same server under a name that the roots never listed.
    const std::string unlisted = "http://localhost" + o.origin.substr(o.origin.rfind(':'));
    CHECK(client::channel::open({.origin = unlisted, .org = o.org}).error() ==
          crypto::errc::origin_not_listed);

    CHECK(client::channel::open({.origin = "http://127.0.0.1:1", .org = o.org}).error() ==
          cli::client_errc::cannot_connect);
}

TEST_CASE("refusals keep their kind") {
    office o(1);
    auto on = o.connect();
    CHECK(on.inbox(0, [](auto, auto) { return true; }).error() == client::errc::not_signed_in);
    CHECK(on.post_envelope(crypto::bytes(crypto::suite1::envelope_size)).error() ==
          client::errc::bad_envelope);
    CHECK(on.post_envelope(crypto::make_chaff(99)).error() == client::errc::epoch_closed);
    CHECK(on.enrolment_number(crypto::random_fixed<crypto::enrolment_id>()).error() ==
          client::errc::not_found);

    const auto id = crypto::random_fixed<crypto::address>();
    const crypto::bytes chunk(crypto::chunk_size, 1);
    CHECK(on.put_blob(id, chunk).has_value());
    CHECK(on.put_blob(id, chunk).has_value());
    CHECK(on.put_blob(id, crypto::bytes(crypto::chunk_size, 2)).error() == client::errc::taken);

    CHECK(on.sign_in_reviewer(1, crypto::random_sign_key_pair()).has_error());
    const std::string note = "not a note";
    CHECK(on.post_statements(0, {&note, 1}).has_error());
}

TEST_CASE("a client does the work that it is asked for") {
    office o(1, 1);
    auto on = o.connect();
    std::uint64_t attempts = 0;
    on.tell_work([&](std::uint64_t n, std::uint64_t expected) {
        ++attempts;
        CHECK(expected >= 2);
        CHECK(expected <= 256);
        CHECK(n < 100'000);
    });
    CHECK(on.post_envelope(crypto::make_chaff(1)).has_value());
    CHECK(attempts == 0);
    const auto second = crypto::make_chaff(1);
    CHECK(on.post_envelope(second).has_value());
    CHECK(attempts > 0);
    CHECK(on.post_envelope(second).has_value()); // stored: the same again, for the same
    CHECK(on.put_blob(crypto::random_fixed<crypto::address>(), crypto::bytes(crypto::chunk_size, 1))
              .has_value());
}

TEST_CASE("a log that grew is followed, and only if it goes on from what was seen") {
    office o(1);
    auto on = o.connect();
    const auto before = on.log().head();
    o.as_admin([&](client::admin& a) { a.rotate(o.rotation()).value(); });
    REQUIRE(on.refresh().has_value());
    CHECK(on.log().last_epoch() == 2);
    CHECK(on.log().passes_through(before).has_value());
    CHECK(on.refresh().has_value());
    CHECK(on.log().head().seq == before.seq + 1);
}
