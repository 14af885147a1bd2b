// Backing up and restoring, beside a running server or without one. Peppers are never in a backup, nor is the
// order in which what is still spooled arrived.
#pragma once

#include "storage/errc.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace changgu::storage {

/// Writes a consistent, fsynced copy of the database in `directory` to `to` (mode 0600), which must not
/// exist. Errors: exists, failed. Throws std::runtime_error when there is no database.
result<void> back_up(const std::filesystem::path& directory, const std::filesystem::path& to);

/// Checks a backup and, if it is whole, puts it into `directory`, which has no database yet. Gives what is
/// wrong with it, as reader::check() says it: nothing when it is whole. Keyrings are left out: their peppers
/// are gone. Batches go on from `now`, in seconds since 1970, so that no number is given a second time.
/// Errors: exists, failed. Throws std::runtime_error when it is no database of this program, or a newer one.
result<std::vector<std::string>> restore(const std::filesystem::path& from,
                                         const std::filesystem::path& directory, std::uint64_t now);

} // namespace changgu::storage
