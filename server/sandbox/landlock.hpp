// Landlock: which files the process can still reach, and which TCP ports it may bind. The kernel holds a
// process and all threads that it makes later to this, so it has to come before any thread; a rule names a
// file or a directory that is there now. Kernels know more or less of it, by the number of their interface
// (landlock(7)): 1 has the files, 2 and 3 renaming across directories and truncating, 4 TCP, 5 ioctl of
// devices, 6 abstract sockets and signals.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace changgu::sandbox {

/// What stays in reach. Directories stand for all that is or comes to be below them. What is not there is
/// passed over.
struct reach {
    std::vector<std::filesystem::path> data;    ///< directories: read, write, create, remove
    std::vector<std::filesystem::path> logs;    ///< directories: write and create
    std::vector<std::filesystem::path> sockets; ///< directories: make and remove sockets
    std::vector<std::filesystem::path> read;    ///< directories or files: read
    std::vector<std::uint16_t> ports;           ///< bind; 0 = any that is free. Nothing may be connected to
};

/// The interface of this kernel; 0 without Landlock.
int landlock_interface() noexcept;

/// The newest interface that is made use of.
inline constexpr int newest_landlock = 6;

/// Gives the interface used: that of the kernel, up to `at_most`; 0 without Landlock, and then nothing has
/// changed. Throws std::runtime_error when a kernel that has it refuses. Needs no_new_privileges().
int restrict_reach(const reach& r, int at_most = newest_landlock);

} // namespace changgu::sandbox
