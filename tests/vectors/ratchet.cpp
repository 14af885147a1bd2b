#include "crypto/ratchet.hpp"
#include "tests/vectors/vectors.hpp"

namespace changgu::test {

TEST_CASE("vectors: ratchet") {
    for_each_case("ratchet", [](const json::object& c, const std::string& expect, const json::object&) {
        ratchet keys(number(c, "index"), value<seed>(c, "seed"));
        const auto pair = keys.intake(number(c, "epoch"));
        CHECK(outcome(pair) == expect);
        if (!pair) return;
        CHECK(pair->public_key == value<box_public_key>(c, "public_key"));
        CHECK(pair->secret_key == value<box_secret_key>(c, "secret_key"));
        REQUIRE(keys.advance_to(number(c, "epoch")).has_value());
        CHECK(keys.current_seed() == value<seed>(c, "seed_at_epoch"));
    });
}

} // namespace changgu::test
