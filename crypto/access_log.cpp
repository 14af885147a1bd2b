#include "crypto/access_log.hpp"

#include "crypto/hash.hpp"
#include "crypto/labels.hpp"

namespace changgu::crypto {

json::object to_json(const access_position& p) {
    return {{"size", p.size}, {"hash", to_base64(p.hash.view())}};
}

result<access_position> access_position_from_json(const json::object& object) {
    auto position = read_object(object, "access");
    if (!position) return position.error();
    auto size = read_integer(**position, "size");
    auto hash = read_fixed<hash256>(**position, "hash");
    if (!size || !hash) return errc::bad_field;
    return access_position{*size, *hash};
}

std::string access_entry(std::uint64_t now, std::string_view actor, std::string_view what) {
    constexpr std::uint64_t minute = 60;
    return std::to_string(now / minute).append(" ").append(actor).append(" ").append(what);
}

bool is_access_entry(std::string_view text) noexcept {
    return !text.empty() && text.size() <= max_access_entry &&
           std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; }) && text.front() != ' ' &&
           text.back() != ' ' && text.find("  ") == std::string_view::npos;
}

hash256 next_access_hash(const org_id& org, const hash256& previous, std::string_view entry) noexcept {
    return blake2b<hash256>({as_bytes(label::access_log), org.view(), previous.view(), as_bytes(entry)});
}

result<void> access_chain::append(std::string_view entry) {
    if (!is_access_entry(entry)) return errc::bad_field;
    at_ = {at_.size + 1, next_access_hash(org_, at_.hash, entry)};
    if (seen_ && seen_->size == at_.size && seen_->hash != at_.hash) return errc::log_forked;
    return {};
}

result<void> access_chain::finish() const {
    if (seen_ && seen_->size > at_.size) return errc::log_forked;
    return {};
}

} // namespace changgu::crypto
