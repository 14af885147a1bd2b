// That chaff and decoys are like the real thing to whoever has no key.
#include "crypto/envelope.hpp"
#include "tests/crypto/log_writer.hpp"
#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

#include <boost/multiprecision/cpp_int.hpp>

#include <set>

namespace changgu::test {
namespace {

using boost::multiprecision::cpp_int;

// Whether 32 bytes are the u-coordinate of a point of Curve25519: u³ + 486662 u² + u is a square. Of random
// bytes half are not, of public keys none.
bool is_on_curve(bytes_view key) {
    if ((key[31] & 0x80U) != 0) return false;
    const cpp_int p = (cpp_int(1) << 255U) - 19;
    cpp_int u = 0;
    for (std::size_t i = 32; i-- > 0;) u = (u << 8U) | key[i];
    if (u >= p) return false;
    const cpp_int v = (u * u * u + 486'662 * u * u + u) % p;
    return v == 0 || powm(v, cpp_int((p - 1) / 2), p) == 1;
}

bytes_view ephemeral_key(bytes_view envelope, std::size_t slot) {
    return envelope.subspan(suite1::slots_offset + slot * suite1::slot_size, 32);
}

} // namespace

TEST_CASE("the curve test tells keys from random bytes") {
    int on_curve = 0;
    for (int i = 0; i < 64; ++i) {
        bytes noise(32);
        fill_random(noise);
        noise[31] &= 0x7FU;
        on_curve += is_on_curve(noise) ? 1 : 0;
        CHECK(is_on_curve(random_box_key_pair().public_key.view()));
    }
    CHECK(on_curve > 8);
    CHECK(on_curve < 56);
}

TEST_CASE("every slot of chaff, of a reply and of a report starts with a real public key") {
    const org_id org{};
    const std::vector<slot_recipient> one{intake_of(0, 1).public_key};
    const std::vector<bytes> envelopes{
        make_chaff(3), make_chaff(3),
        seal_envelope(org, 3, {}, one, message_kind::report, identity_of(1), "{}").value()};
    std::set<bytes> keys;
    for (const bytes& e : envelopes)
        for (std::size_t k = 0; k < suite1::slot_count; ++k) {
            const bytes_view key = ephemeral_key(e, k);
            CHECK(is_on_curve(key));
            CHECK(keys.emplace(key.begin(), key.end()).second);
        }
}

TEST_CASE("chaff reads like an envelope and opens for nobody") {
    const bytes chaff = make_chaff(77);
    CHECK(chaff.size() == suite1::envelope_size);
    CHECK(read_header(chaff).value().epoch == 77);
    for (std::size_t k = 0; k < suite1::slot_count; ++k)
        CHECK(outcome(open_envelope({}, chaff, 77, {}, k, intake_of(0, 1))) == "slot_not_mine");
    CHECK(id_of(make_chaff(77)) != id_of(make_chaff(77)));
}

TEST_CASE("bytes of chaff are as even as bytes of envelopes") {
    const auto chi_square = [](auto make) {
        std::array<double, 256> count{};
        constexpr int rounds = 8;
        for (int i = 0; i < rounds; ++i) {
            const bytes e = make();
            for (std::size_t at = suite1::commitment_offset; at < e.size(); ++at) count[e[at]] += 1;
        }
        const double expected = rounds * (8'192.0 - 1'304.0) / 256;
        double sum = 0;
        for (const double c : count) sum += (c - expected) * (c - expected) / expected;
        return sum; // 255 degrees of freedom: 255 ± 23
    };
    const auto sealed = [] {
        return seal_envelope({}, 3, {}, {}, message_kind::report, identity_of(1), std::string(60'000, 'a'))
            .value();
    };
    // Seven standard deviations: a false alarm in a billion runs.
    CHECK(chi_square([] { return make_chaff(3); }) < 255 + 7 * 23);
    CHECK(chi_square(sealed) < 255 + 7 * 23);
}

} // namespace changgu::test
