// The receipt: ten bytes that a reporter keeps, and everything that follows from them. Nothing else is kept
// anywhere.
//
//   ten bytes   bit 0 (the lowest) of the first byte = "somebody was excluded"; the other 79 bits are random
//   + checksum  first byte of BLAKE2b-256("changgu/receipt-check/v1" ‖ the ten)
//   = 88 bits, big-endian: eight words, or 27 decimal digits
//
//   master = Argon2id13(ten bytes, first 16 bytes of BLAKE2b-256("changgu/receipt/v1" ‖ org), t = 3, m = 64
//   MiB) author = sign_seed_keypair(kdf(master, 2))   reply = box_seed_keypair(kdf(master, 3))   chain =
//   kdf(master, 4) T[i]   = kdf(chain, i, "token___")           A[i]  = BLAKE2b-256("changgu/address/v1" ‖
//   T[i])
#pragma once

#include "crypto/wordlist.hpp"

namespace changgu::crypto {

inline constexpr std::size_t receipt_size = 10;
inline constexpr std::size_t receipt_word_count = 8;
inline constexpr std::size_t receipt_digit_count = 27;
inline constexpr std::size_t advertised_addresses = 8; ///< in each report and follow-up
inline constexpr std::size_t address_gap = 64;         ///< absent addresses in a row that end a search

using receipt = secret_bytes<struct receipt_tag, receipt_size>;

receipt new_receipt(bool somebody_excluded);
bool somebody_excluded(const receipt& r) noexcept;

secret_buffer receipt_words(const receipt& r, language in); ///< eight words with blanks between
secret_buffer receipt_digits(const receipt& r); ///< 27 digits, in groups of three with blanks between
/// Words of either list, or digits; blanks, '-' and ',' separate.
/// Errors: bad_length, word_not_in_list (see `unknown`), bad_encoding (digits beyond 88 bits), bad_checksum.
result<receipt> parse_receipt(std::string_view text, unknown_word* unknown = nullptr);

/// A reporter's keys. Costs 64 MiB and some tenths of a second.
class reporter_keys {
  public:
    /// Throws std::bad_alloc when there is not enough memory for Argon2id.
    static reporter_keys derive_from(const receipt& r, const org_id& org);

    [[nodiscard]] const sign_key_pair& author() const noexcept { return author_; }
    [[nodiscard]] const box_key_pair& reply() const noexcept { return reply_; }
    [[nodiscard]] token token_at(std::uint64_t i) const noexcept;
    [[nodiscard]] address address_at(std::uint64_t i) const noexcept;

  private:
    sign_key_pair author_;
    box_key_pair reply_;
    seed chain_;
};

address reply_address(const token& t) noexcept;
/// BLAKE2b-128("changgu/thread/v1" ‖ author key): what a reviewer knows a thread by. Never sent.
thread_id thread_of(const sign_public_key& author) noexcept;

} // namespace changgu::crypto
