#include "crypto/locker.hpp"

#include "crypto/hash.hpp"
#include "crypto/labels.hpp"

#include <sodium.h>

#include <new>

namespace changgu::crypto {

locker locker::open(bytes_view passphrase, const org_id& org, std::uint32_t number) {
    constexpr unsigned long long passes = 3;
    constexpr std::size_t memory = std::size_t{256} << 20U;
    const auto salt = blake2b<hash256>({as_bytes(label::keyring_salt), org.view(), big_endian(number)});
    seed x;
    if (crypto_pwhash(x.data(), x.size(), reinterpret_cast<const char*>(passphrase.data()), passphrase.size(),
                      salt.data(), passes, memory, crypto_pwhash_ALG_ARGON2ID13) != 0)
        throw std::bad_alloc();
    locker out;
    out.key_ = sign_key_pair_from(derive<seed>(x, 1, label::kdf_keyring));
    out.wrapping_ = derive<symmetric_key>(x, 2, label::kdf_keyring);
    return out;
}

symmetric_key locker::wrapping_key(const pepper& p) const noexcept {
    symmetric_key key;
    detail::blake2b({key.data(), key.size()}, wrapping_.view(), {as_bytes(label::keyring_wrap), p.view()});
    return key;
}

} // namespace changgu::crypto
