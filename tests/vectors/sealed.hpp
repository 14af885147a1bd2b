// Opening an envelope of a vector.
#pragma once

#include "crypto/envelope.hpp"
#include "tests/vectors/vectors.hpp"

#include <sodium.h>

namespace changgu::test {

inline box_key_pair key_pair(const json::object& c, std::string_view secret_member) {
    box_key_pair pair;
    pair.secret_key = value<box_secret_key>(c, secret_member);
    if (crypto_scalarmult_base(pair.public_key.data(), pair.secret_key.data()) != 0)
        throw std::runtime_error("vectors: not a secret key");
    return pair;
}

inline result<opened_envelope> open_case(const json::object& c, bytes_view envelope) {
    return open_envelope(value<org_id>(c, "org"), envelope, number(c, "epoch"),
                         value<context_id>(c, "context"), number<std::size_t>(c, "slot"),
                         key_pair(c, "recipient_secret_key"));
}

} // namespace changgu::test
