#include "crypto/reviewer_keyring.hpp"

namespace changgu::crypto {
namespace {

constexpr std::string_view kind = "reviewer";
constexpr std::size_t max_cases = 100'000;

// Boost.JSON's copies are freed unwiped; a serialised text at least is wiped by its secret_buffer.
template <class Secret> result<Secret> read_secret(const json::object& object, std::string_view name) {
    auto raw = read_fixed<fixed_bytes<struct raw_secret, Secret::size_bytes>>(object, name);
    if (!raw) return raw.error();
    auto out = Secret::from(raw->view());
    wipe(raw->value);
    return out;
}

} // namespace

secret_buffer reviewer_keyring::to_json_text() const {
    json::object case_keys;
    for (const auto& [thread, key] : cases) case_keys[to_base64(thread.view())] = to_base64(key.view());
    json::array draining_list;
    for (const draining_epoch& d : draining)
        draining_list.emplace_back(json::object{{"epoch", d.epoch}, {"seen_at_batch", d.seen_at_batch}});
    json::object out{
        {"kind", kind},
        {"org", to_base64(org.view())},
        {"origin", origin},
        {"number", number},
        {"identity", to_base64(identity_seed.view())},
        {"ratchet_index", keys.index()},
        {"ratchet_seed", to_base64(keys.current_seed().view())},
        {"draining", draining_list},
        {"after_batch", after_batch},
        {"cases", case_keys},
    };
    if (kept_month != 0) out["kept_month"] = kept_month;
    if (log) out["log"] = to_json(*log);
    if (access) out["access"] = to_json(*access);
    std::string text = json::serialize(out);
    secret_buffer secret{std::string_view(text)};
    wipe({reinterpret_cast<byte*>(text.data()), text.size()});
    return secret;
}

result<reviewer_keyring> reviewer_keyring::from_json_text(std::string_view text) {
    auto object = parse_json(text);
    if (!object) return object.error();
    auto what = read_string(*object, "kind", 32);
    auto org = read_fixed<org_id>(*object, "org");
    auto origin = read_string(*object, "origin", 300);
    auto number = read_integer(*object, "number", 65'535);
    auto identity = read_secret<seed>(*object, "identity");
    auto index = read_integer(*object, "ratchet_index", UINT32_MAX);
    auto ratchet_seed = read_secret<seed>(*object, "ratchet_seed");
    auto draining = read_array(*object, "draining", 64);
    auto after_batch = read_integer(*object, "after_batch", UINT32_MAX);
    auto kept_month = read_integer_or(*object, "kept_month", 0, UINT32_MAX);
    auto cases = read_object(*object, "cases");
    if (!what || *what != kind || !org || !origin || !number || !identity || !index || !ratchet_seed ||
        !draining || !after_batch || !kept_month || !cases || (*cases)->size() > max_cases)
        return errc::bad_field;
    reviewer_keyring out;
    out.org = *org;
    out.origin = std::move(*origin);
    out.number = static_cast<std::uint32_t>(*number);
    out.identity_seed = std::move(*identity);
    out.keys = {static_cast<std::uint32_t>(*index), std::move(*ratchet_seed)};
    out.after_batch = static_cast<std::uint32_t>(*after_batch);
    out.kept_month = static_cast<std::uint32_t>(*kept_month);
    for (const json::value& item : **draining) {
        if (!item.is_object()) return errc::bad_field;
        auto epoch = read_integer(item.get_object(), "epoch", UINT32_MAX);
        auto seen = read_integer(item.get_object(), "seen_at_batch", UINT32_MAX);
        if (!epoch || !seen) return errc::bad_field;
        out.draining.push_back({static_cast<std::uint32_t>(*epoch), static_cast<std::uint32_t>(*seen)});
    }
    for (const auto& [thread_text, _] : **cases) {
        auto thread = fixed_from_base64<thread_id>(std::string_view(thread_text));
        auto key = read_secret<case_key>(**cases, std::string_view(thread_text));
        if (!thread || !key) return errc::bad_field;
        out.cases.emplace(*thread, std::move(*key));
    }
    if (object->contains("log")) {
        auto position = log_position_from_json(*object);
        if (!position) return position.error();
        out.log = *position;
    }
    if (object->contains("access")) {
        auto position = access_position_from_json(*object);
        if (!position) return position.error();
        out.access = *position;
    }
    return out;
}

result<void> reviewer_keyring::merge(reviewer_keyring other) {
    if (other.org != org || other.number != number || !(other.identity_seed == identity_seed))
        return errc::bad_field;
    if (other.keys.index() > keys.index()) {
        keys = std::move(other.keys);
        draining = std::move(other.draining);
    } else if (other.keys.index() == keys.index()) {
        for (const draining_epoch& d : other.draining)
            if (std::ranges::find(draining, d.epoch, &draining_epoch::epoch) == draining.end())
                draining.push_back(d);
    }
    if (other.log && (!log || other.log->seq > log->seq)) log = other.log;
    if (other.access && (!access || other.access->size > access->size)) access = other.access;
    after_batch = std::max(after_batch, other.after_batch);
    kept_month = std::max(kept_month, other.kept_month);
    cases.merge(other.cases);
    return {};
}

} // namespace changgu::crypto
