// BLAKE2b, SHA-256 and crypto_kdf, each over labelled input.
#pragma once

#include "crypto/bytes.hpp"
#include "crypto/secret.hpp"

#include <initializer_list>

namespace changgu::crypto {

namespace detail {
void blake2b(std::span<byte> out, bytes_view key, std::initializer_list<bytes_view> parts) noexcept;
void derive(std::span<byte> out, bytes_view parent, std::uint64_t id, std::string_view context) noexcept;
} // namespace detail

/// BLAKE2b of the concatenated parts, with an output of Fixed's size (16 to 64 bytes).
template <class Fixed> Fixed blake2b(std::initializer_list<bytes_view> parts) noexcept {
    Fixed out;
    detail::blake2b(out.value, {}, parts);
    return out;
}
/// The same, keyed. `key` has 16 to 64 bytes.
template <class Fixed> Fixed blake2b_keyed(bytes_view key, std::initializer_list<bytes_view> parts) noexcept {
    Fixed out;
    detail::blake2b(out.value, key, parts);
    return out;
}

hash256 sha256(bytes_view b) noexcept;

/// crypto_kdf: the `id`-th 32-byte child of a 32-byte secret under an 8-byte context.
template <class Secret, class Parent>
Secret derive(const Parent& parent, std::uint64_t id, std::string_view context) noexcept {
    static_assert(Secret::size_bytes == 32 && Parent::size_bytes == 32);
    Secret out;
    detail::derive({out.data(), out.size()}, parent.view(), id, context);
    return out;
}

} // namespace changgu::crypto
