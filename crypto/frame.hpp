// What is inside every envelope and case event: a kind, a signature and JSON, deflated and padded to one
// size.
//
//   offset  bytes  before deflation
//        0      1  kind
//        1     32  signer's Ed25519 key
//       33     64  signature over  length(tag) ‖ tag ‖ org ‖ header hash ‖ context ‖ JSON
//       97      …  JSON
//
// The whole is raw-deflated and padded with 0x80 0x00… to the block's size, so the deflated part is at most
// one byte shorter than the block.
#pragma once

#include "crypto/secret.hpp"

namespace changgu::crypto {

enum class message_kind : byte { report = 1, follow_up = 2, reply = 3, event = 4, handover = 5 };

/// The tag that a kind is signed under; empty for a kind this version does not know.
std::string_view signing_tag(message_kind kind) noexcept;

/// 32 bytes that say where a message belongs: for a report, follow-up or hand-over SHA-256 of the epoch
/// statement's signed text, for a reply or a case event its address.
using context_id = fixed_bytes<struct context_tag, 32>;
inline context_id context_of(const hash256& epoch_statement) noexcept {
    return {epoch_statement.value};
}
inline context_id context_of(const address& at) noexcept {
    return {at.value};
}

inline constexpr std::size_t frame_prefix_size = 1 + 32 + 64;
inline constexpr std::size_t max_inflated_size = 65'536;

/// Where a frame stands: everything its signature covers besides the JSON.
struct frame_place {
    const org_id& org;
    hash256 header_hash; ///< BLAKE2b-256 of the bytes before the ciphertext
    context_id context;
};

struct frame {
    message_kind kind{};
    sign_public_key signer;
    signature signed_by_signer;
    secret_buffer json;
};

/// The padded block, ready to encrypt. Errors: too_large.
result<secret_buffer> pack_frame(message_kind kind, const sign_key_pair& signer, std::string_view json,
                                 const frame_place& place, std::size_t block_size);
/// Unpads, inflates and verifies the signature. Of an unknown kind the signature cannot be checked: it is
/// returned for the reader to be told of, and nothing in it may be believed. Errors: bad_padding,
/// bad_deflate, inflates_too_far, frame_too_short, bad_signature.
result<frame> unpack_frame(bytes_view block, const frame_place& place);

/// Verifies a frame's signature anew, away from its envelope (a snapshot in a case). Errors: bad_signature,
/// wrong_kind.
result<void> verify_frame(const frame& f, const frame_place& place);

} // namespace changgu::crypto
