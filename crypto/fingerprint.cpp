#include "crypto/fingerprint.hpp"

#include "crypto/hash.hpp"
#include "crypto/labels.hpp"

namespace changgu::crypto {
namespace {

constexpr std::size_t word_count = 24; // 33 bytes of 8 bits

byte checksum(const org_id& org) noexcept {
    return blake2b<hash256>({as_bytes(label::fingerprint_check), org.view()}).value[0];
}

} // namespace

org_id org_of(std::string_view genesis_text) noexcept {
    return blake2b<org_id>({as_bytes(label::org), as_bytes(genesis_text)});
}

std::string to_fingerprint_words(const org_id& org, language in) {
    bytes checked(org.value.begin(), org.value.end());
    checked.push_back(checksum(org));
    std::string out;
    for (const std::string_view word : to_words(checked, in)) {
        if (!out.empty()) out += ' ';
        out += word;
    }
    return out;
}

result<org_id> parse_fingerprint(std::string_view text, unknown_word* unknown) {
    if (text.size() == 2 * org_id::size_bytes) {
        auto raw = from_hex(text);
        if (!raw) return raw.error();
        return org_id::from(*raw);
    }
    auto raw = from_words(text, word_count, unknown);
    if (!raw) return raw.error();
    auto org = org_id::from(raw->view().first(org_id::size_bytes));
    if (!org) return org.error();
    if (raw->view()[org_id::size_bytes] != checksum(*org)) return errc::bad_checksum;
    return org;
}

} // namespace changgu::crypto
