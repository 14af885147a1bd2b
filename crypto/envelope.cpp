#include "crypto/envelope.hpp"

#include "crypto/hash.hpp"
#include "crypto/labels.hpp"

#include <sodium.h>

namespace changgu::crypto {
namespace {

using namespace suite1;

constexpr byte share_index = 0;

static_assert(crypto_box_SEALBYTES == 48);
static_assert(crypto_aead_xchacha20poly1305_ietf_ABYTES == 16);
constexpr std::array<byte, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES> zero_nonce{};

bytes new_header(std::uint32_t epoch) {
    bytes envelope(envelope_size);
    envelope[0] = id;
    const auto number = big_endian(epoch);
    std::copy(number.begin(), number.end(), envelope.begin() + 1);
    return envelope;
}

std::span<byte> slot_of(bytes& envelope, std::size_t k) {
    return std::span(envelope).subspan(slots_offset + k * slot_size, slot_size);
}

// A decoy costs what a real slot costs and differs from it only in that nobody has the key.
bool seal_slot(std::span<byte> slot, const slot_recipient& to, const content_key& key) {
    secret_buffer share(share_size);
    box_public_key recipient;
    if (to) {
        share.data()[0] = share_index;
        std::memcpy(share.data() + 1, key.data(), key.size());
        recipient = *to;
    } else {
        fill_random({share.data(), share.size()});
        recipient = random_box_key_pair().public_key;
    }
    return crypto_box_seal(slot.data(), share.view().data(), share.size(), recipient.data()) == 0;
}

hash256 commitment_of(const content_key& key, bytes_view envelope) {
    return blake2b_keyed<hash256>(key.view(), {envelope.first(commitment_offset)});
}

bytes associated_data(const org_id& org, const context_id& context, bytes_view envelope) {
    bytes out;
    out.reserve(64 + header_size);
    append(out, org.view());
    append(out, context.view());
    append(out, envelope.first(header_size));
    return out;
}

} // namespace

std::size_t envelope_size_of(byte suite) noexcept {
    return suite == suite1::id ? suite1::envelope_size : 0;
}

result<bytes> seal_envelope(const org_id& org, std::uint32_t epoch, const context_id& context,
                            std::span<const slot_recipient> slots, message_kind kind,
                            const sign_key_pair& signer, std::string_view json) {
    if (slots.size() > slot_count) return errc::bad_length;
    const content_key key = content_key::random();
    bytes envelope = new_header(epoch);
    for (std::size_t k = 0; k < slot_count; ++k)
        if (!seal_slot(slot_of(envelope, k), k < slots.size() ? slots[k] : std::nullopt, key))
            return errc::bad_key;
    const hash256 commitment = commitment_of(key, envelope);
    std::copy(commitment.value.begin(), commitment.value.end(), envelope.begin() + commitment_offset);

    const hash256 header_hash = blake2b<hash256>({bytes_view(envelope).first(header_size)});
    auto block = pack_frame(kind, signer, json, {org, header_hash, context}, block_size);
    if (!block) return block.error();
    const bytes ad = associated_data(org, context, envelope);
    crypto_aead_xchacha20poly1305_ietf_encrypt(envelope.data() + header_size, nullptr, block->view().data(),
                                               block->size(), ad.data(), ad.size(), nullptr,
                                               zero_nonce.data(), key.data());
    return envelope;
}

result<envelope_header> read_header(bytes_view envelope) {
    if (envelope.empty()) return errc::bad_length;
    const std::size_t size = envelope_size_of(envelope[0]);
    if (size == 0) return errc::unknown_suite;
    if (envelope.size() != size) return errc::bad_length;
    if (envelope[5] != 0 || envelope[6] != 0 || envelope[7] != 0) return errc::nonzero_reserved;
    return envelope_header{envelope[0], from_big_endian<std::uint32_t>(envelope.subspan(1, 4))};
}

result<opened_envelope> open_envelope(const org_id& org, bytes_view envelope, std::uint32_t epoch,
                                      const context_id& context, std::size_t slot, const box_key_pair& mine) {
    auto header = read_header(envelope);
    if (!header) return header.error();
    if (header->epoch != epoch) return errc::wrong_epoch;
    if (slot >= slot_count) return errc::bad_length;

    secret_buffer share(share_size);
    const bytes_view sealed = envelope.subspan(slots_offset + slot * slot_size, slot_size);
    if (crypto_box_seal_open(share.data(), sealed.data(), sealed.size(), mine.public_key.data(),
                             mine.secret_key.data()) != 0)
        return errc::slot_not_mine;
    if (share.view()[0] != share_index) return errc::bad_share_index;

    opened_envelope out;
    out.key = content_key::from(share.view().subspan(1)).value();
    if (!equal_constant_time(commitment_of(out.key, envelope).view(),
                             envelope.subspan(commitment_offset, 32)))
        return errc::bad_commitment;
    const bytes ad = associated_data(org, context, envelope);
    secret_buffer block(block_size);
    const bytes_view body = envelope.subspan(header_size);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(block.data(), nullptr, nullptr, body.data(), body.size(),
                                                   ad.data(), ad.size(), zero_nonce.data(),
                                                   out.key.data()) != 0)
        return errc::bad_tag;
    out.header_hash = blake2b<hash256>({envelope.first(header_size)});
    auto message = unpack_frame(block.view(), {org, out.header_hash, context});
    if (!message) return message.error();
    out.message = std::move(*message);
    return out;
}

bool is_alarm(const boost::system::error_code& error) noexcept {
    if (error.category() != error_category()) return false;
    switch (static_cast<errc>(error.value())) {
    case errc::bad_share_index:
    case errc::bad_commitment:
    case errc::bad_tag:
    case errc::bad_padding:
    case errc::bad_deflate:
    case errc::inflates_too_far:
    case errc::frame_too_short:
    case errc::bad_signature: return true;
    default: return false;
    }
}

bytes make_chaff(std::uint32_t epoch) {
    bytes envelope = new_header(epoch);
    const content_key unused;
    for (std::size_t k = 0; k < slot_count; ++k) seal_slot(slot_of(envelope, k), std::nullopt, unused);
    // A commitment and a ciphertext under a key nobody has are uniform bytes.
    fill_random(std::span(envelope).subspan(commitment_offset));
    return envelope;
}

envelope_id id_of(bytes_view envelope) noexcept {
    return blake2b<envelope_id>({envelope});
}

case_key case_key_of(const content_key& key) noexcept {
    return derive<case_key>(key, 2, label::kdf_case);
}

} // namespace changgu::crypto
