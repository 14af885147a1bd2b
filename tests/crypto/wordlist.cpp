#include "crypto/wordlist.hpp"

#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

#include <set>

namespace changgu::test {

TEST_CASE("each list has 2048 words, all different and in neither list twice") {
    std::set<std::string_view> words(english_words.begin(), english_words.end());
    words.insert(korean_words.begin(), korean_words.end());
    CHECK(words.size() == 4096);
    CHECK(std::ranges::none_of(words, [](std::string_view w) { return w.empty(); }));
}

TEST_CASE("every word of each list is read as its own number") {
    for (const language in : {language::korean, language::english}) {
        for (std::uint32_t n = 0; n < 2048; n += 8) {
            // Eight words of eleven bits: n, n + 1, … n + 7.
            bytes packed(11);
            for (std::uint32_t k = 0; k < 88; ++k)
                if ((((n + k / 11) >> (10 - k % 11)) & 1U) != 0)
                    packed[k / 8] = static_cast<byte>(packed[k / 8] | (0x80U >> (k % 8)));
            const auto words = to_words(packed, in);
            REQUIRE(words.size() == 8);
            const auto& list = in == language::korean ? korean_words : english_words;
            std::string sentence;
            for (std::size_t k = 0; k < 8; ++k) {
                CHECK(words[k] == list[n + k]);
                sentence.append(words[k]).append(" ");
            }
            const auto back = from_words(sentence, 8);
            REQUIRE(back.has_value());
            CHECK(equal_constant_time(back->view(), packed));
        }
    }
}

TEST_CASE("sentences are bounded by their count of words") {
    CHECK(outcome(from_words("", 8)) == "bad_length");
    CHECK(outcome(from_words(" , - ", 8)) == "bad_length");
    CHECK(outcome(from_words("zoo", 8)) == "bad_length");
    std::string long_text;
    for (int i = 0; i < 1000; ++i) long_text += "zoo ";
    CHECK(outcome(from_words(long_text, 8)) == "bad_length");
}

TEST_CASE("hostile bytes are words that are in no list") {
    for (const std::string_view word : {"\xEA", "\xEA\xB0", "\xED\xA0\x80", "\xFF\xFF", "zoo\xEA\xB0"}) {
        unknown_word unknown;
        CHECK(outcome(from_words("zoo zoo zoo zoo zoo zoo zoo " + std::string(word), 8, &unknown)) ==
              "word_not_in_list");
        CHECK(unknown.position == 7);
    }
}

} // namespace changgu::test
