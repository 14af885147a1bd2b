// Wycheproof's X25519 cases against crypto_scalarmult, on which sealed boxes stand.
#include "tests/conformance/vectors.hpp"

#include <doctest/doctest.h>

namespace changgu::conformance {
namespace {

// "acceptable" leaves the choice to the library. A public key of low order gives every peer the same all-zero
// secret, so it must be refused. Keys on the twist and non-canonical encodings are computed as RFC 7748 says.
TEST_CASE("wycheproof: X25519") {
    int refused = 0;
    for_each_case("x25519_test.json", [&](const boost::json::object&, const boost::json::object& test) {
        const auto id = test.at("tcId").as_int64();
        CAPTURE(id);
        const auto public_key = unhex(test, "public");
        const auto private_key = unhex(test, "private");
        REQUIRE(public_key.size() == crypto_scalarmult_BYTES);
        REQUIRE(private_key.size() == crypto_scalarmult_SCALARBYTES);

        bytes shared(crypto_scalarmult_BYTES);
        const bool accepted = crypto_scalarmult(shared.data(), private_key.data(), public_key.data()) == 0;
        const bool low_order = has_flag(test, "LowOrderPublic");
        CHECK(low_order == has_flag(test, "ZeroSharedSecret"));
        CHECK(accepted == !low_order);
        if (accepted)
            CHECK(hex(shared) == text(test, "shared"));
        else
            ++refused;
    });
    CHECK(refused == 31);
}

} // namespace
} // namespace changgu::conformance
