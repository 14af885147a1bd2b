// Public byte strings: views, fixed-size values with a type each, and their text encodings.
// An untagged array of 32 bytes could be an address, an id or a key; a fixed_bytes<Tag, 32> can be only one.
#pragma once

#include "crypto/errc.hpp"

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace changgu::crypto {

using byte = std::uint8_t;
using bytes = std::vector<byte>;
using bytes_view = std::span<const byte>;

/// A public value of exactly N bytes. Ordered bytewise. Never a secret: see secret.hpp.
template <class Tag, std::size_t N> struct fixed_bytes {
    static constexpr std::size_t size_bytes = N;
    std::array<byte, N> value{};

    auto operator<=>(const fixed_bytes&) const = default;

    [[nodiscard]] bytes_view view() const noexcept { return value; }
    [[nodiscard]] const byte* data() const noexcept { return value.data(); }
    [[nodiscard]] byte* data() noexcept { return value.data(); }
    static constexpr std::size_t size() noexcept { return N; }

    /// Fails with bad_length unless `from` has exactly N bytes.
    static result<fixed_bytes> from(bytes_view from) {
        if (from.size() != N) return errc::bad_length;
        fixed_bytes out;
        std::memcpy(out.value.data(), from.data(), N);
        return out;
    }
};

using org_id = fixed_bytes<struct org_tag, 32>;              ///< the fingerprint on the poster
using hash256 = fixed_bytes<struct hash_tag, 32>;            ///< SHA-256 or BLAKE2b-256 of public bytes
using envelope_id = fixed_bytes<struct envelope_id_tag, 32>; ///< BLAKE2b-256 of an envelope's bytes
using address = fixed_bytes<struct address_tag, 32>; ///< hash of a token: of a reply, a case event, a chunk
using box_public_key = fixed_bytes<struct box_tag, 32>;    ///< X25519
using sign_public_key = fixed_bytes<struct sign_tag, 32>;  ///< Ed25519
using signature = fixed_bytes<struct signature_tag, 64>;   ///< Ed25519, detached
using thread_id = fixed_bytes<struct thread_tag, 16>;      ///< BLAKE2b-128 of an author key
using message_id = fixed_bytes<struct message_id_tag, 16>; ///< random, one a follow-up

inline bytes_view as_bytes(std::string_view text) noexcept {
    return {reinterpret_cast<const byte*>(text.data()), text.size()};
}
inline std::string_view as_text(bytes_view b) noexcept {
    return {reinterpret_cast<const char*>(b.data()), b.size()};
}

/// Big-endian, as every integer of the protocol.
template <class Unsigned> std::array<byte, sizeof(Unsigned)> big_endian(Unsigned n) noexcept {
    std::array<byte, sizeof(Unsigned)> out{};
    for (std::size_t i = sizeof(Unsigned); i-- > 0; n = static_cast<Unsigned>(n >> 8U))
        out[i] = static_cast<byte>(n & 0xFFU);
    return out;
}
template <class Unsigned> Unsigned from_big_endian(bytes_view b) noexcept {
    Unsigned n = 0;
    for (std::size_t i = 0; i < sizeof(Unsigned); ++i) n = static_cast<Unsigned>((n << 8U) | b[i]);
    return n;
}

void append(bytes& out, bytes_view tail);

/// Lower-case hexadecimal; decoding takes either case, nothing else. Errors: bad_encoding.
std::string to_hex(bytes_view b);
result<bytes> from_hex(std::string_view text);
/// RFC 4648 base64 with padding, canonical only. Errors: bad_encoding.
std::string to_base64(bytes_view b);
result<bytes> from_base64(std::string_view text);
/// Lower-case RFC 4648 base32 without padding; decoding takes either case and skips '-' and blanks. Errors:
/// bad_encoding.
std::string to_base32(bytes_view b);
result<bytes> from_base32(std::string_view text);

/// N bytes from base64 as the fixed type. Errors: bad_encoding, bad_length.
template <class Fixed> result<Fixed> fixed_from_base64(std::string_view text) {
    auto raw = from_base64(text);
    if (!raw) return raw.error();
    return Fixed::from(*raw);
}

/// N bytes from the system's random generator.
template <class Fixed> Fixed random_fixed();
void fill_random(std::span<byte> out) noexcept;
template <class Fixed> Fixed random_fixed() {
    Fixed out;
    fill_random(out.value);
    return out;
}

} // namespace changgu::crypto
