// `org`, the organisation's name for ever, as people see it: on the poster, in a terminal, read over a
// telephone.
//   org = BLAKE2b-256("changgu/org/v1" ‖ signed text of the genesis statement)
// Twenty-four words are the 32 bytes and a checksum byte; 64 hexadecimal digits are taken as well.
#pragma once

#include "crypto/wordlist.hpp"

namespace changgu::crypto {

org_id org_of(std::string_view genesis_text) noexcept;

std::string to_fingerprint_words(const org_id& org, language in);
/// Words of either list or hexadecimal. Errors: bad_encoding, bad_length, word_not_in_list, bad_checksum.
result<org_id> parse_fingerprint(std::string_view text, unknown_word* unknown = nullptr);

} // namespace changgu::crypto
