#include "crypto/case_event.hpp"

#include "crypto/envelope.hpp"
#include "crypto/hash.hpp"
#include "crypto/labels.hpp"

#include <sodium.h>

namespace changgu::crypto {
namespace {

static_assert(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == case_event::nonce_size);

symmetric_key event_key(const case_key& key, std::uint64_t j) noexcept {
    return derive<symmetric_key>(key, j, label::kdf_case_key);
}

bytes associated_data(const org_id& org, const address& at, bytes_view header) {
    bytes out(org.value.begin(), org.value.end());
    append(out, at.view());
    append(out, header);
    return out;
}

} // namespace

token case_token(const case_key& key, std::uint64_t j) noexcept {
    return derive<token>(key, j, label::kdf_case_token);
}

address case_address(const token& t) noexcept {
    return blake2b<address>({as_bytes(label::case_address), t.view()});
}

result<bytes> seal_event(const org_id& org, const case_key& key, std::uint64_t j,
                         const sign_key_pair& reviewer, const json::object& event) {
    const address at = case_address(case_token(key, j));
    bytes sealed(case_event::size);
    sealed[0] = suite1::id;
    fill_random(std::span(sealed).subspan(8, case_event::nonce_size));
    const bytes_view header = bytes_view(sealed).first(case_event::header_size);
    auto block = pack_frame(message_kind::event, reviewer, json::serialize(event),
                            {org, blake2b<hash256>({header}), context_of(at)}, case_event::block_size);
    if (!block) return block.error();
    const bytes ad = associated_data(org, at, header);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data() + case_event::header_size, nullptr,
                                               block->view().data(), block->size(), ad.data(), ad.size(),
                                               nullptr, sealed.data() + 8, event_key(key, j).data());
    return sealed;
}

result<frame> open_event(const org_id& org, const case_key& key, std::uint64_t j, bytes_view sealed) {
    if (sealed.size() != case_event::size) return errc::bad_length;
    if (sealed[0] != suite1::id) return errc::unknown_suite;
    if (std::ranges::any_of(sealed.subspan(1, 7), [](byte b) { return b != 0; }))
        return errc::nonzero_reserved;
    const address at = case_address(case_token(key, j));
    const bytes_view header = sealed.first(case_event::header_size);
    const bytes_view body = sealed.subspan(case_event::header_size);
    const bytes ad = associated_data(org, at, header);
    secret_buffer block(case_event::block_size);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(block.data(), nullptr, nullptr, body.data(), body.size(),
                                                   ad.data(), ad.size(), sealed.data() + 8,
                                                   event_key(key, j).data()) != 0)
        return errc::bad_tag;
    auto event = unpack_frame(block.view(), {org, blake2b<hash256>({header}), context_of(at)});
    if (event && event->kind != message_kind::event) return errc::wrong_kind;
    return event;
}

json::object snapshot_of(const frame& message, const hash256& header_hash, const context_id& context) {
    return {{"type", "snapshot"},
            {"kind", static_cast<unsigned>(message.kind)},
            {"signer", to_base64(message.signer.view())},
            {"signature", to_base64(message.signed_by_signer.view())},
            {"header_hash", to_base64(header_hash.view())},
            {"context", to_base64(context.view())},
            {"json", message.json.text()}};
}

result<frame> message_of_snapshot(const org_id& org, const json::object& snapshot) {
    auto kind = read_integer(snapshot, "kind", 255);
    auto signer = read_fixed<sign_public_key>(snapshot, "signer");
    auto sig = read_fixed<signature>(snapshot, "signature");
    auto header_hash = read_fixed<hash256>(snapshot, "header_hash");
    auto context = read_fixed<context_id>(snapshot, "context");
    auto text = read_string(snapshot, "json", max_inflated_size);
    if (!kind || !signer || !sig || !header_hash || !context || !text) return errc::bad_field;
    frame message{static_cast<message_kind>(*kind), *signer, *sig, secret_buffer(std::string_view(*text))};
    if (auto ok = verify_frame(message, {org, *header_hash, *context}); !ok) return ok.error();
    return message;
}

} // namespace changgu::crypto
