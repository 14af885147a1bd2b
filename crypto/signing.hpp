// Tagged Ed25519 signatures by identities and authors. What is signed is
//   length(tag), one byte ‖ tag ‖ org ‖ payload
// so no signature means anything under another tag or in another organisation. Root keys never sign here:
// note.hpp.
#pragma once

#include "crypto/secret.hpp"

#include <initializer_list>

namespace changgu::crypto {

signature sign(const sign_secret_key& key, std::string_view tag, const org_id& org,
               std::initializer_list<bytes_view> payload);
/// Errors: bad_signature.
result<void> verify(const sign_public_key& key, const signature& sig, std::string_view tag, const org_id& org,
                    std::initializer_list<bytes_view> payload);

/// Ed25519 over exactly these bytes; for notes only.
signature sign_raw(const sign_secret_key& key, bytes_view message);
bool verify_raw(const sign_public_key& key, const signature& sig, bytes_view message) noexcept;

// --- what identities sign outside envelopes -------------------------------------------------------------

/// An intake key for one epoch: payload is number ‖ epoch ‖ key.
signature sign_prekey(const sign_key_pair& identity, const org_id& org, std::uint32_t number,
                      std::uint32_t epoch, const box_public_key& key);
result<void> verify_prekey(const sign_public_key& identity, const signature& sig, const org_id& org,
                           std::uint32_t number, std::uint32_t epoch, const box_public_key& key);

/// What a sign-in answers: the server's 32-byte nonce, used once, for one origin and one scope.
struct sign_in_challenge {
    std::string_view origin;
    hash256 nonce;
    std::uint32_t number = 0;
    std::string_view scope; ///< "reviewer" or "keyring"
};
/// Payload: length(origin), 2 bytes ‖ origin ‖ nonce ‖ number ‖ length(scope), 1 byte ‖ scope.
signature sign_sign_in(const sign_secret_key& key, const org_id& org, const sign_in_challenge& challenge);
result<void> verify_sign_in(const sign_public_key& key, const signature& sig, const org_id& org,
                            const sign_in_challenge& challenge);

/// "I have taken what I need from this retired epoch": payload is number ‖ epoch.
signature sign_drained(const sign_secret_key& key, const org_id& org, std::uint32_t number,
                       std::uint32_t epoch);
result<void> verify_drained(const sign_public_key& key, const signature& sig, const org_id& org,
                            std::uint32_t number, std::uint32_t epoch);

} // namespace changgu::crypto
