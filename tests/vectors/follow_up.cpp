#include "crypto/message.hpp"
#include "tests/vectors/sealed.hpp"

namespace changgu::test {

TEST_CASE("vectors: follow-ups") {
    for_each_case("follow_up", [](const json::object& c, const std::string& expect, const json::object&) {
        const auto opened = open_case(c, raw(c, "envelope"));
        REQUIRE(opened.has_value());
        const auto message = follow_up_of(opened->message);
        CHECK(outcome(message) == expect);
        if (!message) return;
        CHECK(json::value(to_json(*message)) == c.at("fields"));
        CHECK(opened->message.signer == value<sign_public_key>(c, "author"));
        CHECK(thread_of(opened->message.signer) == value<thread_id>(c, "thread"));
    });
}

} // namespace changgu::test
