// Internal: what is in the spool, for those who have no store: the command line, and backups beside a running
// server.
#pragma once

#include "storage/segment.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace changgu::storage {

struct listed {
    spooled what;
    std::uint32_t number = 0; ///< of the file
};
struct spool_listing {
    std::vector<listed> envelopes; ///< by id, each once
    bool damaged = false;
};
/// Damage is looked at twice, as a running store may be writing meanwhile.
spool_listing list_spool(const std::filesystem::path& directory);
/// The body; nothing if it has been released meanwhile.
std::optional<bytes> read_listed(const std::filesystem::path& directory, const listed& l);

} // namespace changgu::storage
