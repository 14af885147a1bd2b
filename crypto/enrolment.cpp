#include "crypto/enrolment.hpp"

#include "crypto/hash.hpp"
#include "crypto/labels.hpp"
#include "crypto/signing.hpp"

namespace changgu::crypto {
namespace {

constexpr std::size_t code_size = 8 + 16 + 1;
constexpr std::size_t group = 5;

byte checksum(const enrolment_id& id, bytes_view secret) noexcept {
    return blake2b<hash256>({as_bytes(label::enrolment_check), id.view(), secret}).value[0];
}

} // namespace

enrolment_code enrolment_code::random() {
    return {random_fixed<enrolment_id>(), enrolment_secret::random()};
}

secret_buffer enrolment_code::to_text() const {
    secret_buffer raw(id.view());
    raw.append(secret.view());
    raw.append(std::array{checksum(id, secret.view())});
    std::string plain = to_base32(raw.view());
    secret_buffer out;
    for (std::size_t i = 0; i < plain.size(); i += group) {
        if (i != 0) out.append(as_bytes("-"));
        out.append(as_bytes(std::string_view(plain).substr(i, group)));
    }
    wipe({reinterpret_cast<byte*>(plain.data()), plain.size()});
    return out;
}

result<enrolment_code> enrolment_code::parse(std::string_view text) {
    auto raw = from_base32(text);
    if (!raw) return raw.error();
    if (raw->size() != code_size) return errc::bad_length;
    const bytes_view view = *raw;
    enrolment_code out{enrolment_id::from(view.first(8)).value(),
                       enrolment_secret::from(view.subspan(8, 16)).value()};
    const bool good = view[24] == checksum(out.id, out.secret.view());
    wipe(*raw);
    if (!good) return errc::bad_checksum;
    return out;
}

enrolment_mac mac_of(const enrolment_request& r, const org_id& org, const enrolment_code& code) {
    bytes prekeys;
    for (const prekey& p : r.prekeys) {
        append(prekeys, big_endian(p.epoch));
        append(prekeys, p.key.view());
        append(prekeys, p.signed_by_identity.view());
    }
    return blake2b_keyed<enrolment_mac>(code.secret.view(),
                                        {as_bytes(label::enrolment), org.view(), code.id.view(),
                                         big_endian(r.number), r.identity.view(), prekeys});
}

result<void> verify_enrolment(const enrolment_request& r, const enrolment_mac& mac, const org_id& org,
                              const enrolment_code& code) {
    if (!equal_constant_time(mac_of(r, org, code).view(), mac.view())) return errc::bad_mac;
    for (const prekey& p : r.prekeys)
        if (auto ok = verify_prekey(r.identity, p.signed_by_identity, org, r.number, p.epoch, p.key); !ok)
            return ok;
    return {};
}

} // namespace changgu::crypto
