// Reading items by address, in answers whose size says only how many were asked for.
#pragma once

#include "server/api/context.hpp"
#include "server/api/input.hpp"

#include <span>

namespace changgu::api {

/// One record an address, in the order asked: state (1) ‖ `width` bytes, which are zeros unless the state is
/// present.
crypto::bytes read_records(storage::reader& reader, storage::item_kind kind,
                           std::span<const crypto::address> addresses, std::size_t width);
/// The same into records that are there already: where nothing is present their bytes stay.
void read_over(crypto::bytes& records, storage::reader& reader, storage::item_kind kind,
               std::span<const crypto::address> addresses, std::size_t width);

} // namespace changgu::api
