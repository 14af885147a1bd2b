#include "crypto/receipt.hpp"

#include "crypto/hash.hpp"
#include "crypto/labels.hpp"

#include <sodium.h>

#include <new>

namespace changgu::crypto {
namespace {

constexpr byte excluded_bit = 0x01;
constexpr unsigned long long argon2_passes = 3;
constexpr std::size_t argon2_memory = std::size_t{64} << 20U;

byte checksum(bytes_view ten) noexcept {
    return blake2b<hash256>({as_bytes(label::receipt_check), ten}).value[0];
}

secret_buffer with_checksum(const receipt& r) {
    secret_buffer out(r.view());
    out.append(std::array{checksum(r.view())});
    return out;
}

bool is_separator(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '-' || c == ',';
}

bool is_digits(std::string_view text) noexcept {
    return std::ranges::all_of(text, [](char c) { return is_separator(c) || (c >= '0' && c <= '9'); });
}

result<secret_buffer> from_digits(std::string_view text) {
    secret_buffer number(receipt_size + 1);
    std::size_t digits = 0;
    for (const char c : text) {
        if (is_separator(c)) continue;
        if (++digits > receipt_digit_count) return errc::bad_length;
        unsigned carry = static_cast<unsigned>(c - '0');
        for (std::size_t i = number.size(); i-- > 0;) {
            carry += number.data()[i] * 10U;
            number.data()[i] = static_cast<byte>(carry & 0xFFU);
            carry >>= 8U;
        }
        if (carry != 0) return errc::bad_encoding;
    }
    if (digits != receipt_digit_count) return errc::bad_length;
    return number;
}

} // namespace

receipt new_receipt(bool somebody_excluded) {
    receipt r = receipt::random();
    r.data()[0] = static_cast<byte>((r.data()[0] & ~excluded_bit) | (somebody_excluded ? excluded_bit : 0));
    return r;
}

bool somebody_excluded(const receipt& r) noexcept {
    return (r.view()[0] & excluded_bit) != 0;
}

secret_buffer receipt_words(const receipt& r, language in) {
    const secret_buffer checked = with_checksum(r);
    secret_buffer out;
    for (const std::string_view word : to_words(checked.view(), in)) {
        if (!out.empty()) out.append(as_bytes(" "));
        out.append(as_bytes(word));
    }
    return out;
}

secret_buffer receipt_digits(const receipt& r) {
    secret_buffer number = with_checksum(r);
    secret_buffer out(receipt_digit_count + receipt_digit_count / 3 - 1);
    std::size_t at = out.size();
    for (std::size_t written = 0; written < receipt_digit_count; ++written) {
        if (written != 0 && written % 3 == 0) out.data()[--at] = ' ';
        unsigned remainder = 0;
        for (std::size_t i = 0; i < number.size(); ++i) {
            remainder = (remainder << 8U) | number.data()[i];
            number.data()[i] = static_cast<byte>(remainder / 10);
            remainder %= 10;
        }
        out.data()[--at] = static_cast<byte>('0' + remainder);
    }
    return out;
}

result<receipt> parse_receipt(std::string_view text, unknown_word* unknown) {
    auto raw = is_digits(text) ? from_digits(text) : from_words(text, receipt_word_count, unknown);
    if (!raw) return raw.error();
    auto r = receipt::from(raw->view().first(receipt_size));
    if (!r) return r.error();
    if (raw->view()[receipt_size] != checksum(r->view())) return errc::bad_checksum;
    return r;
}

reporter_keys reporter_keys::derive_from(const receipt& r, const org_id& org) {
    const auto salt = blake2b<hash256>({as_bytes(label::receipt_salt), org.view()});
    static_assert(crypto_pwhash_SALTBYTES == 16);
    seed master;
    if (crypto_pwhash(master.data(), master.size(), reinterpret_cast<const char*>(r.data()), r.size(),
                      salt.data(), argon2_passes, argon2_memory, crypto_pwhash_ALG_ARGON2ID13) != 0)
        throw std::bad_alloc();
    reporter_keys keys;
    keys.author_ = sign_key_pair_from(derive<seed>(master, 2, label::kdf_receipt));
    keys.reply_ = box_key_pair_from(derive<seed>(master, 3, label::kdf_receipt));
    keys.chain_ = derive<seed>(master, 4, label::kdf_receipt);
    return keys;
}

token reporter_keys::token_at(std::uint64_t i) const noexcept {
    return derive<token>(chain_, i, label::kdf_token);
}

address reporter_keys::address_at(std::uint64_t i) const noexcept {
    return reply_address(token_at(i));
}

address reply_address(const token& t) noexcept {
    return blake2b<address>({as_bytes(label::reply_address), t.view()});
}

thread_id thread_of(const sign_public_key& author) noexcept {
    return blake2b<thread_id>({as_bytes(label::thread), author.view()});
}

} // namespace changgu::crypto
