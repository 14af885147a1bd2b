// The bodies of statements as JSON, both ways.
#include "crypto/statement.hpp"

#include <charconv>
#include <set>

namespace changgu::crypto {
namespace {

constexpr std::size_t max_roots = 8;
constexpr std::size_t max_origins = 8;
constexpr std::size_t max_epoch_recipients = 16;
constexpr std::uint32_t max_reviewer_number = 65'535;

json::object write_key(const note_key& key) {
    return {{"name", key.name}, {"key", to_base64(key.key.view())}};
}

result<note_key> read_key(const json::object& object) {
    auto name = read_string(object, "name", max_key_name);
    auto key = read_fixed<sign_public_key>(object, "key");
    if (!name || !key || !is_key_name(*name)) return errc::bad_field;
    return note_key{std::move(*name), *key};
}

json::array write_strings(const std::vector<std::string>& items) {
    json::array out;
    for (const std::string& item : items) out.emplace_back(item);
    return out;
}

result<std::vector<std::string>> read_strings(const json::object& object, std::string_view name,
                                              std::size_t max_items, std::size_t max_bytes) {
    auto items = read_array(object, name, max_items);
    if (!items) return items.error();
    std::vector<std::string> out;
    for (const json::value& item : **items) {
        if (!item.is_string() || item.get_string().size() > max_bytes) return errc::bad_field;
        out.emplace_back(item.get_string());
    }
    return out;
}

result<std::vector<std::string>> read_origins(const json::object& object) {
    auto origins = read_strings(object, "origins", max_origins, 300);
    if (origins && !std::ranges::all_of(*origins, is_origin)) return errc::bad_field;
    return origins;
}

} // namespace

bool is_origin(std::string_view text) noexcept {
    const bool plain = text.starts_with("http://");
    if (!plain && !text.starts_with("https://")) return false;
    std::string_view host = text.substr(plain ? 7 : 8);
    if (host.size() > 260) return false;
    if (const auto colon = host.rfind(':'); colon != std::string_view::npos && !host.ends_with(']')) {
        const std::string_view digits = host.substr(colon + 1);
        std::uint16_t port = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
        if (error != std::errc{} || end != digits.data() + digits.size() || port == 0 ||
            digits.front() == '0')
            return false;
        host = host.substr(0, colon);
    }
    const bool local =
        host == "localhost" || host == "127.0.0.1" || host == "[::1]" || host.ends_with(".onion");
    if (plain && !local) return false;
    if (host.size() > 2 && host.front() == '[' && host.back() == ']')
        return host.substr(1, host.size() - 2).find_first_not_of("0123456789abcdef:") ==
               std::string_view::npos;
    return !host.empty() &&
           host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == std::string_view::npos;
}

json::object to_json(const root_set& s) {
    json::array roots;
    for (const note_key& key : s.roots) roots.emplace_back(write_key(key));
    return {{"roots", roots}, {"threshold", s.threshold}, {"recovery", write_key(s.recovery)}};
}

result<root_set> root_set_from_json(const json::object& object) {
    auto roots = read_array(object, "roots", max_roots);
    auto threshold = read_integer(object, "threshold", max_roots);
    auto recovery = read_object(object, "recovery");
    if (!roots || (*roots)->empty() || !threshold || *threshold == 0 || *threshold > (*roots)->size() ||
        !recovery)
        return errc::bad_field;
    root_set out;
    out.threshold = static_cast<std::uint32_t>(*threshold);
    auto recovery_key = read_key(**recovery);
    if (!recovery_key) return recovery_key.error();
    out.recovery = std::move(*recovery_key);
    // One key under two names would count twice towards the threshold.
    std::set<std::string> names{out.recovery.name};
    std::set<sign_public_key> keys{out.recovery.key};
    for (const json::value& item : **roots) {
        if (!item.is_object()) return errc::bad_field;
        auto key = read_key(item.get_object());
        if (!key || !names.insert(key->name).second || !keys.insert(key->key).second) return errc::bad_field;
        out.roots.push_back(std::move(*key));
    }
    return out;
}

json::object to_json(const genesis& g) {
    json::object out{{"name", to_json(g.name)}};
    for (auto& member : to_json(g.keys)) out.insert(member);
    out["origins"] = write_strings(g.origins);
    out["policy"] = to_json(g.rules);
    return out;
}

result<genesis> genesis_from_json(const json::object& object) {
    auto name = localised_from_json(object, "name");
    auto keys = root_set_from_json(object);
    auto origins = read_origins(object);
    auto rules = read_object(object, "policy");
    if (!name || !keys || !origins || origins->empty() || !rules) return errc::bad_field;
    auto parsed = policy_from_json(**rules);
    if (!parsed) return parsed.error();
    return genesis{std::move(*name), std::move(*keys), std::move(*origins), std::move(*parsed)};
}

json::object to_json(const reviewer_entry& r) {
    return {{"number", r.number},
            {"identity", to_base64(r.identity.view())},
            {"role", to_json(r.role)},
            {"desk", r.desk},
            {"languages", write_strings(r.languages)}};
}

result<reviewer_entry> reviewer_from_json(const json::object& object) {
    auto number = read_integer(object, "number", max_reviewer_number);
    auto identity = read_fixed<sign_public_key>(object, "identity");
    auto role = localised_from_json(object, "role");
    auto desk = read_string(object, "desk", 200);
    auto languages = read_strings(object, "languages", 8, 16);
    if (!number || *number == 0 || !identity || !role || !desk || !languages) return errc::bad_field;
    return reviewer_entry{static_cast<std::uint32_t>(*number), *identity, std::move(*role), std::move(*desk),
                          std::move(*languages)};
}

json::object revoke_json(std::uint32_t number) {
    return {{"number", number}};
}

result<std::uint32_t> revoke_from_json(const json::object& object) {
    auto number = read_integer(object, "number", max_reviewer_number);
    if (!number) return number.error();
    return static_cast<std::uint32_t>(*number);
}

json::object to_json(const epoch_entry& e) {
    json::array recipients;
    for (const epoch_recipient& r : e.recipients)
        recipients.emplace_back(json::object{{"number", r.number},
                                             {"key", to_base64(r.key.view())},
                                             {"signature", to_base64(r.signed_by_identity.view())}});
    return {{"epoch", e.epoch},
            {"valid_from", e.valid_from},
            {"valid_until", e.valid_until},
            {"recipients", recipients}};
}

result<epoch_entry> epoch_from_json(const json::object& object) {
    auto number = read_integer(object, "epoch", UINT32_MAX);
    auto from = read_integer(object, "valid_from");
    auto until = read_integer(object, "valid_until");
    auto recipients = read_array(object, "recipients", max_epoch_recipients);
    if (!number || *number == 0 || !from || !until || !recipients || (*recipients)->empty())
        return errc::bad_field;
    epoch_entry out{static_cast<std::uint32_t>(*number), *from, *until, {}};
    std::set<std::uint64_t> seen;
    for (const json::value& item : **recipients) {
        if (!item.is_object()) return errc::bad_field;
        auto who = read_integer(item.get_object(), "number", max_reviewer_number);
        auto key = read_fixed<box_public_key>(item.get_object(), "key");
        auto sig = read_fixed<signature>(item.get_object(), "signature");
        if (!who || !key || !sig || !seen.insert(*who).second) return errc::bad_field;
        out.recipients.push_back({static_cast<std::uint32_t>(*who), *key, *sig});
    }
    return out;
}

json::object to_json(const retire_entry& r) {
    json::object out{{"epoch", r.epoch}, {"at", r.at}};
    if (!r.purge_reason.empty()) out["purge_reason"] = r.purge_reason;
    return out;
}

result<retire_entry> retire_from_json(const json::object& object) {
    auto number = read_integer(object, "epoch", UINT32_MAX);
    auto at = read_integer(object, "at");
    auto reason = read_optional_string(object, "purge_reason", 500);
    if (!number || !at || !reason) return errc::bad_field;
    return retire_entry{static_cast<std::uint32_t>(*number), *at, std::move(*reason)};
}

json::object to_json(const policy_entry& p) {
    json::object out{{"policy", to_json(p.rules)}};
    if (!p.origins.empty()) out["origins"] = write_strings(p.origins);
    return out;
}

result<policy_entry> policy_entry_from_json(const json::object& object) {
    auto rules = read_object(object, "policy");
    if (!rules) return rules.error();
    auto parsed = policy_from_json(**rules);
    if (!parsed) return parsed.error();
    policy_entry out{std::move(*parsed), {}};
    if (object.contains("origins")) {
        auto origins = read_origins(object);
        if (!origins || origins->empty()) return errc::bad_field;
        out.origins = std::move(*origins);
    }
    return out;
}

json::object to_json(const prekey& p) {
    return {{"epoch", p.epoch},
            {"key", to_base64(p.key.view())},
            {"signature", to_base64(p.signed_by_identity.view())}};
}

result<prekey> prekey_from_json(const json::object& object) {
    auto epoch = read_integer(object, "epoch", UINT32_MAX);
    auto key = read_fixed<box_public_key>(object, "key");
    auto sig = read_fixed<signature>(object, "signature");
    if (!epoch || !key || !sig) return errc::bad_field;
    return prekey{static_cast<std::uint32_t>(*epoch), *key, *sig};
}

} // namespace changgu::crypto
