#include "crypto/root_keyring.hpp"

#include "tests/crypto/log_writer.hpp"
#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

namespace changgu::test {
namespace {

root_keyring a_keyring() {
    root_keyring k;
    k.org = org_id::from(seed_of("org").view()).value();
    k.origin = "https://report.hanbit.example";
    k.keys.push_back({"root-a", seed_of("root-a")});
    k.keys.push_back({"recovery", seed_of("recovery")});
    k.invitations.push_back({4, {enrolment_id{}, enrolment_secret::from(bytes(16, 1)).value()}});
    return k;
}

} // namespace

TEST_CASE("an admin's keyring survives being written and read, and signs") {
    const auto back = root_keyring::from_json_text(a_keyring().to_json_text().text());
    REQUIRE(back.has_value());
    CHECK(back->org == a_keyring().org);
    CHECK(back->origin == a_keyring().origin);
    REQUIRE(back->invitations.size() == 1);
    CHECK(back->invitations[0].number == 4);
    CHECK(back->invitations[0].code.secret == a_keyring().invitations[0].code.secret);
    CHECK_FALSE(back->access.has_value());
    auto seen = a_keyring();
    seen.access = access_position{40, hash256::from(seed_of("access").view()).value()};
    CHECK(root_keyring::from_json_text(seen.to_json_text().text()).value().access == seen.access);
    const auto signers = back->signers();
    REQUIRE(signers.size() == 2);
    CHECK(signers[0].verifier() == root_named("root-a").verifier());
    const note n = parse_note(sign_note("text\n", signers)).value();
    CHECK(check_signature(n, root_named("recovery").verifier()) == note_check::valid);
}

TEST_CASE("a keyring that lacks anything, or is a reviewer's, is refused") {
    const json::object good = parse_json(a_keyring().to_json_text().text()).value();
    for (const auto& member : good) {
        json::object without = good;
        without.erase(member.key());
        CHECK_MESSAGE(outcome(root_keyring::from_json_text(json::serialize(without))) == "bad_field",
                      std::string(member.key()));
    }
    const auto with = [&](json::string_view member, json::value value) {
        json::object changed = good;
        changed[member] = std::move(value);
        return outcome(root_keyring::from_json_text(json::serialize(changed)));
    };
    CHECK(with("kind", "reviewer") == "bad_field");
    CHECK(with("keys", json::array{json::object{{"name", "a b"}, {"seed", to_base64(seed().view())}}}) ==
          "bad_field");
    CHECK(with("keys", json::array{json::object{{"name", "a"}, {"seed", "AAAA"}}}) == "bad_field");
    CHECK(with("invitations", json::array{json::object{{"number", 1}}}) == "bad_field");
    CHECK(outcome(root_keyring::from_json_text("[]")) == "bad_json");
}

} // namespace changgu::test
