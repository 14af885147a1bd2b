#include "crypto/keyring.hpp"
#include "crypto/locker.hpp"
#include "crypto/reviewer_keyring.hpp"
#include "crypto/root_keyring.hpp"
#include "tests/vectors/vectors.hpp"

namespace changgu::test {

TEST_CASE("vectors: keyrings") {
    for_each_case("keyring", [](const json::object& c, const std::string& expect, const json::object&) {
        const auto opened = open_keyring(raw(c, "keyring"), as_bytes(text(c, "passphrase")));
        CHECK(outcome(opened) == expect);
        if (!opened) return;
        CHECK(opened->text() == text(c, "json"));
        if (!has(c, "holds")) return;
        if (text(c, "holds") == "reviewer")
            CHECK(reviewer_keyring::from_json_text(opened->text()).value().to_json_text().text() ==
                  opened->text());
        else
            CHECK(root_keyring::from_json_text(opened->text()).value().to_json_text().text() ==
                  opened->text());
    });
}

TEST_CASE("vectors: lockers") {
    for_each_case("locker", [](const json::object& c, const std::string& expect, const json::object&) {
        if (has(c, "passphrase")) {
            const locker l =
                locker::open(as_bytes(text(c, "passphrase")), value<org_id>(c, "org"), number(c, "number"));
            CHECK(l.key().public_key == value<sign_public_key>(c, "locker_public_key"));
            CHECK(l.wrapping_key(value<pepper>(c, "pepper")) == value<symmetric_key>(c, "wrapping_key"));
            return;
        }
        const auto opened = unwrap_keyring(raw(c, "wrapped"), value<symmetric_key>(c, "wrapping_key"));
        CHECK(outcome(opened) == expect);
        if (opened) CHECK(opened->text() == text(c, "json"));
    });
}

} // namespace changgu::test
