#include "tests/vectors/make/craft.hpp"

#include "crypto/signing.hpp"

#include <sodium.h>

namespace changgu::vectors {

bytes padded_block(bytes_view packed, std::size_t size) {
    bytes block(packed.begin(), packed.end());
    block.push_back(0x80);
    block.resize(size);
    return block;
}

bytes block_of(bytes_view plain, std::size_t size) {
    return padded_block(deflate_raw(plain, size - 1).value().view(), size);
}

bytes frame_bytes(byte kind, std::string_view tag, const sign_key_pair& signer, std::string_view json,
                  const frame_place& place) {
    bytes out{kind};
    append(out, signer.public_key.view());
    append(out, sign(signer.secret_key, tag, place.org,
                     {place.header_hash.view(), place.context.view(), as_bytes(json)})
                    .view());
    append(out, as_bytes(json));
    return out;
}

bytes craft_envelope(const recipe& r) {
    const auto key = content_key::random();
    const auto other_key = content_key::random();
    bytes out{suite1::id};
    append(out, big_endian(r.epoch));
    out.resize(suite1::slots_offset);
    for (std::size_t k = 0; k < suite1::slot_count; ++k) {
        bytes share{r.share_index};
        append(share, (r.two_keys && k == 1 ? other_key : key).view());
        bytes slot(suite1::slot_size);
        const box_public_key to = k < r.to.size() ? r.to[k] : random_box_key_pair().public_key;
        crypto_box_seal(slot.data(), share.data(), share.size(), to.data());
        append(out, slot);
    }
    append(out, blake2b_keyed<hash256>(key.view(), {out}).view());
    const bytes block = r.block({office::org, blake2b<hash256>({out}), r.context});
    bytes ad(office::org.value.begin(), office::org.value.end());
    append(ad, r.context.view());
    append(ad, out);
    const std::array<byte, 24> nonce{};
    bytes sealed(block.size() + 16);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data(), nullptr, block.data(), block.size(), ad.data(),
                                               ad.size(), nullptr, nonce.data(), key.data());
    append(out, sealed);
    return out;
}

} // namespace changgu::vectors
