#include "crypto/ratchet.hpp"

#include "crypto/signing.hpp"
#include "tests/crypto/log_writer.hpp"
#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

#include <set>

namespace changgu::test {

TEST_CASE("a ratchet gives every epoch from where it stands and none before") {
    ratchet r(10, seed_of("ratchet"));
    const auto at_15 = r.intake(15).value();
    CHECK(r.intake(10).has_value());
    CHECK(outcome(r.intake(9)) == "key_forgotten");
    CHECK(r.index() == 10); // asking ahead does not turn it

    REQUIRE(r.advance_to(15).has_value());
    CHECK(r.index() == 15);
    CHECK(r.intake(15).value().secret_key == at_15.secret_key);
    CHECK(outcome(r.intake(14)) == "key_forgotten");
    CHECK_FALSE(r.current_seed() == seed_of("ratchet"));

    REQUIRE(r.advance_to(12).has_value()); // never turns back
    CHECK(r.index() == 15);
    CHECK(outcome(r.intake(14)) == "key_forgotten");
}

TEST_CASE("turning is bounded") {
    ratchet r(1, seed_of("ratchet"));
    CHECK(outcome(r.advance_to(100'002)) == "bad_parameters");
    CHECK(outcome(r.intake(UINT32_MAX)) == "bad_parameters");
    CHECK(r.index() == 1);
    CHECK(r.advance_to(100'001).has_value());
}

TEST_CASE("published keys are signed, one an epoch, and are the ones that open") {
    const org_id org = org_id::from(seed_of("org").view()).value();
    const auto identity = identity_of(3);
    const ratchet r(10, seed_of("ratchet"));
    const auto prekeys = r.publish(identity, org, 3, 12).value();
    REQUIRE(prekeys.size() == 26);
    std::set<box_public_key> keys;
    for (std::uint32_t i = 0; i < 26; ++i) {
        const prekey& p = prekeys[i];
        CHECK(p.epoch == 12 + i);
        CHECK(p.key == r.intake(p.epoch).value().public_key);
        CHECK(verify_prekey(identity.public_key, p.signed_by_identity, org, 3, p.epoch, p.key).has_value());
        CHECK(outcome(verify_prekey(identity.public_key, p.signed_by_identity, org, 3, p.epoch + 1, p.key)) ==
              "bad_signature");
        keys.insert(p.key);
    }
    CHECK(keys.size() == 26);
    CHECK(outcome(r.publish(identity, org, 3, 9)) == "key_forgotten");
    CHECK(r.publish(identity, org, 3, 10, 0).value().empty());
}

TEST_CASE("a fresh ratchet is random") {
    CHECK_FALSE(ratchet::starting_at(1).current_seed() == ratchet::starting_at(1).current_seed());
    CHECK(ratchet::starting_at(5).index() == 5);
}

} // namespace changgu::test
