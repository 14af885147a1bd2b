#include "crypto/bytes.hpp"

#include <sodium.h>

namespace changgu::crypto {

void append(bytes& out, bytes_view tail) {
    out.insert(out.end(), tail.begin(), tail.end());
}

void fill_random(std::span<byte> out) noexcept {
    if (!out.empty()) randombytes_buf(out.data(), out.size());
}

std::string to_hex(bytes_view b) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    out.reserve(b.size() * 2);
    for (const byte x : b) {
        out += digits[x >> 4U];
        out += digits[x & 0xFU];
    }
    return out;
}

result<bytes> from_hex(std::string_view text) {
    if (text.empty()) return bytes{}; // libsodium wants somewhere to write, even nothing
    bytes out(text.size() / 2);
    std::size_t written = 0;
    if (text.size() % 2 != 0 ||
        sodium_hex2bin(out.data(), out.size(), text.data(), text.size(), nullptr, &written, nullptr) != 0 ||
        written != out.size())
        return errc::bad_encoding;
    return out;
}

std::string to_base64(bytes_view b) {
    std::string out(sodium_base64_encoded_len(b.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(out.data(), out.size(), b.data(), b.size(), sodium_base64_VARIANT_ORIGINAL);
    out.pop_back(); // libsodium counts the terminating zero
    return out;
}

result<bytes> from_base64(std::string_view text) {
    bytes out((text.size() / 4 * 3) + 3);
    std::size_t written = 0;
    const char* end = nullptr;
    if (sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &written, &end,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        end != text.data() + text.size())
        return errc::bad_encoding;
    out.resize(written);
    // libsodium takes some bytes beyond ASCII for letters where char is signed.
    if (to_base64(out) != text) return errc::bad_encoding;
    return out;
}

std::string to_base32(bytes_view b) {
    constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    std::string out;
    unsigned pending = 0;
    unsigned bits = 0;
    for (const byte x : b) {
        pending = (pending << 8U) | x;
        for (bits += 8; bits >= 5; bits -= 5) out += alphabet[(pending >> (bits - 5)) & 31U];
        pending &= (1U << bits) - 1;
    }
    if (bits > 0) out += alphabet[(pending << (5 - bits)) & 31U];
    return out;
}

result<bytes> from_base32(std::string_view text) {
    bytes out;
    unsigned pending = 0;
    unsigned bits = 0;
    std::size_t symbols = 0;
    for (const char c : text) {
        if (c == '-' || c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
        unsigned value = 0;
        if (c >= 'a' && c <= 'z')
            value = static_cast<unsigned>(c - 'a');
        else if (c >= 'A' && c <= 'Z')
            value = static_cast<unsigned>(c - 'A');
        else if (c >= '2' && c <= '7')
            value = static_cast<unsigned>(c - '2') + 26;
        else
            return errc::bad_encoding;
        pending = (pending << 5U) | value;
        ++symbols;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            out.push_back(static_cast<byte>(pending >> bits));
            pending &= (1U << bits) - 1;
        }
    }
    // A final group holds 2, 4, 5 or 7 symbols, and its spare bits are zero.
    const std::size_t rest = symbols % 8;
    if (rest == 1 || rest == 3 || rest == 6 || pending != 0) return errc::bad_encoding;
    return out;
}

} // namespace changgu::crypto
