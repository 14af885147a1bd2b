// Proof of work: what a server may ask of a submission while it is under load, from somebody whom it does not
// know and must not recognise. docs/protocol.md, section 10; docs/decisions/0015-abuse-without-identity.md.
//
//     nonce    = issued at 8 ‖ bits 1 ‖ random 7 ‖ MAC 16               made and checked by the server alone
//     seed     = BLAKE2b-256("changgu/work/v1" ‖ org ‖ nonce ‖ id)      id: of the envelope or of the chunk
//     solution : Argon2id(seed ‖ solution, salt, 1 pass, 16 MiB) begins with `bits` zero bits
//     ticket   : BLAKE2b-256("changgu/work-ticket/v1" ‖ seed ‖ solution ‖ ticket) begins with 16
//
// The ticket is there for whoever verifies: Argon2id costs a verifier as much as one attempt costs a prover,
// so that a claim without a ticket would be a cheap way to keep a server busy.
#pragma once

#include "crypto/bytes.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace changgu::crypto {

using work_nonce = fixed_bytes<struct work_nonce_tag, 32>;
using work_ticket = fixed_bytes<struct work_ticket_tag, 8>;
using work_solution = fixed_bytes<struct work_solution_tag, 8>;

inline constexpr unsigned work_ticket_bits = 16;
inline constexpr std::size_t work_memory = std::size_t{16} << 20U; ///< bytes, of one attempt
inline constexpr unsigned most_work_bits = 12;     ///< what a client is willing to do: some 4,000 attempts
inline constexpr std::size_t work_bits_offset = 8; ///< of `bits` in a nonce

inline unsigned bits_of(const work_nonce& nonce) noexcept {
    return nonce.value[work_bits_offset];
}

struct work_proof {
    work_nonce nonce;
    work_ticket ticket;
    work_solution solution;

    static constexpr std::size_t size_bytes = 48; ///< nonce ‖ ticket ‖ solution
    auto operator<=>(const work_proof&) const = default;
};
static_assert(work_nonce::size_bytes + work_ticket::size_bytes + work_solution::size_bytes ==
              work_proof::size_bytes);
inline constexpr std::size_t work_text_size = work_proof::size_bytes / 3 * 4; ///< characters of its base64

/// The value of the header Changgu-Work. Errors: bad_encoding, bad_length.
result<work_proof> parse_work(std::string_view text);
std::string to_text(const work_proof& proof);

/// `id` has 32 bytes.
hash256 work_seed(const org_id& org, const work_nonce& nonce, bytes_view id) noexcept;
/// One hash.
bool has_ticket(const hash256& seed, const work_proof& proof) noexcept;
/// One Argon2id: 16 MiB, given back at the end. Throws std::bad_alloc.
bool is_solved(const hash256& seed, const work_proof& proof);
/// What an attempt gives.
hash256 work_hash(const hash256& seed, const work_nonce& nonce, const work_solution& solution);

/// The work itself. Both searches begin anywhere, so that a proof does not tell how fast its maker is.
/// `go_on` is asked before each attempt; nothing when it says no, or at more than most_work_bits. Throws
/// std::bad_alloc.
std::optional<work_proof> do_work(const org_id& org, const work_nonce& nonce, bytes_view id,
                                  const std::function<bool(std::uint64_t attempts)>& go_on);

} // namespace changgu::crypto
