// A case: a numbered row of events, each written once at an address that only the case key gives.
//
//   token[j] = kdf(case key, j, "casetok_")    address[j] = BLAKE2b-256("changgu/case-address/v1" ‖ token[j])
//   key[j]   = kdf(case key, j, "casekey_")
//
//   offset  bytes  what
//        0      1  suite = 1
//        1      7  zero
//        8     24  nonce, random
//       32   8160  XChaCha20-Poly1305(key[j], nonce, AD = org ‖ address[j] ‖ bytes 0..32) of a frame padded
//       to 8144, tag last
//
// Whoever finds address j taken reads it and goes on to j + 1; that alone orders the events.
#pragma once

#include "crypto/frame.hpp"
#include "crypto/json.hpp"

namespace changgu::crypto {

namespace case_event {
inline constexpr std::size_t nonce_size = 24;
inline constexpr std::size_t header_size = 8 + nonce_size;
inline constexpr std::size_t block_size = 8144;
inline constexpr std::size_t size = header_size + block_size + 16;
static_assert(header_size == 32 && size == 8192);
} // namespace case_event

token case_token(const case_key& key, std::uint64_t j) noexcept;
address case_address(const token& t) noexcept;

/// Signed by a reviewer's identity, sealed for everyone who has the case key. Errors: too_large.
result<bytes> seal_event(const org_id& org, const case_key& key, std::uint64_t j,
                         const sign_key_pair& reviewer, const json::object& event);
/// Errors: bad_length, unknown_suite, nonzero_reserved, bad_tag, those of unpack_frame, wrong_kind.
result<frame> open_event(const org_id& org, const case_key& key, std::uint64_t j, bytes_view sealed);

/// A report or follow-up kept in its case, so that the case outlives its epoch: the message with all its
/// signature covers.
json::object snapshot_of(const frame& message, const hash256& header_hash, const context_id& context);
/// The message again, its signature verified. Errors: bad_field, bad_signature, wrong_kind.
result<frame> message_of_snapshot(const org_id& org, const json::object& snapshot);

} // namespace changgu::crypto
