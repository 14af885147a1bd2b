#include "crypto/hash.hpp"

#include <sodium.h>

#include <cassert>

namespace changgu::crypto {

namespace detail {

void blake2b(std::span<byte> out, bytes_view key, std::initializer_list<bytes_view> parts) noexcept {
    crypto_generichash_state state;
    crypto_generichash_init(&state, key.data(), key.size(), out.size());
    for (const bytes_view part : parts) crypto_generichash_update(&state, part.data(), part.size());
    crypto_generichash_final(&state, out.data(), out.size());
    sodium_memzero(&state, sizeof state);
}

void derive(std::span<byte> out, bytes_view parent, std::uint64_t id, std::string_view context) noexcept {
    assert(context.size() == crypto_kdf_CONTEXTBYTES && parent.size() == crypto_kdf_KEYBYTES);
    crypto_kdf_derive_from_key(out.data(), out.size(), id, context.data(), parent.data());
}

} // namespace detail

hash256 sha256(bytes_view b) noexcept {
    hash256 out;
    crypto_hash_sha256(out.data(), b.data(), b.size());
    return out;
}

} // namespace changgu::crypto
