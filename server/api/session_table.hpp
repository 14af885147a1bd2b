// Sessions of reviewers and admins, and the challenges that lead to them. In memory only: a restart signs
// everybody out.
//
// A challenge is kept nowhere. It carries its own end and a MAC under a key of this process, so that asking
// for challenges costs no memory, and nobody who floods the server with them takes a place from a reviewer.
// Only a challenge that was answered well is remembered, until it ends, and with that it is good once.
#pragma once

#include "crypto/locker.hpp"
#include "crypto/secret.hpp"
#include "storage/types.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>

namespace changgu::api {

enum class scope : std::uint8_t { reviewer, keyring, admin };
std::string_view to_string(scope s) noexcept;
std::optional<scope> scope_from(std::string_view text) noexcept;

/// What the access log has once a session, however often it is done.
enum class deed : std::uint8_t { keyring_fetched, keyring_put };

/// Who a session speaks for.
struct session {
    scope what = scope::reviewer;
    std::uint32_t number = 0;     ///< 0 for an admin
    crypto::sign_public_key root; ///< an admin's
};

/// Times are seconds. Any thread may call.
class session_table {
  public:
    static constexpr std::uint64_t challenge_life = 60;
    static constexpr std::uint64_t session_life = 15 * 60;
    static constexpr std::size_t per_number = 8; ///< one more ends the oldest; all admins count as one number

    explicit session_table(std::size_t capacity) : capacity_(capacity) {}

    [[nodiscard]] crypto::hash256 challenge(scope what, std::uint32_t number, std::uint64_t now) const;
    /// Whether it was made here for exactly this, and has not ended.
    [[nodiscard]] bool valid(const crypto::hash256& nonce, scope what, std::uint32_t number,
                             std::uint64_t now) const;
    /// After the answer to a valid challenge was verified. False when it was spent before.
    bool spend(const crypto::hash256& nonce, std::uint64_t now);

    /// Opens a session; its bearer in base64, or nothing when the table is full.
    std::optional<crypto::secret_buffer> open(const session& s, std::uint64_t now);
    [[nodiscard]] std::optional<session> find(crypto::bytes_view bearer, std::uint64_t now) const;
    /// Another session_life from now on.
    void renew(crypto::bytes_view bearer, std::uint64_t now);
    void close(crypto::bytes_view bearer);

    /// The pepper that the next PUT of a keyring in this session is wrapped under: the same until it is used,
    /// so that a PUT which is overtaken by another GET is not stored beside a pepper that does not open it.
    storage::pepper next_pepper(crypto::bytes_view bearer);
    [[nodiscard]] std::optional<storage::pepper> pepper_of(crypto::bytes_view bearer) const;
    void use_up_pepper(crypto::bytes_view bearer);

    /// Whether the access log has it of this session.
    [[nodiscard]] bool is_noted(crypto::bytes_view bearer, deed what) const;
    void set_noted(crypto::bytes_view bearer, deed what);

  private:
    using bearer_hash = crypto::hash256;
    struct entry {
        session who;
        std::uint64_t expires = 0;
        std::optional<storage::pepper> next_pepper;
        std::array<bool, 2> noted{}; ///< by deed
    };
    [[nodiscard]] bearer_hash hash_of(crypto::bytes_view bearer) const;
    void make_room(const session& s, std::uint64_t now);

    const std::size_t capacity_;
    const crypto::symmetric_key challenge_key_ = crypto::symmetric_key::random();
    const crypto::symmetric_key bearer_key_ = crypto::symmetric_key::random();
    mutable std::mutex mutex_;
    std::map<bearer_hash, entry> sessions_;
    std::map<crypto::hash256, std::uint64_t> spent_; ///< challenge → its end
};

} // namespace changgu::api
