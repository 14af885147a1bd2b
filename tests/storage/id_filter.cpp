#include "storage/id_filter.hpp"

#include "crypto/hash.hpp"

#include <doctest/doctest.h>

using namespace changgu;
using storage::envelope_id;
using storage::id_filter;

namespace {

envelope_id id_of(std::uint64_t n) {
    return crypto::blake2b<envelope_id>({crypto::big_endian(n)});
}

std::size_t wrong_alarms(const id_filter& f, std::uint64_t among) {
    std::size_t count = 0;
    for (std::uint64_t n = 0; n < among; ++n)
        count += f.may_contain(id_of((std::uint64_t{1} << 32U) + n)) ? 1U : 0U;
    return count;
}

} // namespace

TEST_CASE("an id filter never says no to what is in it, and seldom yes to what is not") {
    constexpr std::uint64_t expected = 20'000;
    id_filter f(expected);
    CHECK(wrong_alarms(f, 1000) == 0);
    for (std::uint64_t n = 0; n < expected; ++n) f.add(id_of(n));
    std::size_t found = 0;
    for (std::uint64_t n = 0; n < expected; ++n) found += f.may_contain(id_of(n)) ? 1U : 0U;
    CHECK(found == expected);
    CHECK(wrong_alarms(f, 20'000) < 200);
}

TEST_CASE("an id filter that holds more than expected still never says no") {
    id_filter f(100);
    for (std::uint64_t n = 0; n < 10'000; ++n) f.add(id_of(n));
    std::size_t found = 0;
    for (std::uint64_t n = 0; n < 10'000; ++n) found += f.may_contain(id_of(n)) ? 1U : 0U;
    CHECK(found == 10'000);
}

TEST_CASE("two id filters are wrong about different ids") {
    id_filter a(64);
    id_filter b(64);
    for (std::uint64_t n = 0; n < 1000; ++n) {
        a.add(id_of(n));
        b.add(id_of(n));
    }
    std::size_t differ = 0;
    for (std::uint64_t n = 2000; n < 4000; ++n)
        differ += a.may_contain(id_of(n)) != b.may_contain(id_of(n)) ? 1U : 0U;
    CHECK(differ > 0);
}
