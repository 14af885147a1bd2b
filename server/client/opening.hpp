// Envelopes opened together, on every core: one costs a scalar multiplication though it is not ours, and a
// signature more if it is.
#pragma once

#include "crypto/envelope.hpp"
#include "crypto/key_log.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace changgu::client {

/// One that may be ours, with what it takes to find out. The pointers are the caller's.
struct sealed_envelope {
    std::uint32_t batch = 0;
    const crypto::epoch* epoch = nullptr;
    std::size_t slot = 0;
    const crypto::box_key_pair* mine = nullptr;
    crypto::bytes body;
};

/// As many are gathered before they are opened: 4 MiB, and some 20 ms of work.
inline constexpr std::size_t opened_together = 512;

/// What crypto::open_envelope says of each, in their order. Throws std::bad_alloc.
std::vector<crypto::result<crypto::opened_envelope>> open_all(const crypto::org_id& org,
                                                              std::span<const sealed_envelope> sealed);

} // namespace changgu::client
