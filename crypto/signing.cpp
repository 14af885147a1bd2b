#include "crypto/signing.hpp"

#include "crypto/labels.hpp"

#include <sodium.h>

namespace changgu::crypto {
namespace {

bytes message_for(std::string_view tag, const org_id& org, std::initializer_list<bytes_view> payload) {
    bytes message{static_cast<byte>(tag.size())};
    append(message, as_bytes(tag));
    append(message, org.view());
    for (const bytes_view part : payload) append(message, part);
    return message;
}

bytes sign_in_payload(const sign_in_challenge& c) {
    bytes payload;
    append(payload, big_endian(static_cast<std::uint16_t>(c.origin.size())));
    append(payload, as_bytes(c.origin));
    append(payload, c.nonce.view());
    append(payload, big_endian(c.number));
    payload.push_back(static_cast<byte>(c.scope.size()));
    append(payload, as_bytes(c.scope));
    return payload;
}

} // namespace

signature sign_raw(const sign_secret_key& key, bytes_view message) {
    signature out;
    crypto_sign_detached(out.data(), nullptr, message.data(), message.size(), key.data());
    return out;
}

bool verify_raw(const sign_public_key& key, const signature& sig, bytes_view message) noexcept {
    return crypto_sign_verify_detached(sig.data(), message.data(), message.size(), key.data()) == 0;
}

signature sign(const sign_secret_key& key, std::string_view tag, const org_id& org,
               std::initializer_list<bytes_view> payload) {
    return sign_raw(key, message_for(tag, org, payload));
}

result<void> verify(const sign_public_key& key, const signature& sig, std::string_view tag, const org_id& org,
                    std::initializer_list<bytes_view> payload) {
    if (!verify_raw(key, sig, message_for(tag, org, payload))) return errc::bad_signature;
    return {};
}

signature sign_prekey(const sign_key_pair& identity, const org_id& org, std::uint32_t number,
                      std::uint32_t epoch, const box_public_key& key) {
    return sign(identity.secret_key, label::sign_prekey, org,
                {big_endian(number), big_endian(epoch), key.view()});
}

result<void> verify_prekey(const sign_public_key& identity, const signature& sig, const org_id& org,
                           std::uint32_t number, std::uint32_t epoch, const box_public_key& key) {
    return verify(identity, sig, label::sign_prekey, org,
                  {big_endian(number), big_endian(epoch), key.view()});
}

signature sign_sign_in(const sign_secret_key& key, const org_id& org, const sign_in_challenge& challenge) {
    return sign(key, label::sign_in, org, {sign_in_payload(challenge)});
}

result<void> verify_sign_in(const sign_public_key& key, const signature& sig, const org_id& org,
                            const sign_in_challenge& challenge) {
    return verify(key, sig, label::sign_in, org, {sign_in_payload(challenge)});
}

signature sign_drained(const sign_secret_key& key, const org_id& org, std::uint32_t number,
                       std::uint32_t epoch) {
    return sign(key, label::sign_drained, org, {big_endian(number), big_endian(epoch)});
}

result<void> verify_drained(const sign_public_key& key, const signature& sig, const org_id& org,
                            std::uint32_t number, std::uint32_t epoch) {
    return verify(key, sig, label::sign_drained, org, {big_endian(number), big_endian(epoch)});
}

} // namespace changgu::crypto
