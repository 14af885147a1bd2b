#include "crypto/receipt.hpp"

#include "tests/crypto/log_writer.hpp"
#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

#include <set>

namespace changgu::test {

TEST_CASE("a hundred receipts survive being written and read, in all three spellings") {
    for (int i = 0; i < 100; ++i) {
        const bool excluded = i % 2 == 0;
        const receipt r = new_receipt(excluded);
        CHECK(somebody_excluded(r) == excluded);
        CHECK(((r.view()[0] & 1U) != 0) == excluded);
        for (const secret_buffer& text :
             {receipt_words(r, language::korean), receipt_words(r, language::english), receipt_digits(r)}) {
            const auto back = parse_receipt(text.text());
            REQUIRE(back.has_value());
            CHECK(*back == r);
        }
    }
}

TEST_CASE("receipts at both ends of the range") {
    for (const byte fill : {byte{0}, byte{0xFF}}) {
        const receipt r = receipt::from(bytes(receipt_size, fill)).value();
        const secret_buffer digits = receipt_digits(r);
        CHECK(digits.size() == 35);
        CHECK(parse_receipt(digits.text()).value() == r);
        CHECK(parse_receipt(receipt_words(r, language::korean).text()).value() == r);
    }
    CHECK(outcome(parse_receipt("309 485 009 821 345 068 724 781 056")) == "bad_encoding"); // 2^88
}

TEST_CASE("no altered digit or word gives the same receipt, and few are taken at all") {
    const receipt r = receipt::from(seed_of("receipt").view().first(receipt_size)).value();
    const std::string digits(receipt_digits(r).text());
    int tried = 0;
    int taken = 0;
    const auto attempt = [&](const std::string& text) {
        const auto parsed = parse_receipt(text);
        ++tried;
        if (!parsed) return;
        ++taken;
        CHECK_FALSE(*parsed == r);
    };
    for (std::size_t i = 0; i < digits.size(); ++i)
        for (char d = '0'; d <= '9' && digits[i] != ' '; ++d)
            if (d != digits[i]) attempt(std::string(digits).replace(i, 1, 1, d));
    const std::string words(receipt_words(r, language::english).text());
    for (std::size_t at = 0; at < words.size(); at = words.find(' ', at) + 1) {
        const std::size_t end = std::min(words.find(' ', at), words.size());
        for (std::size_t n = 0; n < 2048; n += 16)
            if (english_words[n] != words.substr(at, end - at))
                attempt(std::string(words).replace(at, end - at, english_words[n]));
        if (end == words.size()) break;
    }
    CHECK(tried > 1000);
    CHECK(taken * 64 < tried); // one in 256 is expected
}

TEST_CASE("keys and addresses differ by receipt, organisation and place") {
    const receipt r = receipt::from(seed_of("receipt").view().first(receipt_size)).value();
    const auto org = org_id::from(seed_of("org").view()).value();
    const auto keys = reporter_keys::derive_from(r, org);
    const auto elsewhere = reporter_keys::derive_from(r, org_id{});
    CHECK(keys.author().public_key != elsewhere.author().public_key);
    CHECK(keys.reply().public_key != elsewhere.reply().public_key);
    std::set<address> seen;
    for (std::uint64_t i = 0; i < 100; ++i) {
        CHECK(keys.address_at(i) == reply_address(keys.token_at(i)));
        seen.insert(keys.address_at(i));
        seen.insert(elsewhere.address_at(i));
    }
    CHECK(seen.size() == 200);
    CHECK(thread_of(keys.author().public_key) != thread_of(elsewhere.author().public_key));
}

} // namespace changgu::test
