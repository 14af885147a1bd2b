// What a power cut at any moment would have left of a directory, made from what was recorded of it
// (fault_disk).
//
// What is recorded is what the kernel promises: bytes are durable once fsync or fdatasync of their file has
// returned, names once fsync of their directory has. Until then any sector of 512 bytes may be there or not.
// Names change in order, as in a journal. What a failed sync was for is not promised by a later one.
#pragma once

#include "crypto/bytes.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace changgu::test {

/// One recorded call.
struct disk_event {
    enum class kind : std::uint8_t {
        write,
        resize,
        sync,
        failed_sync,
        sync_directory,
        create,
        remove,
        rename
    };
    kind what = kind::write;
    std::uint64_t file = 0; ///< a number of its own for every file ever made
    std::uint64_t at = 0;   ///< of a write: where; of a resize: the new size
    crypto::bytes data;     ///< of a write
    std::string name;       ///< of a name's change, or a directory's: relative to what is watched
    std::string second;     ///< of a rename: the new one
};
using disk_events = std::vector<disk_event>;

using file_names = std::map<std::string, std::uint64_t>; ///< of which file
/// Nothing, if the event is not one of names.
void apply(file_names& names, const disk_event& e);

/// What a cut leaves of the bytes that were not synced.
enum class remains : std::uint8_t {
    all,     ///< as after kill -9: the system lives on
    none,    ///< nothing was written back yet
    some,    ///< any sectors
    in_turn, ///< all up to some write, which may be torn
};

/// Makes directories as a cut would have left them.
class crashed_disk {
  public:
    explicit crashed_disk(const disk_events& events) : events_(events) {}
    /// Into `to`, an empty directory: what is left if the power fails after the first `moment` events.
    /// Moments must not go backwards.
    void restore(std::uint64_t moment, remains what, std::uint64_t seed, const std::filesystem::path& to);

  private:
    struct change {
        const disk_event* event = nullptr;
        bool certain = false;
        bool hopeless = false; ///< a sync of it has failed
    };
    struct content {
        crypto::bytes durable;
        std::vector<change> changes; ///< since, in order
    };
    void advance(std::uint64_t moment);
    [[nodiscard]] static crypto::bytes remainder(const content& c, remains what, std::mt19937_64& random);

    const disk_events& events_;
    std::uint64_t moment_ = 0;
    std::map<std::uint64_t, content> files_;
    file_names names_; ///< durable ones
    std::vector<const disk_event*> name_changes_;
};

} // namespace changgu::test
