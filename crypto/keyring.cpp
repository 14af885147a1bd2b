#include "crypto/keyring.hpp"

#include "crypto/wordlist.hpp"

#include <sodium.h>

#include <new>

namespace changgu::crypto {
namespace {

constexpr std::string_view magic = "CHANGGUK";
constexpr byte version = 1;
enum class wrapping : byte { passphrase = 1, locker = 2 };

constexpr std::size_t salt_offset = 20;
constexpr std::size_t nonce_offset = 36;
constexpr std::size_t header_size = 60;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(salt_offset + crypto_pwhash_SALTBYTES == nonce_offset);
static_assert(nonce_offset + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == header_size);

constexpr std::size_t passphrase_words = 6;

bool in_bounds(const argon2_cost& c) noexcept {
    return c.passes >= 1 && c.passes <= 10 && c.memory_kib >= 8'192 && c.memory_kib <= 1'048'576;
}

symmetric_key stretch(bytes_view passphrase, bytes_view salt, const argon2_cost& cost) {
    symmetric_key key;
    if (crypto_pwhash(key.data(), key.size(), reinterpret_cast<const char*>(passphrase.data()),
                      passphrase.size(), salt.data(), cost.passes, std::size_t{cost.memory_kib} * 1024,
                      crypto_pwhash_ALG_ARGON2ID13) != 0)
        throw std::bad_alloc();
    return key;
}

bytes new_header(wrapping how) {
    bytes header(header_size);
    std::ranges::copy(as_bytes(magic), header.begin());
    header[8] = version;
    header[9] = static_cast<byte>(how);
    fill_random(std::span(header).subspan(nonce_offset));
    return header;
}

result<bytes> encrypt(bytes header, bytes_view json, const symmetric_key& key) {
    const auto size = std::ranges::find_if(
        keyring_sizes, [&](std::size_t s) { return json.size() < s - header_size - tag_size; });
    if (size == keyring_sizes.end()) return errc::too_large;
    secret_buffer block(*size - header_size - tag_size);
    if (!json.empty()) std::memcpy(block.data(), json.data(), json.size());
    block.data()[json.size()] = 0x80;
    bytes out = std::move(header);
    out.resize(*size);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + header_size, nullptr, block.view().data(),
                                               block.size(), out.data(), header_size, nullptr,
                                               out.data() + nonce_offset, key.data());
    return out;
}

result<secret_buffer> decrypt(bytes_view file, const symmetric_key& key) {
    secret_buffer block(file.size() - header_size - tag_size);
    const bytes_view body = file.subspan(header_size);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(block.data(), nullptr, nullptr, body.data(), body.size(),
                                                   file.data(), header_size, file.data() + nonce_offset,
                                                   key.data()) != 0)
        return errc::wrong_passphrase;
    std::size_t size = 0;
    if (sodium_unpad(&size, block.view().data(), block.size(), block.size()) != 0) return errc::bad_padding;
    block.truncate(size);
    return block;
}

result<void> check_header(bytes_view file, wrapping how) {
    if (std::ranges::find(keyring_sizes, file.size()) == keyring_sizes.end() ||
        as_text(file.first(magic.size())) != magic)
        return errc::not_a_keyring;
    if (file[8] != version || file[9] != static_cast<byte>(how)) return errc::unknown_version;
    if (file[10] != 0 || file[11] != 0) return errc::nonzero_reserved;
    return {};
}

} // namespace

result<bytes> seal_keyring(bytes_view json, bytes_view passphrase, argon2_cost cost) {
    if (!in_bounds(cost)) return errc::bad_parameters;
    bytes header = new_header(wrapping::passphrase);
    std::ranges::copy(big_endian(cost.passes), header.begin() + 12);
    std::ranges::copy(big_endian(cost.memory_kib), header.begin() + 16);
    const std::span salt = std::span(header).subspan(salt_offset, crypto_pwhash_SALTBYTES);
    fill_random(salt);
    const symmetric_key key = stretch(passphrase, salt, cost);
    return encrypt(std::move(header), json, key);
}

result<secret_buffer> open_keyring(bytes_view file, bytes_view passphrase) {
    if (auto ok = check_header(file, wrapping::passphrase); !ok) return ok.error();
    const argon2_cost cost{from_big_endian<std::uint32_t>(file.subspan(12, 4)),
                           from_big_endian<std::uint32_t>(file.subspan(16, 4))};
    if (!in_bounds(cost)) return errc::bad_parameters;
    return decrypt(file, stretch(passphrase, file.subspan(salt_offset, crypto_pwhash_SALTBYTES), cost));
}

result<bytes> wrap_keyring(bytes_view json, const symmetric_key& key) {
    return encrypt(new_header(wrapping::locker), json, key);
}

result<secret_buffer> unwrap_keyring(bytes_view wrapped, const symmetric_key& key) {
    if (auto ok = check_header(wrapped, wrapping::locker); !ok) return ok.error();
    if (std::ranges::any_of(wrapped.subspan(12, 24), [](byte b) { return b != 0; }))
        return errc::nonzero_reserved;
    return decrypt(wrapped, key);
}

secret_buffer generate_passphrase() {
    secret_buffer out;
    for (std::size_t i = 0; i < passphrase_words; ++i) {
        if (i != 0) out.append(as_bytes(" "));
        out.append(as_bytes(english_words[randombytes_uniform(2048)]));
    }
    return out;
}

} // namespace changgu::crypto
