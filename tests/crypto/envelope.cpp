#include "crypto/envelope.hpp"

#include "tests/crypto/log_writer.hpp"
#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

#include <set>

namespace changgu::test {
namespace {

const org_id org = org_id::from(seed_of("org").view()).value();
const context_id here = context_id::from(seed_of("statement").view()).value();
constexpr std::uint32_t epoch_number = 0x01020304;

result<bytes> seal(std::span<const slot_recipient> to, std::string_view text = R"({"a":1})") {
    return seal_envelope(org, epoch_number, here, to, message_kind::report, identity_of(1), text);
}
result<opened_envelope> open(bytes_view envelope, std::size_t slot, const box_key_pair& mine) {
    return open_envelope(org, envelope, epoch_number, here, slot, mine);
}

} // namespace

TEST_CASE("sixteen recipients each open their own slot and no other; an excluded one opens none") {
    constexpr std::size_t excluded = 5;
    std::vector<slot_recipient> to;
    for (std::uint32_t k = 0; k < 16; ++k)
        to.push_back(k == excluded ? slot_recipient{} : intake_of(k, 1).public_key);
    const bytes envelope = seal(to).value();
    for (std::uint32_t k = 0; k < 16; ++k)
        for (std::size_t slot = 0; slot < 16; ++slot) {
            const auto opened = open(envelope, slot, intake_of(k, 1));
            CHECK(outcome(opened) == (k == slot && k != excluded ? "ok" : "slot_not_mine"));
            if (opened) CHECK(opened->message.json.text() == R"({"a":1})");
        }
}

TEST_CASE("an envelope has one size, whatever it says and to however many") {
    bytes noise(6'000);
    fill_random(noise);
    const std::vector<slot_recipient> one{intake_of(0, 1).public_key};
    const std::vector<slot_recipient> sixteen(16, one.front());
    for (const std::string& text :
         {std::string{}, std::string("{}"), std::string(60'000, 'a'), std::string(as_text(noise))})
        for (const auto& to : {std::vector<slot_recipient>{}, one, sixteen}) {
            const auto envelope = seal(to, text);
            REQUIRE(envelope.has_value());
            CHECK(envelope->size() == 8'192);
            const auto header = read_header(*envelope).value();
            CHECK(header.suite == 1);
            CHECK(header.epoch == epoch_number);
        }
    CHECK(envelope_size_of(1) == 8'192);
    for (const byte suite : {byte{0}, byte{2}, byte{255}}) CHECK(envelope_size_of(suite) == 0);
}

TEST_CASE("what cannot be sealed is refused") {
    const std::vector<slot_recipient> seventeen(17, intake_of(0, 1).public_key);
    CHECK(outcome(seal(seventeen)) == "bad_length");
    const std::vector<slot_recipient> small_order{box_public_key{}};
    CHECK(outcome(seal(small_order)) == "bad_key");
    bytes noise(6'840);
    fill_random(noise);
    CHECK(outcome(seal({}, as_text(noise))) == "too_large");
    CHECK(outcome(seal({}, std::string(65'440, 'a'))) == "too_large");
    CHECK(seal({}, std::string(65'439, 'a')).has_value());
}

TEST_CASE("two envelopes of the same message have nothing in common but their header") {
    const std::vector<slot_recipient> to{intake_of(0, 1).public_key};
    const bytes a = seal(to).value();
    const bytes b = seal(to).value();
    CHECK(id_of(a) != id_of(b));
    std::set<bytes> pieces;
    for (const bytes& e : {a, b})
        for (std::size_t at = 8; at + 16 <= e.size(); at += 16) {
            const bytes_view piece = bytes_view(e).subspan(at, 16);
            pieces.emplace(piece.begin(), piece.end());
        }
    CHECK(pieces.size() == 2 * ((8'192 - 8) / 16));
    const auto key_of = [](const bytes& e) { return open(e, 0, intake_of(0, 1)).value().key; };
    CHECK_FALSE(key_of(a) == key_of(b));
    CHECK_FALSE(case_key_of(key_of(a)) == case_key_of(key_of(b)));
}

TEST_CASE("an alarm is a slot that opens and then fails, nothing else") {
    const std::set<errc> alarms{errc::bad_share_index, errc::bad_commitment, errc::bad_tag,
                                errc::bad_padding,     errc::bad_deflate,    errc::inflates_too_far,
                                errc::frame_too_short, errc::bad_signature};
    for (int code = static_cast<int>(errc::bad_length); code <= static_cast<int>(errc::bad_mac); ++code) {
        const auto e = static_cast<errc>(code);
        CHECK_MESSAGE(is_alarm(e) == alarms.contains(e), name(e));
    }
    CHECK_FALSE(is_alarm(boost::system::error_code{}));
    CHECK_FALSE(is_alarm(
        boost::system::error_code(static_cast<int>(errc::bad_tag), boost::system::system_category())));
}

TEST_CASE("a flipped bit anywhere is an error, and of the right class") {
    const std::size_t mine = 2;
    const std::vector<slot_recipient> to{intake_of(0, 1).public_key, intake_of(1, 1).public_key,
                                         intake_of(2, 1).public_key};
    const box_key_pair keys = intake_of(2, 1);
    bytes envelope = seal(to).value();
    const auto expected = [](std::size_t at) -> std::string_view {
        if (at == 0) return "unknown_suite";
        if (at < 5) return "wrong_epoch";
        if (at < 8) return "nonzero_reserved";
        if (at >= 8 + mine * 81 && at < 8 + (mine + 1) * 81) return "slot_not_mine";
        return at < suite1::header_size ? "bad_commitment" : "bad_tag";
    };
    for (std::size_t at = 0; at < envelope.size(); at += at < suite1::header_size ? 1 : 61) {
        const auto bit = static_cast<byte>(1U << (at % 8));
        envelope[at] ^= bit;
        CHECK_MESSAGE(outcome(open(envelope, mine, keys)) == expected(at), "byte ", at);
        envelope[at] ^= bit;
    }
    CHECK(open(envelope, mine, keys).has_value());
    for (std::size_t size = 0; size < envelope.size(); size += 97)
        CHECK(outcome(open(bytes_view(envelope).first(size), mine, keys)) == "bad_length");
}

} // namespace changgu::test
