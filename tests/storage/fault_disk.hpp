// A disk that fails and remembers. File calls of this process are replaced, SQLite's and the standard
// library's too: there is one disk under them all. Those that concern a watched directory are counted, made
// to fail on demand (fault.hpp), and recorded, so that afterwards a crashed_disk can be made of them.
#pragma once

#include "tests/storage/crashed_disk.hpp"
#include "tests/storage/fault.hpp"

#include <cstdint>
#include <filesystem>

namespace changgu::test {

/// Watches a directory while it lives. One at a time.
class watched_disk {
  public:
    /// An empty directory.
    explicit watched_disk(const std::filesystem::path& directory);
    /// A directory that crashed_disk has made, after `past`: what was not synced then is not synced yet.
    watched_disk(const std::filesystem::path& directory, disk_events past);
    watched_disk(const watched_disk&) = delete;
    watched_disk& operator=(const watched_disk&) = delete;
    ~watched_disk();
    /// How much has been recorded: a moment in its life.
    [[nodiscard]] std::uint64_t now() const;
    [[nodiscard]] disk_events take_events();
};

} // namespace changgu::test
