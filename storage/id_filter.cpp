#include "storage/id_filter.hpp"

#include <sodium.h>

#include <algorithm>
#include <bit>

namespace changgu::storage {
namespace {

constexpr std::uint64_t bits_an_id = 16;
constexpr unsigned marks_an_id = 5;
constexpr unsigned place_bits = 9; // of a mark among the 512 bits of a line
constexpr unsigned line_bits = 64 - marks_an_id * place_bits;
constexpr std::uint64_t most_lines = std::uint64_t{1} << line_bits;

} // namespace

keyed_hash::keyed_hash() {
    crypto::fill_random(key);
}

std::uint64_t keyed_hash::operator()(const envelope_id& id) const noexcept {
    std::uint64_t out = 0;
    static_assert(sizeof out == crypto_shorthash_BYTES && sizeof key == crypto_shorthash_KEYBYTES);
    crypto_shorthash(reinterpret_cast<crypto::byte*>(&out), id.data(), id.size(), key.data());
    return out;
}

id_filter::id_filter(std::uint64_t expected)
    : lines_(std::bit_ceil(std::clamp(expected * bits_an_id / (std::uint64_t{1} << place_bits),
                                      std::uint64_t{1}, most_lines))) {}

id_filter::marks id_filter::marks_of(const envelope_id& id) const noexcept {
    auto hash = hash_(id);
    marks m;
    for (unsigned i = 0; i < marks_an_id; ++i, hash >>= place_bits) {
        const auto place = hash % (std::uint64_t{1} << place_bits);
        m.bits[place / 64] |= std::uint64_t{1} << place % 64;
    }
    m.line = hash & (lines_.size() - 1);
    return m;
}

void id_filter::add(const envelope_id& id) noexcept {
    const auto m = marks_of(id);
    for (std::size_t i = 0; i < words; ++i)
        if (m.bits[i] != 0) lines_[m.line].bits[i].fetch_or(m.bits[i], std::memory_order_relaxed);
}

bool id_filter::may_contain(const envelope_id& id) const noexcept {
    const auto m = marks_of(id);
    for (std::size_t i = 0; i < words; ++i)
        if ((lines_[m.line].bits[i].load(std::memory_order_relaxed) & m.bits[i]) != m.bits[i]) return false;
    return true;
}

} // namespace changgu::storage
