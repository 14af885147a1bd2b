#include "crypto/hash.hpp"

#include <doctest/doctest.h>

namespace changgu::crypto {

TEST_CASE("parts are hashed as if they were one") {
    const auto whole = blake2b<hash256>({as_bytes("abcdef")});
    CHECK(blake2b<hash256>({as_bytes("abc"), as_bytes("def")}) == whole);
    CHECK(blake2b<hash256>({as_bytes(""), as_bytes("abcdef"), {}}) == whole);
    CHECK(blake2b_keyed<hash256>(bytes(32), {as_bytes("abcdef")}) != whole);
}

TEST_CASE("children differ by parent, number and context") {
    const seed parent = seed::random();
    const auto child = derive<seed>(parent, 1, "ratchet_");
    CHECK(child == derive<seed>(parent, 1, "ratchet_"));
    CHECK_FALSE(child == derive<seed>(parent, 2, "ratchet_"));
    CHECK_FALSE(child == derive<seed>(parent, 1, "receipt_"));
    CHECK_FALSE(child == derive<seed>(seed::random(), 1, "ratchet_"));
}

TEST_CASE("SHA-256 of nothing") {
    CHECK(to_hex(sha256({}).view()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

} // namespace changgu::crypto
