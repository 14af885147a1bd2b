// Internal: says of most ids that they were never released, without asking the database: a Bloom filter whose
// bits for one id lie in one line of the cache.
//
// Source: Putze, Sanders, Singler, "Cache-, Hash- and Space-Efficient Bloom Filters", 2007.
#pragma once

#include "storage/types.hpp"

#include <array>
#include <atomic>
#include <vector>

namespace changgu::storage {

/// Under a random key: ids can be ground by whoever sends envelopes.
struct keyed_hash {
    keyed_hash();
    std::uint64_t operator()(const envelope_id& id) const noexcept;
    std::array<crypto::byte, 16> key{};
};

/// From any thread; an add is seen by whoever comes after it by way of a mutex.
class id_filter {
  public:
    /// 2 bytes an id, 0.3 % wrong alarms up to `expected` ids and slowly more beyond.
    explicit id_filter(std::uint64_t expected);
    void add(const envelope_id& id) noexcept;
    /// False: certainly never added.
    [[nodiscard]] bool may_contain(const envelope_id& id) const noexcept;

  private:
    static constexpr std::size_t words = 8; ///< a line of the cache
    struct alignas(64) line {
        std::array<std::atomic<std::uint64_t>, words> bits{};
    };
    struct marks {
        std::size_t line = 0;
        std::array<std::uint64_t, words> bits{};
    };
    [[nodiscard]] marks marks_of(const envelope_id& id) const noexcept;

    keyed_hash hash_;
    std::vector<line> lines_;
};

} // namespace changgu::storage
