// What is left to an attacker who takes the server over: the data that it serves, and the connections that it
// has. In two steps, because Landlock holds threads that are made later only, and a filter of calls has to
// come after what start-up needs. Knows nothing of the server but the names of files.
#pragma once

#include "server/sandbox/landlock.hpp"
#include "server/sandbox/process.hpp"
#include "server/sandbox/system_calls.hpp"

#include <cstdint>

namespace changgu::sandbox {

/// `attempted`: the server starts without it where the machine does not allow it.
enum class demand : std::uint8_t { off, attempted, required };

struct options {
    demand landlock = demand::attempted;
    demand seccomp = demand::attempted;
    demand lock_memory = demand::attempted;
};

/// What holds.
struct state {
    int landlock = 0; ///< the interface used; 0 = off
    bool seccomp = false;
    bool memory_locked = false;

    /// All that was not turned off.
    [[nodiscard]] bool complete(const options& o) const noexcept;
};

/// First of all, before a file is opened or a secret is made.
void start_hidden();
/// Before the first thread. Throws std::runtime_error with a sentence for the operator when something
/// required fails.
state confine(const options& o, const reach& r);
/// After sockets and files are open.
void close(const options& o, state& s);

} // namespace changgu::sandbox
