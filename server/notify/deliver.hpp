// The one place of Changgu that opens a connection by itself, in a program by itself.
#pragma once

#include "crypto/secret.hpp"
#include "server/notify/config.hpp"

#include <cstddef>
#include <functional>

namespace changgu::notify {

/// What is known of a delivery afterwards: counts. Who was reached is in no log.
struct outcome {
    std::size_t sent = 0;
    std::size_t failed = 0;
    const char* reason = ""; ///< of the last failure: words of this source code, nothing that a server said
};

/// Sends the notice to each recipient, in at most c.attempts rounds with c.pause between, so that one whom
/// the server makes wait holds up nobody else. TLS is required and verified, but on loopback; no redirect is
/// followed, no proxy of the environment is used.
outcome deliver(const config& c, const crypto::secret_buffer& secret, std::uint64_t now,
                const std::function<void(std::chrono::seconds)>& sleep);

} // namespace changgu::notify
