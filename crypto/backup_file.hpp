// The backup file: a stream that only the organisation's recovery key opens. Whoever makes one needs public
// keys and no secret.
//
//   offset  bytes  what
//        0      8  "CHANGGUB"
//        8      1  version = 1
//        9      1  n: number of recipients, 1 to 8
//       10      6  zero
//       16     32  org
//       48  n×112  recovery key (Ed25519) 32 ‖ crypto_box_seal(file key 32), 80, to that key as X25519
//      end     32  commitment = HK(file key, "changgu/backup/v1", all before)
//      +32     24  secretstream's header
//      +56      …  chunks of at most 65,519 bytes + 17, the last with TAG_FINAL; AD = commitment
//
// Nobody signs it: whoever knows the recovery key's public half can make one. What is inside is believed as
// far as the key log in it chains from `org`, as from any server.
#pragma once

#include "crypto/secret.hpp"

#include <memory>
#include <vector>

namespace changgu::crypto {

inline constexpr std::string_view backup_magic = "CHANGGUB";
inline constexpr std::size_t backup_prefix_size = 48;
inline constexpr std::size_t backup_recipient_size = 112;
inline constexpr std::size_t backup_suffix_size = 56; ///< commitment and stream header
inline constexpr std::size_t max_backup_recipients = 8;
inline constexpr std::size_t backup_chunk_size =
    65'536; ///< of every chunk but the last, which may be shorter
inline constexpr std::size_t backup_chunk_overhead = 17;
inline constexpr std::size_t backup_chunk_content = backup_chunk_size - backup_chunk_overhead;

/// Whom a backup is for.
struct backup_recipients {
    org_id org;
    std::vector<sign_public_key> recovery; ///< 1 to 8
};

namespace detail {
struct backup_stream;
}

/// Encrypts front to back, holding one chunk.
class backup_encryptor {
  public:
    /// Errors: bad_parameters (none or too many recipients), bad_key.
    static result<backup_encryptor> start(const backup_recipients& to);
    backup_encryptor(const backup_encryptor&) = delete;
    backup_encryptor& operator=(const backup_encryptor&) = delete;
    backup_encryptor(backup_encryptor&&) noexcept;
    backup_encryptor& operator=(backup_encryptor&&) noexcept;
    ~backup_encryptor();

    /// Everything before the first chunk.
    [[nodiscard]] const bytes& header() const noexcept;
    /// Every call but the last has backup_chunk_content bytes, the last at most that. Throws
    /// std::logic_error when it is used otherwise.
    bytes push(bytes_view content, bool last);

  private:
    explicit backup_encryptor(std::unique_ptr<detail::backup_stream> stream);
    std::unique_ptr<detail::backup_stream> stream_;
};

/// Whether it begins as a backup of any version does.
bool is_backup(bytes_view start) noexcept;
/// The size of the whole header, from its first backup_prefix_size bytes. Errors: unknown_version (no backup
/// at all, too), bad_length, bad_parameters, nonzero_reserved.
result<std::size_t> backup_header_size(bytes_view prefix);
/// As the header claims it, unauthenticated. Errors: those of backup_header_size, and bad_length.
result<backup_recipients> read_backup_recipients(bytes_view header);

/// Decrypts front to back.
class backup_decryptor {
  public:
    /// Errors: those of read_backup_recipients; wrong_org, slot_not_mine (none of the keys is named), bad_tag
    /// (the box does not open), bad_commitment, bad_key.
    static result<backup_decryptor> open(const org_id& org, bytes_view header,
                                         std::span<const sign_key_pair> recovery);
    backup_decryptor(const backup_decryptor&) = delete;
    backup_decryptor& operator=(const backup_decryptor&) = delete;
    backup_decryptor(backup_decryptor&&) noexcept;
    backup_decryptor& operator=(backup_decryptor&&) noexcept;
    ~backup_decryptor();

    /// The content of the next chunk. Errors: bad_chunk (altered, out of order, of a wrong size, after the
    /// last, without the tag it should have).
    result<secret_buffer> pull(bytes_view chunk);
    /// Whether the last chunk was read; a file that ends before is truncated.
    [[nodiscard]] bool finished() const noexcept;

  private:
    explicit backup_decryptor(std::unique_ptr<detail::backup_stream> stream);
    std::unique_ptr<detail::backup_stream> stream_;
};

} // namespace changgu::crypto
