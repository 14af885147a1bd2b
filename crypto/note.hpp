// C2SP signed-note: a text, a blank line, signature lines. The only form in which a root key signs anything.
//
//   <text, ends with a newline>
//   <blank line>
//   — <name> <base64 of key id (4) ‖ Ed25519 signature (64) over the text>
//
// key id = first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key).
#pragma once

#include "crypto/secret.hpp"

namespace changgu::crypto {

inline constexpr std::size_t max_note_size = 80'000;
inline constexpr std::size_t max_note_signatures = 16;
inline constexpr std::size_t max_key_name = 64;

/// A root's public key under the name it signs with.
struct note_key {
    std::string name;
    sign_public_key key;
    bool operator==(const note_key&) const = default;
};

struct note_signer {
    std::string name;
    sign_key_pair key;
    [[nodiscard]] note_key verifier() const { return {name, key.public_key}; }
};

struct note_signature {
    std::string name;
    std::array<byte, 4> key_id{};
    signature value;
};

struct note {
    std::string text; ///< signed: everything up to and including the newline before the blank line
    std::vector<note_signature> signatures;
};

/// 1 to 64 of letters, digits, '.', '-' and '_'.
bool is_key_name(std::string_view name) noexcept;
/// Errors: bad_note.
result<note> parse_note(std::string_view whole);
/// `text` must end with a newline.
std::string sign_note(std::string_view text, std::span<const note_signer> signers);

/// Lines of unknown keys count for nothing; a line with a key's name and id whose signature is wrong spoils
/// the note.
enum class note_check : byte { absent, valid, wrong };
note_check check_signature(const note& n, const note_key& key);

} // namespace changgu::crypto
