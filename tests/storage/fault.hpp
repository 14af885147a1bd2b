// Something goes wrong on demand: a file call (fault_disk), or a piece of memory (fault_memory). The
// occasions are counted, so that a sweep may let each of them go wrong in turn.
#pragma once

#include <cstdint>

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
/// Counts an occasion; true if it is to go wrong.
bool strikes(trouble t) noexcept;

/// Memory (operator new, SQLite's) fails in the store's threads, not in the main one, which runs the tests;
/// SQLite's does in that too while one of these lives, and the rest if it is asked for. Not for what looks
/// into directories: the standard library ends the process there.
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
/// Memory does not fail in the thread where one of these lives.
class spared {
  public:
    spared() noexcept;
    spared(const spared&) = delete;
    spared& operator=(const spared&) = delete;
    ~spared();
};

} // namespace changgu::test
