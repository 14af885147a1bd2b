// What the makers of the vectors share: inputs that are the same in every run, and one spelling of each type.
#pragma once

#include "crypto/hash.hpp"
#include "crypto/json.hpp"

namespace changgu::vectors {

using namespace crypto;

/// From here on libsodium's random bytes follow from `name` alone.
void start_randomness(std::string_view name);

/// A value, public or secret, of at most 32 bytes, that follows from its name.
template <class T> T made_of(std::string_view name) {
    return T::from(blake2b<hash256>({as_bytes(name)}).view().first(T::size_bytes)).value();
}

template <class T> std::string b64(const T& value) {
    if constexpr (requires { value.view(); })
        return to_base64(value.view());
    else
        return to_base64(value);
}

inline json::object file_of(std::string_view description, json::array cases) {
    return {{"description", json::string_view(description.data(), description.size())},
            {"cases", std::move(cases)}};
}

json::object make_labels();
json::object make_hash();
json::object make_json();
json::object make_receipt();
json::object make_fingerprint();
json::object make_ratchet();
json::object make_message();
json::object make_envelope();
json::object make_follow_up();
json::object make_reply();
json::object make_case_event();
json::object make_snapshot();
json::object make_file();
json::object make_keyring();
json::object make_locker();
json::object make_note();
json::object make_key_log();
json::object make_signing();
json::object make_enrolment();
json::object make_work();
json::object make_retention();
json::object make_backup();
json::object make_access_log();

} // namespace changgu::vectors
