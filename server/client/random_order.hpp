// Any order with the same probability: what is sent in it tells nothing by it.
#pragma once

#include "crypto/bytes.hpp"

#include <utility>

namespace changgu::client {

/// 0 to `bound` - 1, each with the same probability.
inline std::uint64_t random_below(std::uint64_t bound) noexcept {
    const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
    for (;;) {
        std::array<crypto::byte, 8> raw{};
        crypto::fill_random(raw);
        const auto n = crypto::from_big_endian<std::uint64_t>(raw);
        if (n < limit) return n % bound;
    }
}

template <class Items> void put_in_random_order(Items& items) noexcept {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random_below(i)]);
}

} // namespace changgu::client
