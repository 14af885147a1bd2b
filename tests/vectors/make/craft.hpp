// Envelopes and blocks that the library itself would never write.
#pragma once

#include "crypto/deflate.hpp"
#include "tests/vectors/make/office.hpp"

#include <functional>

namespace changgu::vectors {

/// Deflated bytes as a padded block of `size`.
bytes padded_block(bytes_view packed, std::size_t size);
/// The same of plain bytes that are to be deflated first.
bytes block_of(bytes_view plain, std::size_t size);
/// A frame whose signature is made under `tag` for `place`, whatever its kind.
bytes frame_bytes(byte kind, std::string_view tag, const sign_key_pair& signer, std::string_view json,
                  const frame_place& place);

struct recipe {
    std::uint32_t epoch = office::epoch;
    context_id context = context_of(office::statement);
    std::vector<box_public_key> to{office::recipient(0).public_key};
    byte share_index = 0;
    bool two_keys = false; ///< the second recipient's slot holds another content key
    /// The padded block, given the hash of the header.
    std::function<bytes(const frame_place&)> block;
};
bytes craft_envelope(const recipe& r);

} // namespace changgu::vectors
