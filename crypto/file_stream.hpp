// An attachment: padded to one of five sizes, encrypted with secretstream, cut into chunks of one size, each
// stored at the hash of a token that only holders of the file key can make.
//
//   token[j]  = kdf(file key, j, "blobtok_")     id[j] = BLAKE2b-256("changgu/blob/v1" ‖ token[j])
//   stream key = kdf(file key, 0, "blobkey_")    associated data of chunk j = org ‖ id[j]
//   padded     = content ‖ 0x80 ‖ 0x00…          to class × 65,519 bytes; class is 1, 4, 16, 64 or 256 chunks
//   chunk      = 65,519 padded bytes + 17        = 65,536 on the wire; TAG_FINAL in the last and in no other
#pragma once

#include "crypto/json.hpp"
#include "crypto/secret.hpp"

#include <memory>

namespace changgu::crypto {

inline constexpr std::size_t chunk_size = 65'536;
inline constexpr std::size_t chunk_overhead = 17;
inline constexpr std::size_t chunk_plain_size = chunk_size - chunk_overhead;
inline constexpr std::array<std::uint32_t, 5> file_classes{1, 4, 16, 64, 256}; ///< in chunks
inline constexpr std::size_t max_file_size = file_classes.back() * chunk_plain_size - 1;
inline constexpr std::size_t max_file_name = 255;

using stream_header = fixed_bytes<struct stream_header_tag, 24>;

/// What a report says of a file: enough to fetch, open, check and purge it.
struct attachment {
    file_key key;
    std::uint32_t chunks = 0; ///< the class
    stream_header header;
    hash256 hash; ///< BLAKE2b-256 of the content
    std::uint64_t size = 0;
    std::string name;
    std::string type; ///< media type, as the sender says; never trusted

    [[nodiscard]] attachment clone() const;
};

json::object to_json(const attachment& a);
/// Errors: bad_field, bad_file_class.
result<attachment> attachment_from_json(const json::object& object);

/// The smallest class that holds `size` bytes and a padding byte. Errors: too_large.
result<std::uint32_t> file_class_for(std::uint64_t size);
token blob_token(const file_key& key, std::uint32_t chunk) noexcept;
address blob_id(const token& t) noexcept;

namespace detail {
struct stream_state;
}

/// Encrypts a file front to back, one chunk at a time. push() takes chunk_plain_size bytes of *padded*
/// content.
class file_encryptor {
  public:
    file_encryptor(const org_id& org, const file_key& key, std::uint32_t chunks);
    ~file_encryptor();
    file_encryptor(const file_encryptor&) = delete;
    file_encryptor& operator=(const file_encryptor&) = delete;

    [[nodiscard]] const stream_header& header() const noexcept;
    /// The next chunk on the wire. Throws std::logic_error beyond the last chunk or with another size.
    bytes push(bytes_view padded);

  private:
    std::unique_ptr<detail::stream_state> state_;
};

/// Decrypts front to back. Errors of pull: bad_chunk (altered, out of order, TAG_FINAL where it must not be).
class file_decryptor {
  public:
    file_decryptor(const org_id& org, const attachment& of);
    ~file_decryptor();
    file_decryptor(const file_decryptor&) = delete;
    file_decryptor& operator=(const file_decryptor&) = delete;

    result<secret_buffer> pull(bytes_view chunk);
    [[nodiscard]] bool finished() const noexcept;

  private:
    std::unique_ptr<detail::stream_state> state_;
};

/// Whole files in memory (at most 16 MiB): what the command line uses.
struct encrypted_file {
    attachment about;
    std::vector<bytes> chunks; ///< chunks[j] belongs at blob_id(blob_token(about.key, j))
};
/// Errors: too_large.
result<encrypted_file> encrypt_file(const org_id& org, bytes_view content, std::string name,
                                    std::string type);
/// Errors: truncated_file (a chunk is missing), bad_chunk, bad_padding, bad_file_hash.
result<secret_buffer> decrypt_file(const org_id& org, const attachment& about, std::span<const bytes> chunks);

} // namespace changgu::crypto
