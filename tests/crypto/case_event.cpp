#include "crypto/case_event.hpp"

#include "crypto/envelope.hpp"
#include "tests/crypto/log_writer.hpp"
#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

#include <set>

namespace changgu::test {
namespace {

const org_id org = org_id::from(seed_of("org").view()).value();
const case_key key = case_key::from(seed_of("case").view()).value();
const json::object note{{"type", "note"}, {"text", "확인함"}};

} // namespace

TEST_CASE("events open at their own place of their own case, in order") {
    std::vector<bytes> events;
    std::set<address> addresses;
    for (std::uint64_t j = 0; j < 5; ++j) {
        events.push_back(seal_event(org, key, j, identity_of(1), note).value());
        CHECK(events.back().size() == 8'192);
        addresses.insert(case_address(case_token(key, j)));
    }
    CHECK(addresses.size() == 5);
    for (std::uint64_t at = 0; at < 5; ++at)
        for (std::uint64_t j = 0; j < 5; ++j) {
            const auto event = open_event(org, key, j, events[at]);
            CHECK(outcome(event) == (at == j ? "ok" : "bad_tag"));
            if (event) CHECK(parse_json(event->json.text()).value() == note);
        }
    CHECK(outcome(open_event(org, case_key::random(), 0, events[0])) == "bad_tag");
    CHECK(outcome(open_event({}, key, 0, events[0])) == "bad_tag");
}

TEST_CASE("an event that does not fit is refused") {
    bytes noise(9'000);
    fill_random(noise);
    CHECK(outcome(seal_event(org, key, 0, identity_of(1), {{"text", to_base64(noise)}})) == "too_large");
}

TEST_CASE("a flipped bit anywhere in an event is an error, and of the right class") {
    bytes event = seal_event(org, key, 9, identity_of(1), note).value();
    for (std::size_t at = 0; at < event.size(); at += at < 100 ? 1 : 61) {
        event[at] ^= 0x10U;
        CHECK(outcome(open_event(org, key, 9, event)) == (at == 0  ? "unknown_suite"
                                                          : at < 8 ? "nonzero_reserved"
                                                                   : "bad_tag"));
        event[at] ^= 0x10U;
    }
    CHECK(open_event(org, key, 9, event).has_value());
    CHECK(outcome(open_event(org, key, 9, {})) == "bad_length");
}

TEST_CASE("a snapshot carries a report out of its envelope with its signature") {
    const std::vector<slot_recipient> to{intake_of(1, 1).public_key};
    const context_id here = context_of(hash256{});
    const bytes envelope =
        seal_envelope(org, 1, here, to, message_kind::report, identity_of(7), R"({"text":"a"})").value();
    const auto opened = open_envelope(org, envelope, 1, here, 0, intake_of(1, 1)).value();
    const json::object snapshot = snapshot_of(opened.message, opened.header_hash, here);
    const auto sealed = seal_event(org, case_key_of(opened.key), 0, identity_of(1), snapshot).value();
    const auto event = open_event(org, case_key_of(opened.key), 0, sealed).value();
    CHECK(event.signer == identity_of(1).public_key);
    const auto message = message_of_snapshot(org, parse_json(event.json.text()).value());
    REQUIRE(message.has_value());
    CHECK(message->kind == message_kind::report);
    CHECK(message->signer == identity_of(7).public_key);
    CHECK(message->json.text() == R"({"text":"a"})");
}

} // namespace changgu::test
