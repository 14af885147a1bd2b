#include "server/api/session_table.hpp"

#include "crypto/hash.hpp"

#include <algorithm>
#include <array>

namespace changgu::api {

namespace {

constexpr std::array<std::string_view, 3> scope_names{"reviewer", "keyring", "admin"};

// A challenge: its end (8) ‖ random (8) ‖ MAC (16).
constexpr std::size_t end_size = 8;
constexpr std::size_t signed_size = 16;
using challenge_mac = crypto::fixed_bytes<struct challenge_mac_tag, 16>;
static_assert(signed_size + challenge_mac::size_bytes == crypto::hash256::size_bytes);

/// Not over, nor longer than it was made for: then the clock has been set back since.
bool is_within(std::uint64_t end, std::uint64_t now, std::uint64_t life) noexcept {
    return end > now && end - now <= life;
}

challenge_mac mac_of(const crypto::symmetric_key& key, crypto::bytes_view nonce, scope what,
                     std::uint32_t number) {
    return crypto::blake2b_keyed<challenge_mac>(
        key.view(), {nonce.first(signed_size), crypto::big_endian(static_cast<std::uint8_t>(what)),
                     crypto::big_endian(number)});
}

} // namespace

std::string_view to_string(scope s) noexcept {
    return scope_names[static_cast<std::size_t>(s)];
}

std::optional<scope> scope_from(std::string_view text) noexcept {
    const auto found = std::ranges::find(scope_names, text);
    if (found == scope_names.end()) return std::nullopt;
    return static_cast<scope>(found - scope_names.begin());
}

crypto::hash256 session_table::challenge(scope what, std::uint32_t number, std::uint64_t now) const {
    auto nonce = crypto::random_fixed<crypto::hash256>();
    const auto end = crypto::big_endian(now + challenge_life);
    std::ranges::copy(end, nonce.value.begin());
    const auto mac = mac_of(challenge_key_, nonce.view(), what, number);
    std::ranges::copy(mac.value, nonce.value.begin() + signed_size);
    return nonce;
}

bool session_table::valid(const crypto::hash256& nonce, scope what, std::uint32_t number,
                          std::uint64_t now) const {
    const auto mac = mac_of(challenge_key_, nonce.view(), what, number);
    return crypto::equal_constant_time(mac.view(), nonce.view().subspan(signed_size)) &&
           is_within(crypto::from_big_endian<std::uint64_t>(nonce.view().first(end_size)), now,
                     challenge_life);
}

bool session_table::spend(const crypto::hash256& nonce, std::uint64_t now) {
    const std::lock_guard lock(mutex_);
    std::erase_if(spent_, [now](const auto& s) { return s.second <= now; });
    return spent_.emplace(nonce, crypto::from_big_endian<std::uint64_t>(nonce.view().first(end_size))).second;
}

std::optional<crypto::secret_buffer> session_table::open(const session& s, std::uint64_t now) {
    const auto raw = crypto::symmetric_key::random();
    auto text = crypto::to_base64(raw.view());
    crypto::secret_buffer bearer{std::string_view(text)};
    crypto::wipe({reinterpret_cast<crypto::byte*>(text.data()), text.size()});

    const std::lock_guard lock(mutex_);
    make_room(s, now);
    if (sessions_.size() >= capacity_) return std::nullopt;
    sessions_.emplace(hash_of(bearer.view()), entry{s, now + session_life, std::nullopt, {}});
    return bearer;
}

void session_table::make_room(const session& s, std::uint64_t now) {
    std::erase_if(sessions_,
                  [now](const auto& e) { return !is_within(e.second.expires, now, session_life); });
    auto oldest = sessions_.end();
    std::size_t count = 0;
    for (auto it = sessions_.begin(); it != sessions_.end(); ++it) {
        if (it->second.who.number != s.number) continue;
        ++count;
        if (oldest == sessions_.end() || it->second.expires < oldest->second.expires) oldest = it;
    }
    if (count >= per_number) sessions_.erase(oldest);
}

std::optional<session> session_table::find(crypto::bytes_view bearer, std::uint64_t now) const {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(hash_of(bearer));
    if (found == sessions_.end() || !is_within(found->second.expires, now, session_life)) return std::nullopt;
    return found->second.who;
}

void session_table::renew(crypto::bytes_view bearer, std::uint64_t now) {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(hash_of(bearer));
    if (found != sessions_.end()) found->second.expires = now + session_life;
}

void session_table::close(crypto::bytes_view bearer) {
    const std::lock_guard lock(mutex_);
    sessions_.erase(hash_of(bearer));
}

storage::pepper session_table::next_pepper(crypto::bytes_view bearer) {
    auto fresh = storage::pepper::random();
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(hash_of(bearer));
    if (found == sessions_.end()) return fresh;
    auto& kept = found->second.next_pepper;
    if (!kept) kept = std::move(fresh);
    return kept->clone();
}

std::optional<storage::pepper> session_table::pepper_of(crypto::bytes_view bearer) const {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(hash_of(bearer));
    if (found == sessions_.end() || !found->second.next_pepper) return std::nullopt;
    return found->second.next_pepper->clone();
}

void session_table::use_up_pepper(crypto::bytes_view bearer) {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(hash_of(bearer));
    if (found != sessions_.end()) found->second.next_pepper.reset();
}

bool session_table::is_noted(crypto::bytes_view bearer, deed what) const {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(hash_of(bearer));
    return found != sessions_.end() && found->second.noted.at(static_cast<std::size_t>(what));
}

void session_table::set_noted(crypto::bytes_view bearer, deed what) {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(hash_of(bearer));
    if (found != sessions_.end()) found->second.noted.at(static_cast<std::size_t>(what)) = true;
}

session_table::bearer_hash session_table::hash_of(crypto::bytes_view bearer) const {
    return crypto::blake2b_keyed<bearer_hash>(bearer_key_.view(), {bearer});
}

} // namespace changgu::api
