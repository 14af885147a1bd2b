// What a process gives up for good, whatever the kernel: privileges to come, core files, being read by others
// of its user, what it inherited, its pages in the swap.
#pragma once

#include <cstdint>

namespace changgu::sandbox {

/// Closes all but 0, 1 and 2, and opens /dev/null where one of these is missing: else the first file would
/// become the place where messages are printed.
void close_inherited();

/// No program started from here gains privileges. Throws std::runtime_error.
void no_new_privileges();

/// No core file, and unreadable for other processes of the same user. Throws std::runtime_error.
void hide_memory();

/// Keeps all memory, present and to come, out of the swap. False when the limit of locked memory does not
/// allow for all: then nothing is locked, because a limit that is reached later would be a lack of memory.
bool lock_memory() noexcept;

/// Bytes of this process, or of another, that are locked.
std::uint64_t locked_bytes() noexcept;

} // namespace changgu::sandbox
