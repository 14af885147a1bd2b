#include "crypto/wordlist.hpp"

#include <map>

namespace changgu::crypto {
namespace {

constexpr std::uint32_t first_syllable = 0xAC00;
constexpr std::uint32_t last_syllable = 0xD7A3;

void append_utf8(std::string& out, std::uint32_t three_byte_code_point) {
    out += static_cast<char>(0xE0U | (three_byte_code_point >> 12U));
    out += static_cast<char>(0x80U | ((three_byte_code_point >> 6U) & 0x3FU));
    out += static_cast<char>(0x80U | (three_byte_code_point & 0x3FU));
}

// The form words are compared in: Hangul syllables as conjoining letters (Unicode 3.12), ASCII letters small.
std::string folded(std::string_view word) {
    std::string out;
    for (std::size_t i = 0; i < word.size();) {
        const auto lead = static_cast<byte>(word[i]);
        if (lead >= 0xEA && lead <= 0xED && i + 2 < word.size()) {
            const auto code = static_cast<std::uint32_t>(((lead & 0x0FU) << 12U) |
                                                         ((static_cast<byte>(word[i + 1]) & 0x3FU) << 6U) |
                                                         (static_cast<byte>(word[i + 2]) & 0x3FU));
            if (code >= first_syllable && code <= last_syllable) {
                const std::uint32_t s = code - first_syllable;
                append_utf8(out, 0x1100 + s / 588);
                append_utf8(out, 0x1161 + (s % 588) / 28);
                if (s % 28 != 0) append_utf8(out, 0x11A7 + s % 28);
                i += 3;
                continue;
            }
        }
        const char c = word[i++];
        out += (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return out;
}

using index_of_word = std::map<std::string, std::size_t, std::less<>>;

index_of_word index_list(const std::array<std::string_view, 2048>& words) {
    index_of_word index;
    for (std::size_t i = 0; i < words.size(); ++i) index.emplace(folded(words[i]), i);
    return index;
}

std::vector<std::string_view> split(std::string_view text) {
    constexpr std::string_view separators = " \t\r\n-,";
    std::vector<std::string_view> words;
    while (true) {
        const auto start = text.find_first_not_of(separators);
        if (start == std::string_view::npos) return words;
        text.remove_prefix(start);
        const auto end = std::min(text.find_first_of(separators), text.size());
        words.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
}

} // namespace

std::vector<std::string_view> to_words(bytes_view b, language in) {
    const auto& list = in == language::korean ? korean_words : english_words;
    std::vector<std::string_view> out;
    std::uint32_t pending = 0;
    unsigned bits = 0;
    for (const byte x : b) {
        pending = (pending << 8U) | x;
        bits += 8;
        if (bits >= 11) {
            bits -= 11;
            out.push_back(list[(pending >> bits) & 2047U]);
            pending &= (1U << bits) - 1;
        }
    }
    return out;
}

result<secret_buffer> from_words(std::string_view text, std::size_t count, unknown_word* unknown) {
    static const index_of_word english = index_list(english_words);
    static const index_of_word korean = index_list(korean_words);

    const auto words = split(text);
    if (words.size() != count) return errc::bad_length;
    const index_of_word& list = korean.contains(folded(words.front())) ? korean : english;

    secret_buffer out(count * 11 / 8);
    std::uint32_t pending = 0;
    unsigned bits = 0;
    std::size_t at = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto found = list.find(folded(words[i]));
        if (found == list.end()) {
            if (unknown != nullptr) unknown->position = i;
            return errc::word_not_in_list;
        }
        pending = (pending << 11U) | static_cast<std::uint32_t>(found->second);
        for (bits += 11; bits >= 8; bits -= 8) {
            out.data()[at++] = static_cast<byte>(pending >> (bits - 8));
            pending &= (1U << (bits - 8)) - 1;
        }
    }
    return out;
}

} // namespace changgu::crypto
