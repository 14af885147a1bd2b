#include "crypto/secret.hpp"

#include <sodium.h>

#include <stdexcept>

namespace changgu::crypto {

void initialise() {
    if (sodium_init() < 0) throw std::runtime_error("libsodium cannot start: no source of random numbers");
}

void wipe(std::span<byte> memory) noexcept {
    sodium_memzero(memory.data(), memory.size());
}

bool equal_constant_time(bytes_view a, bytes_view b) noexcept {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

void secret_buffer::append(bytes_view tail) {
    secret_buffer grown(size_ + tail.size());
    if (size_ != 0) std::memcpy(grown.data(), data_.get(), size_);
    if (!tail.empty()) std::memcpy(grown.data() + size_, tail.data(), tail.size());
    *this = std::move(grown);
}

void secret_buffer::truncate(std::size_t size) noexcept {
    wipe({data_.get() + size, size_ - size});
    size_ = size;
}

void secret_buffer::clear() noexcept {
    if (data_) wipe({data_.get(), size_});
    data_.reset();
    size_ = 0;
}

box_key_pair random_box_key_pair() {
    box_key_pair pair;
    crypto_box_keypair(pair.public_key.data(), pair.secret_key.data());
    return pair;
}

box_key_pair box_key_pair_from(const seed& s) {
    box_key_pair pair;
    crypto_box_seed_keypair(pair.public_key.data(), pair.secret_key.data(), s.data());
    return pair;
}

sign_key_pair random_sign_key_pair() {
    sign_key_pair pair;
    crypto_sign_keypair(pair.public_key.data(), pair.secret_key.data());
    return pair;
}

sign_key_pair sign_key_pair_from(const seed& s) {
    sign_key_pair pair;
    crypto_sign_seed_keypair(pair.public_key.data(), pair.secret_key.data(), s.data());
    return pair;
}

} // namespace changgu::crypto
