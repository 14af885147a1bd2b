#include "crypto/work.hpp"

#include <doctest/doctest.h>

namespace changgu::crypto {
namespace {

work_nonce nonce_with(unsigned bits) {
    auto nonce = random_fixed<work_nonce>();
    nonce.value[work_bits_offset] = static_cast<byte>(bits);
    return nonce;
}

} // namespace

TEST_CASE("work that was done is accepted, for its own message alone") {
    const auto org = random_fixed<org_id>();
    const auto id = random_fixed<envelope_id>();
    std::uint64_t asked = 0;
    const auto proof = do_work(org, nonce_with(2), id.view(), [&](std::uint64_t attempts) {
        CHECK(attempts == asked++);
        return true;
    });
    REQUIRE(proof);
    CHECK(asked > 0);
    const auto seed = work_seed(org, proof->nonce, id.view());
    CHECK(has_ticket(seed, *proof));
    CHECK(is_solved(seed, *proof));
    CHECK(parse_work(to_text(*proof)).value() == *proof);
    const auto other = work_seed(org, proof->nonce, random_fixed<envelope_id>().view());
    CHECK_FALSE(has_ticket(other, *proof));
}

TEST_CASE("a client does not work for ever") {
    const auto org = random_fixed<org_id>();
    const auto id = random_fixed<envelope_id>();
    CHECK_FALSE(do_work(org, nonce_with(most_work_bits + 1), id.view(), {}));
    CHECK_FALSE(do_work(org, nonce_with(most_work_bits), id.view(), [](std::uint64_t n) { return n < 2; }));
}

} // namespace changgu::crypto
