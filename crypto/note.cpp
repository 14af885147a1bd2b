#include "crypto/note.hpp"

#include "crypto/hash.hpp"
#include "crypto/signing.hpp"

namespace changgu::crypto {
namespace {

constexpr std::string_view dash = "\u2014 ";
constexpr byte ed25519 = 1;

std::array<byte, 4> key_id_of(const note_key& key) {
    bytes named(key.name.begin(), key.name.end());
    named.push_back('\n');
    named.push_back(ed25519);
    append(named, key.key.view());
    const hash256 hash = sha256(named);
    return {hash.value[0], hash.value[1], hash.value[2], hash.value[3]};
}

result<note_signature> parse_signature(std::string_view line) {
    if (!line.starts_with(dash)) return errc::bad_note;
    line.remove_prefix(dash.size());
    const auto blank = line.find(' ');
    if (blank == std::string_view::npos || !is_key_name(line.substr(0, blank))) return errc::bad_note;
    auto raw = from_base64(line.substr(blank + 1));
    if (!raw || raw->size() != 4 + signature::size_bytes) return errc::bad_note;
    note_signature out;
    out.name = line.substr(0, blank);
    std::copy_n(raw->begin(), 4, out.key_id.begin());
    std::copy_n(raw->begin() + 4, signature::size_bytes, out.value.value.begin());
    return out;
}

} // namespace

bool is_key_name(std::string_view name) noexcept {
    return !name.empty() && name.size() <= max_key_name && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
               c == '-' || c == '_';
    });
}

result<note> parse_note(std::string_view whole) {
    if (whole.size() > max_note_size) return errc::bad_note;
    const auto split = whole.rfind("\n\n");
    if (split == std::string_view::npos || !whole.ends_with('\n')) return errc::bad_note;
    note out;
    out.text = whole.substr(0, split + 1);
    std::string_view rest = whole.substr(split + 2);
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        auto one = parse_signature(rest.substr(0, end));
        if (!one || out.signatures.size() == max_note_signatures) return errc::bad_note;
        out.signatures.push_back(std::move(*one));
        rest.remove_prefix(end + 1);
    }
    if (out.signatures.empty()) return errc::bad_note;
    return out;
}

std::string sign_note(std::string_view text, std::span<const note_signer> signers) {
    std::string out(text);
    out += '\n';
    for (const note_signer& signer : signers) {
        const auto id = key_id_of(signer.verifier());
        bytes blob(id.begin(), id.end());
        append(blob, sign_raw(signer.key.secret_key, as_bytes(text)).view());
        out.append(dash).append(signer.name).append(" ").append(to_base64(blob)).append("\n");
    }
    return out;
}

note_check check_signature(const note& n, const note_key& key) {
    const auto id = key_id_of(key);
    note_check found = note_check::absent;
    for (const note_signature& s : n.signatures) {
        if (s.name != key.name || s.key_id != id) continue;
        if (!verify_raw(key.key, s.value, as_bytes(n.text))) return note_check::wrong;
        found = note_check::valid;
    }
    return found;
}

} // namespace changgu::crypto
