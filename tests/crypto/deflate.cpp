#include "crypto/deflate.hpp"

#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

namespace changgu::test {

TEST_CASE("what is deflated inflates to itself") {
    for (const std::size_t size : {0U, 1U, 2U, 100U, 6'839U, 32'768U, 65'536U}) {
        bytes plain(size);
        if (size < 7'000) fill_random(plain);
        const auto packed = deflate_raw(plain, 70'000);
        REQUIRE(packed.has_value());
        const auto back = inflate_raw(packed->view(), 65'536);
        REQUIRE(back.has_value());
        CHECK(equal_constant_time(back->view(), plain));
    }
}

TEST_CASE("both bounds are exact") {
    bytes plain(1'000);
    for (std::size_t i = 0; i < plain.size(); ++i) plain[i] = static_cast<byte>(i * i / 7);
    const std::size_t size = deflate_raw(plain, 2'000).value().size();
    CHECK(deflate_raw(plain, size).value().size() == size);
    CHECK(outcome(deflate_raw(plain, size - 1)) == "too_large");
    const auto packed = deflate_raw(plain, size).value();
    CHECK(inflate_raw(packed.view(), 1'000).value().size() == 1'000);
    CHECK(outcome(inflate_raw(packed.view(), 999)) == "inflates_too_far");
    CHECK(outcome(inflate_raw(packed.view(), 0)) == "inflates_too_far");
}

TEST_CASE("a bomb stops at the bound") {
    const auto bomb = deflate_raw(bytes(10'000'000), 20'000).value();
    CHECK(outcome(inflate_raw(bomb.view(), 65'536)) == "inflates_too_far");
}

TEST_CASE("a stream that is cut or followed by anything is refused") {
    const std::string text =
        "one stream that ends with the last byte, one stream that ends with the last byte";
    auto packed = deflate_raw(as_bytes(text), 200).value();
    for (std::size_t size = 0; size < packed.size(); ++size)
        CHECK(outcome(inflate_raw(packed.view().first(size), 1'000)) == "bad_deflate");
    const auto twice = [&] {
        secret_buffer b(packed.view());
        b.append(packed.view());
        return b;
    }();
    CHECK(outcome(inflate_raw(twice.view(), 1'000)) == "bad_deflate");
    packed.append(std::array<byte, 1>{0});
    CHECK(outcome(inflate_raw(packed.view(), 1'000)) == "bad_deflate");
    CHECK(outcome(inflate_raw(bytes(50, 0xFF), 1'000)) == "bad_deflate");
}

} // namespace changgu::test
