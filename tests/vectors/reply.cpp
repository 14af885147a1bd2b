#include "crypto/message.hpp"
#include "tests/vectors/sealed.hpp"

namespace changgu::test {

TEST_CASE("vectors: replies") {
    for_each_case("reply", [](const json::object& c, const std::string& expect, const json::object&) {
        const auto opened =
            open_envelope(value<org_id>(c, "org"), raw(c, "envelope"), 0,
                          context_of(value<address>(c, "address")), 0, key_pair(c, "reply_secret_key"));
        if (!opened) {
            CHECK(outcome(opened) == expect);
            return;
        }
        const auto message = reply_of(opened->message);
        CHECK(outcome(message) == expect);
        if (!message) return;
        CHECK(json::value(to_json(*message)) == c.at("fields"));
        CHECK(opened->message.signer == value<sign_public_key>(c, "reviewer"));
    });
}

} // namespace changgu::test
