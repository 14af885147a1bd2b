// The envelope of suite 1: exactly 8192 bytes, whoever sends it and whatever it says.
//
//   offset  bytes  what
//        0      1  suite = 1
//        1      4  epoch, big-endian; 0 in a reply
//        5      3  zero
//        8  16×81  slots: crypto_box_seal(share index ‖ content key)
//     1304     32  commitment: BLAKE2b-256 keyed with the content key over bytes 0..1304
//     1336   6856  XChaCha20-Poly1305(content key, nonce zero, AD = org ‖ context ‖ bytes 0..1336), tag last
//
// Slot k belongs to recipient k of the epoch statement; in a reply slot 0 belongs to the reporter. Every
// other slot, an excluded recipient's too, is a decoy sealed to a key pair that is dropped: random bytes
// would be recognisable, since half of them are no curve point. A content key encrypts one body, hence the
// zero nonce.
#pragma once

#include "crypto/frame.hpp"

#include <optional>

namespace changgu::crypto {

namespace suite1 {
inline constexpr byte id = 1;
inline constexpr std::size_t slot_count = 16;
inline constexpr std::size_t share_size = 1 + 32;
inline constexpr std::size_t slot_size = share_size + 48;
inline constexpr std::size_t slots_offset = 8;
inline constexpr std::size_t commitment_offset = slots_offset + slot_count * slot_size;
inline constexpr std::size_t header_size = commitment_offset + 32;
inline constexpr std::size_t block_size = 6840;
inline constexpr std::size_t envelope_size = header_size + block_size + 16;
static_assert(slot_size == 81 && commitment_offset == 1304 && header_size == 1336 && envelope_size == 8192);
} // namespace suite1

/// The bytes an envelope of this suite has; 0 for a suite that this version does not know.
std::size_t envelope_size_of(byte suite) noexcept;

/// A slot's recipient, or nullopt for a decoy.
using slot_recipient = std::optional<box_public_key>;

/// Seals one message. `slots` has at most 16 entries; missing ones are decoys. Epoch 0 is a reply.
/// Errors: too_large (send the text as a file), bad_key (a recipient's key is of small order), bad_length.
result<bytes> seal_envelope(const org_id& org, std::uint32_t epoch, const context_id& context,
                            std::span<const slot_recipient> slots, message_kind kind,
                            const sign_key_pair& signer, std::string_view json);

struct opened_envelope {
    frame message;
    hash256 header_hash;
    content_key key; ///< of this envelope: the case key is its child
};

/// Opens one slot. A slot_not_mine is ordinary (chaff, a decoy); any error after it in the list below is an
/// alarm, because whoever sealed the slot knew its key. Errors: bad_length, unknown_suite, nonzero_reserved,
/// wrong_epoch, slot_not_mine | bad_share_index, bad_commitment, bad_tag, and those of unpack_frame.
result<opened_envelope> open_envelope(const org_id& org, bytes_view envelope, std::uint32_t epoch,
                                      const context_id& context, std::size_t slot, const box_key_pair& mine);
/// Whether an error of open_envelope is an alarm.
bool is_alarm(const boost::system::error_code& error) noexcept;

/// An envelope that nobody can open, alike to all others to whoever lacks a key.
bytes make_chaff(std::uint32_t epoch);

/// What a server may know of an envelope. Errors: bad_length, unknown_suite, nonzero_reserved.
struct envelope_header {
    byte suite = 0;
    std::uint32_t epoch = 0;
};
result<envelope_header> read_header(bytes_view envelope);
envelope_id id_of(bytes_view envelope) noexcept;

/// The key of the case that a thread's first report opens.
case_key case_key_of(const content_key& key) noexcept;

} // namespace changgu::crypto
