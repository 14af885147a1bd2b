// Hexadecimal, base64 and base32: base64 takes one spelling only, and all give back what was put in.
#include "crypto/bytes.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace changgu;
using namespace changgu::crypto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const bytes_view in = fuzz::input(data, size);
    const std::string_view text = as_text(in);
    if (const auto raw = from_base64(text)) REQUIRE_PROPERTY(to_base64(*raw) == text);
    if (const auto raw = from_hex(text)) REQUIRE_PROPERTY(from_hex(to_hex(*raw)).value() == *raw);
    if (const auto raw = from_base32(text)) REQUIRE_PROPERTY(from_base32(to_base32(*raw)).value() == *raw);
    REQUIRE_PROPERTY(std::ranges::equal(from_base64(to_base64(in)).value(), in));
    REQUIRE_PROPERTY(std::ranges::equal(from_hex(to_hex(in)).value(), in));
    REQUIRE_PROPERTY(std::ranges::equal(from_base32(to_base32(in)).value(), in));
    return 0;
}
