// The keyring file, of roots and of reviewers alike: secrets as JSON, padded to a size class, sealed under a
// passphrase.
//
//   offset  bytes  what
//        0      8  "CHANGGUK"
//        8      1  version = 1
//        9      1  wrapping: 1 = passphrase (file), 2 = locker (kept on the server; the next 24 bytes are
//        zero)
//       10      2  zero
//       12      4  Argon2id13 passes t, big-endian: 1 to 10
//       16      4  Argon2id13 memory in KiB, big-endian: 8,192 to 1,048,576
//       20     16  salt, random
//       36     24  nonce, random
//       60      …  XChaCha20-Poly1305(key, nonce, AD = bytes 0..60) of JSON ‖ 0x80 ‖ 0x00…, tag last
//
// The whole is 4, 16, 64, 256 or 1,024 KiB. Lockers: locker.hpp.
#pragma once

#include "crypto/secret.hpp"

namespace changgu::crypto {

inline constexpr std::array<std::size_t, 5> keyring_sizes{4'096, 16'384, 65'536, 262'144, 1'048'576};

struct argon2_cost {
    std::uint32_t passes = 3;
    std::uint32_t memory_kib = 262'144;
    bool operator==(const argon2_cost&) const = default;
};

/// Errors: too_large (beyond 1 MiB), bad_parameters. Throws std::bad_alloc when Argon2id cannot have its
/// memory.
result<bytes> seal_keyring(bytes_view json, bytes_view passphrase, argon2_cost cost = {});
/// Errors: not_a_keyring, unknown_version, bad_parameters, wrong_passphrase (or altered), bad_padding.
result<secret_buffer> open_keyring(bytes_view file, bytes_view passphrase);

/// The same format under a ready key, for keyrings kept on the server. Errors: as above; wrong_passphrase for
/// a wrong key.
result<bytes> wrap_keyring(bytes_view json, const symmetric_key& key);
result<secret_buffer> unwrap_keyring(bytes_view wrapped, const symmetric_key& key);

/// Six words of the list (66 bits): the passphrase that is offered.
secret_buffer generate_passphrase();

} // namespace changgu::crypto
