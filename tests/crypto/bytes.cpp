#include "crypto/bytes.hpp"

#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

namespace changgu::test {
namespace {

bytes some_bytes(std::size_t size) {
    bytes out(size);
    fill_random(out);
    return out;
}

} // namespace

TEST_CASE("the encodings give back what they were given, at every length") {
    for (std::size_t size = 0; size <= 70; ++size) {
        const bytes b = some_bytes(size);
        CAPTURE(to_hex(b));
        CHECK(from_hex(to_hex(b)).value() == b);
        CHECK(from_base64(to_base64(b)).value() == b);
        CHECK(from_base32(to_base32(b)).value() == b);
    }
}

TEST_CASE("RFC 4648's own examples") {
    CHECK(to_base64(as_bytes("foobar")) == "Zm9vYmFy");
    CHECK(to_base64(as_bytes("fooba")) == "Zm9vYmE=");
    CHECK(to_base64(as_bytes("foob")) == "Zm9vYg==");
    CHECK(to_base32(as_bytes("foobar")) == "mzxw6ytboi");
    CHECK(to_base32(as_bytes("fooba")) == "mzxw6ytb");
    CHECK(to_hex(as_bytes("foo")) == "666f6f");
}

TEST_CASE("base64 is taken in one spelling only") {
    for (const std::string_view text : {"Zg", "Zg=", "Zh==", "Zm9=", "Zg===", "Zg==Zg==", "Z",
                                        "====", "Zm9v\n", " Zm9v", "Zm-_", "Zm9v=", "Zm\0v", "u0\xBA\xB8"})
        CHECK_MESSAGE(outcome(from_base64(text)) == "bad_encoding", text);
}

TEST_CASE("hexadecimal of either case, nothing else") {
    CHECK(from_hex("aBcD").value() == bytes{0xAB, 0xCD});
    for (const std::string_view text : {"a", "abc", "0x", "ag", "a ", " a", "ab:cd", "ab\n1"})
        CHECK_MESSAGE(outcome(from_hex(text)) == "bad_encoding", text);
}

TEST_CASE("base32 skips what people type between groups, and refuses spare bits") {
    CHECK(from_base32("MZXW-6ytb oi\n").value() == from_base32("mzxw6ytboi").value());
    for (const std::string_view text :
         {"a", "aaa", "aaaaaa", "ab", "mzxw6ytbo1", "mzxw6ytbo0", "mz=", "aab8"})
        CHECK_MESSAGE(outcome(from_base32(text)) == "bad_encoding", text);
}

TEST_CASE("a fixed value takes its own size only") {
    CHECK(org_id::from(bytes(32)).has_value());
    CHECK(outcome(org_id::from(bytes(31))) == "bad_length");
    CHECK(outcome(org_id::from(bytes(33))) == "bad_length");
    CHECK(outcome(org_id::from({})) == "bad_length");
    CHECK(outcome(fixed_from_base64<thread_id>("AAAA")) == "bad_length");
    CHECK(outcome(fixed_from_base64<thread_id>("AAA")) == "bad_encoding");
    CHECK(random_fixed<hash256>() != random_fixed<hash256>());
}

TEST_CASE("integers are big-endian") {
    CHECK(big_endian(std::uint32_t{0x01020304}) == std::array<byte, 4>{1, 2, 3, 4});
    CHECK(big_endian(std::uint16_t{0xFF00}) == std::array<byte, 2>{0xFF, 0});
    for (const std::uint64_t n : {std::uint64_t{0}, std::uint64_t{1}, UINT64_MAX, std::uint64_t{1} << 40U})
        CHECK(from_big_endian<std::uint64_t>(big_endian(n)) == n);
}

} // namespace changgu::test
