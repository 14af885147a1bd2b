// A keyring kept on the server: what its passphrase gives, besides what the server adds.
//
//   x      = Argon2id13(passphrase, first 16 bytes of BLAKE2b-256("changgu/keyring/v1" ‖ org ‖ number), t =
//   3, m = 256 MiB) locker = sign_seed_keypair(kdf(x, 1, "keyring_"))           signs in to a session that
//   can only fetch and put the keyring key    = BLAKE2b-256 keyed with kdf(x, 2, "keyring_") over
//   "changgu/wrap/v1" ‖ pepper
//
// The pepper is the server's, 32 bytes, new at each PUT and never backed up: a stolen backup alone cannot be
// guessed at.
#pragma once

#include "crypto/secret.hpp"

namespace changgu::crypto {

using pepper = secret_bytes<struct pepper_tag, 32>;

class locker {
  public:
    /// Throws std::bad_alloc when Argon2id cannot have its 256 MiB.
    static locker open(bytes_view passphrase, const org_id& org, std::uint32_t number);

    [[nodiscard]] const sign_key_pair& key() const noexcept { return key_; }
    [[nodiscard]] symmetric_key wrapping_key(const pepper& p) const noexcept;

  private:
    sign_key_pair key_;
    symmetric_key wrapping_;
};

} // namespace changgu::crypto
