// A reviewer's intake keys, one an epoch, from a ratchet that only turns forward:
//   seed[i+1] = kdf(seed[i], 1, "ratchet_")      intake[i] = box_seed_keypair(kdf(seed[i], 2, "ratchet_"))
// i is the absolute number of the epoch. The public keys of epochs to come are published ahead, so an admin
// rotates with nobody online; forgetting epoch n is keeping seed[n+1] alone, which nothing turns back.
#pragma once

#include "crypto/secret.hpp"

namespace changgu::crypto {

inline constexpr std::size_t prekeys_ahead = 26;

struct prekey {
    std::uint32_t epoch = 0;
    box_public_key key;
    signature signed_by_identity;
};

class ratchet {
  public:
    ratchet() = default;
    ratchet(std::uint32_t index, seed at) : index_(index), seed_(std::move(at)) {}
    static ratchet starting_at(std::uint32_t epoch) { return {epoch, seed::random()}; }

    /// The first epoch whose secret this ratchet still gives.
    [[nodiscard]] std::uint32_t index() const noexcept { return index_; }
    [[nodiscard]] const seed& current_seed() const noexcept { return seed_; }

    /// Errors: key_forgotten for an epoch before index(); bad_parameters more than 100,000 epochs ahead.
    [[nodiscard]] result<box_key_pair> intake(std::uint32_t epoch) const;
    /// Turns to `epoch`: the secrets of all earlier epochs are gone. Never turns back. Errors:
    /// bad_parameters.
    result<void> advance_to(std::uint32_t epoch);
    /// The signed public keys of `count` epochs from `first` on. Errors: those of intake.
    [[nodiscard]] result<std::vector<prekey>> publish(const sign_key_pair& identity, const org_id& org,
                                                      std::uint32_t number, std::uint32_t first,
                                                      std::size_t count = prekeys_ahead) const;

  private:
    std::uint32_t index_ = 0;
    seed seed_;
};

} // namespace changgu::crypto
