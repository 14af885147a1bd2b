// How a new reviewer's keys reach the admin without the server being able to put its own in their place.
//
//   code    = id (8) ‖ secret (16) ‖ checksum, in base32: 40 letters and digits in groups of five
//   checksum = first byte of BLAKE2b-256("changgu/enrol-check/v1" ‖ id ‖ secret)
//   mac     = BLAKE2b-256 keyed with secret over "changgu/enrol/v1" ‖ org ‖ id ‖ number ‖ identity ‖ prekeys
//   prekeys = for each: epoch (4) ‖ key (32) ‖ signature (64)
//
// Only the id reaches the server. The admin's own machine checks the mac before it signs anything.
#pragma once

#include "crypto/ratchet.hpp"

namespace changgu::crypto {

using enrolment_id = fixed_bytes<struct enrolment_id_tag, 8>;
using enrolment_secret = secret_bytes<struct enrolment_secret_tag, 16>;
using enrolment_mac = fixed_bytes<struct enrolment_mac_tag, 32>;

struct enrolment_code {
    enrolment_id id;
    enrolment_secret secret;

    static enrolment_code random();
    [[nodiscard]] secret_buffer to_text() const;
    /// Errors: bad_encoding, bad_length, bad_checksum.
    static result<enrolment_code> parse(std::string_view text);
};

struct enrolment_request {
    std::uint32_t number = 0;
    sign_public_key identity;
    std::vector<prekey> prekeys;
};

enrolment_mac mac_of(const enrolment_request& r, const org_id& org, const enrolment_code& code);
/// The mac in constant time, then every prekey's signature. Errors: bad_mac, bad_signature.
result<void> verify_enrolment(const enrolment_request& r, const enrolment_mac& mac, const org_id& org,
                              const enrolment_code& code);

} // namespace changgu::crypto
