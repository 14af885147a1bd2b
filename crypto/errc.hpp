// Why an operation of changgu::crypto failed. One enumerator a failure class: the vectors in tests/vectors/
// name the class, so an enumerator is part of the protocol and its name() never changes.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <string_view>

namespace changgu::crypto {

enum class errc {
    // any input
    bad_length = 1,
    bad_encoding, // hex, base64 or base32 that is not canonical
    bad_json,     // not UTF-8 JSON, a duplicate key, nesting beyond 16, a number that is not a safe integer
    bad_field,    // JSON of the wrong shape: a member is missing, of the wrong type or out of its bounds
    // envelopes, case events
    unknown_suite,
    nonzero_reserved,
    wrong_epoch,
    slot_not_mine, // the slot does not open: chaff, a decoy or another's
    bad_share_index,
    bad_commitment,
    bad_tag, // authenticated decryption failed
    bad_padding,
    bad_deflate, // not raw deflate, or bytes after its end
    inflates_too_far,
    frame_too_short,
    bad_signature,
    wrong_signer, // a valid signature by a key that is not the one this place allows
    wrong_kind,
    too_large, // the plaintext does not fit
    bad_key,   // a public key of small order or not on the curve
    // receipts
    word_not_in_list,
    bad_checksum,
    // files
    bad_file_class,
    bad_chunk,
    truncated_file,
    bad_file_hash,
    // keyrings
    not_a_keyring,
    unknown_version,
    bad_parameters, // Argon2id parameters beyond the bounds
    wrong_passphrase,
    key_forgotten, // the ratchet has moved past this epoch
    // key log
    bad_note, // not a signed note of this protocol
    bad_statement,
    broken_chain,
    wrong_org,
    not_enough_signatures,
    bad_transition, // signed, but the log's rules forbid it here
    revoked_reviewer,
    unknown_reviewer,
    unknown_epoch,
    epoch_not_valid, // outside its validity, or superseded and past its overlap
    retired_epoch,
    origin_not_listed,
    log_forked, // another chain than the one seen before
    // enrolment
    bad_mac,
};

const boost::system::error_category& error_category() noexcept;
boost::system::error_code make_error_code(errc e) noexcept;
/// The failure class as vectors write it: the enumerator's own name.
std::string_view name(errc e) noexcept;

template <class T> using result = boost::system::result<T>;

} // namespace changgu::crypto

template <> struct boost::system::is_error_code_enum<changgu::crypto::errc> : std::true_type {};
