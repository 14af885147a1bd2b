#include "crypto/enrolment.hpp"

#include "crypto/signing.hpp"
#include "tests/crypto/log_writer.hpp"
#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

namespace changgu::test {

TEST_CASE("a code survives being written and read") {
    for (int i = 0; i < 50; ++i) {
        const auto code = enrolment_code::random();
        const secret_buffer text = code.to_text();
        CHECK(text.size() == 40 + 7);
        const auto back = enrolment_code::parse(text.text());
        REQUIRE(back.has_value());
        CHECK(back->id == code.id);
        CHECK(back->secret == code.secret);
    }
}

TEST_CASE("no altered letter gives the same code, and few are taken at all") {
    const enrolment_code code{enrolment_id::from(seed_of("id").view().first(8)).value(),
                              enrolment_secret::from(seed_of("secret").view().first(16)).value()};
    const std::string text(code.to_text().text());
    int taken = 0;
    for (std::size_t i = 0; i < text.size(); ++i)
        for (char c = 'a'; c <= 'z' && text[i] != '-'; ++c) {
            if (c == text[i]) continue;
            const auto parsed = enrolment_code::parse(std::string(text).replace(i, 1, 1, c));
            if (!parsed) continue;
            ++taken;
            CHECK((parsed->id != code.id || !(parsed->secret == code.secret)));
        }
    CHECK(taken < 20); // of 1,000; four are expected
}

TEST_CASE("the mac covers all of a request") {
    const org_id org = org_id::from(seed_of("org").view()).value();
    const auto code = enrolment_code::random();
    enrolment_request r{3, identity_of(3).public_key,
                        ratchet(1, seed_of("ratchet")).publish(identity_of(3), org, 3, 1, 2).value()};
    const auto mac = mac_of(r, org, code);
    CHECK(verify_enrolment(r, mac, org, code).has_value());
    CHECK(outcome(verify_enrolment(r, mac, {}, code)) == "bad_mac");
    CHECK(outcome(verify_enrolment(r, mac, org, enrolment_code::random())) == "bad_mac");
    std::swap(r.prekeys[0], r.prekeys[1]);
    CHECK(outcome(verify_enrolment(r, mac, org, code)) == "bad_mac");
    std::swap(r.prekeys[0], r.prekeys[1]);
    r.prekeys[1].signed_by_identity = r.prekeys[0].signed_by_identity;
    CHECK(outcome(verify_enrolment(r, mac_of(r, org, code), org, code)) == "bad_signature");
}

} // namespace changgu::test
