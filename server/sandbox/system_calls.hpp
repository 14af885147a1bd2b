// seccomp: the system calls that a server needs once its sockets are bound and its files are open. Whoever
// makes another one ends the process. There is no call here that starts a program, opens a connection, looks
// into another process, or makes memory executable.
#pragma once

namespace changgu::sandbox {

/// Whether this kernel can filter.
bool can_filter_calls() noexcept;

/// For every thread there is and will be. Throws std::runtime_error when that fails. Needs
/// no_new_privileges().
void filter_calls();

} // namespace changgu::sandbox
