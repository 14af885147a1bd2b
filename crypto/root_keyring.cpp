#include "crypto/root_keyring.hpp"

namespace changgu::crypto {
namespace {

constexpr std::string_view kind = "root";

} // namespace

std::vector<note_signer> root_keyring::signers() const {
    std::vector<note_signer> out;
    for (const key& k : keys) out.push_back({k.name, sign_key_pair_from(k.secret)});
    return out;
}

secret_buffer root_keyring::to_json_text() const {
    json::array key_list;
    for (const key& k : keys)
        key_list.emplace_back(json::object{{"name", k.name}, {"seed", to_base64(k.secret.view())}});
    json::array invitation_list;
    for (const invitation& i : invitations)
        invitation_list.emplace_back(json::object{{"number", i.number},
                                                  {"id", to_base64(i.code.id.view())},
                                                  {"secret", to_base64(i.code.secret.view())}});
    json::object out{{"kind", kind},
                     {"org", to_base64(org.view())},
                     {"origin", origin},
                     {"keys", key_list},
                     {"invitations", invitation_list}};
    if (access) out["access"] = to_json(*access);
    std::string text = json::serialize(out);
    secret_buffer secret{std::string_view(text)};
    wipe({reinterpret_cast<byte*>(text.data()), text.size()});
    return secret;
}

result<root_keyring> root_keyring::from_json_text(std::string_view text) {
    auto object = parse_json(text);
    if (!object) return object.error();
    auto what = read_string(*object, "kind", 32);
    auto org = read_fixed<org_id>(*object, "org");
    auto origin = read_string(*object, "origin", 300);
    auto keys = read_array(*object, "keys", 16);
    auto invitations = read_array(*object, "invitations", 256);
    if (!what || *what != kind || !org || !origin || !keys || !invitations) return errc::bad_field;
    root_keyring out;
    out.org = *org;
    out.origin = std::move(*origin);
    for (const json::value& item : **keys) {
        if (!item.is_object()) return errc::bad_field;
        auto name = read_string(item.get_object(), "name", max_key_name);
        auto raw = read_fixed<fixed_bytes<struct raw_seed, 32>>(item.get_object(), "seed");
        if (!name || !is_key_name(*name) || !raw) return errc::bad_field;
        out.keys.push_back({std::move(*name), seed::from(raw->view()).value()});
        wipe(raw->value);
    }
    for (const json::value& item : **invitations) {
        if (!item.is_object()) return errc::bad_field;
        auto number = read_integer(item.get_object(), "number", 65'535);
        auto id = read_fixed<enrolment_id>(item.get_object(), "id");
        auto raw = read_fixed<fixed_bytes<struct raw_enrolment, 16>>(item.get_object(), "secret");
        if (!number || !id || !raw) return errc::bad_field;
        out.invitations.push_back(
            {static_cast<std::uint32_t>(*number), {*id, enrolment_secret::from(raw->view()).value()}});
        wipe(raw->value);
    }
    if (object->contains("access")) {
        auto position = access_position_from_json(*object);
        if (!position) return position.error();
        out.access = *position;
    }
    return out;
}

} // namespace changgu::crypto
