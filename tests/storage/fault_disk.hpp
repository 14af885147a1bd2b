// A disk that fails, and one whose power is cut. File calls of this process are replaced (fault_disk.cpp),
// SQLite's and the standard library's too: there is one disk under them all. Those that concern a watched
// directory are counted, made to fail on demand, and recorded, so that afterwards the directory can be made
// as a power cut at any moment would have left it.
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

/// What can go wrong. Each has its own count, of the calls where it can.
enum class trouble : std::uint8_t {
    io_error,       ///< any call fails with EIO
    no_room,        ///< a write gets half its bytes down and finds the disk full; no file can be made
    failed_sync,    ///< fsync or fdatasync fails
    no_descriptor,  ///< open fails with EMFILE
    short_transfer, ///< a read or write transfers half of what was asked: no error
    interrupted,    ///< a read or write fails with EINTR: no error either
    sqlite_memory,  ///< SQLite gets no memory
    memory,         ///< operator new throws std::bad_alloc
    death,          ///< kill -9 before a call, or with half of a write's sectors done
};
constexpr std::size_t troubles = 9;
const char* name_of(trouble t) noexcept;

/// The occasion of this number goes wrong, counted from 0, once or from then on.
struct fault {
    trouble what = trouble::io_error;
    std::uint64_t at = 0;
    bool lasting = false;
};
/// Begins to count at 0.
void arm(const fault& f);
/// Sets every count to 0.
void disarm();
/// Whether the armed fault has happened.
bool struck() noexcept;
std::uint64_t occasions(trouble t) noexcept;

/// Memory fails in the store's threads, not in the main one, which runs the tests; SQLite's does in that too
/// while one of these lives, and the rest if it is asked for. Not for what looks into directories: the
/// standard library ends the process there.
class exposed {
  public:
    enum class to { sqlite_memory, all_memory };
    explicit exposed(to what = to::sqlite_memory) noexcept;
    exposed(const exposed&) = delete;
    exposed& operator=(const exposed&) = delete;
    ~exposed();

  private:
    to what_;
};

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
    std::map<std::string, std::uint64_t> names_; ///< durable ones
    std::vector<const disk_event*> name_changes_;
};

} // namespace changgu::test
