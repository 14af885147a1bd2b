// The server that runs on a data directory, as others see it: found by the lock that it holds there.
#pragma once

#include "server/http/server.hpp"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>

namespace changgu::cli {

struct running_server {
    pid_t process = 0;
    bool no_new_privileges = false;
    bool seccomp = false;       ///< filters system calls
    bool memory_locked = false; ///< all of it; OpenSSL locks a part of its own in any case
};

/// Nothing when none runs, or when /proc does not show it.
std::optional<running_server> find_running_server(const std::filesystem::path& data);

/// Landlock is not in /proc: what the server itself says. Nothing when it does not answer.
std::optional<bool> landlock_by_metrics(const http::tcp_address& metrics);

} // namespace changgu::cli
