#include "server/http/source.hpp"

#include "crypto/hash.hpp"
#include "crypto/secret.hpp"

#include <netinet/in.h>

#include <cstring>

namespace changgu::http {

namespace {

constexpr std::size_t prefix = 8; // a /64: what one household or one machine has to itself

crypto::bytes_view part_that_counts(std::span<const crypto::byte> address) noexcept {
    sa_family_t family = AF_UNSPEC;
    if (address.size() < sizeof family) return {};
    std::memcpy(&family, address.data() + offsetof(sockaddr, sa_family), sizeof family);
    if (family == AF_INET && address.size() >= sizeof(sockaddr_in))
        return address.subspan(offsetof(sockaddr_in, sin_addr), sizeof(in_addr));
    if (family != AF_INET6 || address.size() < sizeof(sockaddr_in6)) return {};
    const auto ip = address.subspan(offsetof(sockaddr_in6, sin6_addr), sizeof(in6_addr));
    constexpr std::array<crypto::byte, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    return std::ranges::equal(ip.first(mapped.size()), mapped) ? ip.subspan(mapped.size()) : ip.first(prefix);
}

} // namespace

source_names::source_names() : made_(clock::now()) {
    make_key(made_);
}

source_names::~source_names() {
    crypto::wipe(key_);
}

void source_names::make_key(clock::time_point now) {
    crypto::fill_random(key_);
    made_ = now;
}

void source_names::renew(clock::time_point now) {
    const std::lock_guard lock(mutex_);
    make_key(now);
}

void source_names::forget_old(clock::time_point now) {
    const std::lock_guard lock(mutex_);
    if (now - made_ >= lifetime) make_key(now);
}

source source_names::of(std::span<const crypto::byte> address, clock::time_point now) {
    const auto part = part_that_counts(address);
    if (part.empty()) return no_source;
    const std::lock_guard lock(mutex_);
    if (now - made_ >= lifetime) make_key(now);
    return crypto::blake2b_keyed<source>(key_, {part});
}

} // namespace changgu::http
