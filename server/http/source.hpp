// Where a connection comes from, as far as a server must know it to share what it has fairly. An address is
// never kept: what is kept, in memory only, is its hash under a random key that is thrown away every hour, so
// that nobody can tell from one hour's hashes who was there in another. It reaches no log, metric or answer.
#pragma once

#include "crypto/bytes.hpp"

#include <chrono>
#include <mutex>
#include <span>

struct sockaddr;

namespace changgu::http {

/// All zeros: not known, because a proxy or an onion service is in between.
using source = crypto::fixed_bytes<struct source_tag, 16>;
inline constexpr source no_source{};

/// From any thread.
class source_names {
  public:
    using clock = std::chrono::steady_clock;
    static constexpr std::chrono::hours lifetime{1};

    source_names();
    source_names(const source_names&) = delete;
    source_names& operator=(const source_names&) = delete;
    ~source_names();

    /// The peer's name in this hour: of an IPv4 address, or of the /64 of an IPv6 one; an IPv4 address that
    /// is mapped into IPv6 is the same as itself. no_source for anything else. `address` is a whole sockaddr.
    source of(std::span<const crypto::byte> address, clock::time_point now);
    /// Throws the key away if its hour is over. For whoever has a clock: nobody may come for a whole night,
    /// and the last one's address could be found with it till then.
    void forget_old(clock::time_point now);
    /// A new key, made at `now`.
    void renew(clock::time_point now);

  private:
    void make_key(clock::time_point now);

    std::mutex mutex_;
    std::array<crypto::byte, 32> key_{};
    clock::time_point made_;
};

} // namespace changgu::http
