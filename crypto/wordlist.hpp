// Eleven bits a word: the BIP39 lists, used as lists only (not as mnemonics). Korean words are kept in NFC
// and compared in NFKD, because keyboards and phones give either; of NFKD only the decomposition of Hangul
// syllables matters here.
#pragma once

#include "crypto/bytes.hpp"
#include "crypto/secret.hpp"

namespace changgu::crypto {

extern const std::array<std::string_view, 2048> english_words;
extern const std::array<std::string_view, 2048> korean_words;

enum class language : byte { korean, english };

/// `b` as words, most significant bits first; 8 × b.size() must be a multiple of 11.
std::vector<std::string_view> to_words(bytes_view b, language in);

/// Which word of a sentence is not in the list (the first such), counted from 0.
struct unknown_word {
    std::size_t position = 0;
};

/// Splits at blanks, '-' and ','. All words must come from one list. On word_not_in_list, `position` (if
/// given) says which. Errors: bad_length (not `count` words), word_not_in_list.
result<secret_buffer> from_words(std::string_view text, std::size_t count, unknown_word* unknown = nullptr);

} // namespace changgu::crypto
