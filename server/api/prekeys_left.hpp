// For how many epochs to come each reviewer has published keys.
#pragma once

#include "crypto/key_log.hpp"
#include "storage/reader.hpp"

#include <cstddef>
#include <cstdint>
#include <map>

namespace changgu::api {

/// By number, of everybody who is not revoked; keys that do not verify, or of epochs that are past, do not
/// count.
std::map<std::uint32_t, std::size_t> prekeys_left(const crypto::key_log& log, storage::reader& reader);

} // namespace changgu::api
