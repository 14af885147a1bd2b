// What an admin keeps offline: root and recovery keys, and the invitations that wait for an answer.
#pragma once

#include "crypto/access_log.hpp"
#include "crypto/enrolment.hpp"
#include "crypto/json.hpp"
#include "crypto/note.hpp"

namespace changgu::crypto {

struct invitation {
    std::uint32_t number = 0;
    enrolment_code code;
};

struct root_keyring {
    org_id org;
    std::string origin;
    struct key {
        std::string name;
        seed secret;
    };
    std::vector<key> keys; ///< one or more roots; a recovery key usually has a keyring of its own
    std::vector<invitation> invitations;
    std::optional<access_position> access; ///< how far the access log was seen: another is refused

    [[nodiscard]] std::vector<note_signer> signers() const;

    [[nodiscard]] secret_buffer to_json_text() const;
    /// Errors: bad_json, bad_field.
    static result<root_keyring> from_json_text(std::string_view text);
};

} // namespace changgu::crypto
