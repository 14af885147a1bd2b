#include "crypto/frame.hpp"

#include "crypto/deflate.hpp"
#include "crypto/labels.hpp"
#include "crypto/signing.hpp"

#include <sodium.h>

namespace changgu::crypto {

std::string_view signing_tag(message_kind kind) noexcept {
    switch (kind) {
    case message_kind::report: return label::sign_report;
    case message_kind::follow_up: return label::sign_follow_up;
    case message_kind::reply: return label::sign_reply;
    case message_kind::event: return label::sign_event;
    case message_kind::handover: return label::sign_handover;
    }
    return {};
}

result<secret_buffer> pack_frame(message_kind kind, const sign_key_pair& signer, std::string_view json,
                                 const frame_place& place, std::size_t block_size) {
    if (json.size() > max_inflated_size - frame_prefix_size) return errc::too_large;
    const signature sig = sign(signer.secret_key, signing_tag(kind), place.org,
                               {place.header_hash.view(), place.context.view(), as_bytes(json)});
    secret_buffer plain(frame_prefix_size + json.size());
    plain.data()[0] = static_cast<byte>(kind);
    std::memcpy(plain.data() + 1, signer.public_key.data(), signer.public_key.size());
    std::memcpy(plain.data() + 33, sig.data(), sig.size());
    if (!json.empty()) std::memcpy(plain.data() + frame_prefix_size, json.data(), json.size());

    auto packed = deflate_raw(plain.view(), block_size - 1);
    if (!packed) return packed.error();
    secret_buffer block(block_size);
    std::memcpy(block.data(), packed->view().data(), packed->size());
    std::size_t padded = 0;
    if (sodium_pad(&padded, block.data(), packed->size(), block_size, block_size) != 0)
        return errc::too_large;
    return block;
}

result<frame> unpack_frame(bytes_view block, const frame_place& place) {
    std::size_t packed_size = 0;
    if (sodium_unpad(&packed_size, block.data(), block.size(), block.size()) != 0) return errc::bad_padding;
    auto plain = inflate_raw(block.first(packed_size), max_inflated_size);
    if (!plain) return plain.error();
    if (plain->size() < frame_prefix_size) return errc::frame_too_short;

    const bytes_view view = plain->view();
    frame out;
    out.kind = static_cast<message_kind>(view[0]);
    std::memcpy(out.signer.data(), view.data() + 1, out.signer.size());
    std::memcpy(out.signed_by_signer.data(), view.data() + 33, out.signed_by_signer.size());
    out.json = secret_buffer(view.subspan(frame_prefix_size));
    if (signing_tag(out.kind).empty()) return out;
    if (auto ok = verify_frame(out, place); !ok) return ok.error();
    return out;
}

result<void> verify_frame(const frame& f, const frame_place& place) {
    const std::string_view tag = signing_tag(f.kind);
    if (tag.empty()) return errc::wrong_kind;
    return verify(f.signer, f.signed_by_signer, tag, place.org,
                  {place.header_hash.view(), place.context.view(), f.json.view()});
}

} // namespace changgu::crypto
