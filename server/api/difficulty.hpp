// How much work a submission costs: nothing while the channel is calm. Pure: what is measured goes in with
// its time, bits come out. docs/decisions/0015-abuse-without-identity.md says why so.
//
// Every bit doubles the work, so the answer to a rate that is twice the free one is one bit, to four times
// two: those who are many are slowed down to what is free again, and everybody else pays a moment.
#pragma once

#include <cstdint>

namespace changgu::api {

/// How much came lately: what is added loses half of its weight in each half-life.
class meter {
  public:
    static constexpr double half_life = 15; ///< seconds

    /// More than this asks for nothing more, and would only last longer.
    static constexpr double most = 64;

    void add(double weight, std::uint64_t now) noexcept;
    [[nodiscard]] double level(std::uint64_t now) const noexcept;

    /// What one event has to weigh so that `per_minute` of them, evenly, make a level of 1.
    static double weight_at(double per_minute) noexcept;

  private:
    double level_ = 0;
    std::uint64_t at_ = 0;
};

struct load {
    double rate = 0;    ///< submissions lately, as a multiple of the free rate
    double source = 0;  ///< those of the one who asks, as a multiple of a source's share of it; 0 without one
    double queue = 0;   ///< of the places for proofs that wait to be verified, how many are taken: 0 to 1
    double reserve = 0; ///< of the disk's reserve, how much is used: 0 to 1
};

/// For everybody: at most two bits less than `most`.
unsigned common_bits(const load& l, unsigned most) noexcept;
/// What one source is asked for: more than others if much comes from it, as long as anything is asked at
/// all. A source may be a whole office, hence work and no refusal, and never more than `most`.
unsigned bits_for(const load& l, unsigned most) noexcept;

} // namespace changgu::api
