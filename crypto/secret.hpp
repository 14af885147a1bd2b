// Secrets: move-only, wiped when they go, compared in constant time, and without any way to print or copy
// them by accident. Short-lived ones live where they are declared; `guarded` pages (sodium_malloc, 4 KiB of
// locked memory and 25 us each) are for the few that live as long as the process.
#pragma once

#include "crypto/bytes.hpp"

#include <memory>
#include <utility>

namespace changgu::crypto {

void wipe(std::span<byte> memory) noexcept;
/// Constant time in the content; lengths are public.
bool equal_constant_time(bytes_view a, bytes_view b) noexcept;

/// A secret of N bytes. A moved-from secret is all zeros.
template <class Tag, std::size_t N> class secret_bytes {
  public:
    static constexpr std::size_t size_bytes = N;

    secret_bytes() = default;
    secret_bytes(const secret_bytes&) = delete;
    secret_bytes& operator=(const secret_bytes&) = delete;
    secret_bytes(secret_bytes&& other) noexcept : value_(other.value_) { wipe(other.value_); }
    secret_bytes& operator=(secret_bytes&& other) noexcept {
        if (this != &other) {
            value_ = other.value_;
            wipe(other.value_);
        }
        return *this;
    }
    ~secret_bytes() { wipe(value_); }

    [[nodiscard]] bytes_view view() const noexcept { return value_; }
    [[nodiscard]] const byte* data() const noexcept { return value_.data(); }
    [[nodiscard]] byte* data() noexcept { return value_.data(); }
    static constexpr std::size_t size() noexcept { return N; }
    bool operator==(const secret_bytes& other) const noexcept {
        return equal_constant_time(value_, other.value_);
    }
    /// An explicit copy, for the few places that must keep two.
    [[nodiscard]] secret_bytes clone() const {
        secret_bytes out;
        out.value_ = value_;
        return out;
    }
    static secret_bytes random() {
        secret_bytes out;
        fill_random(out.value_);
        return out;
    }
    /// Fails with bad_length unless `from` has exactly N bytes.
    static result<secret_bytes> from(bytes_view from) {
        if (from.size() != N) return errc::bad_length;
        secret_bytes out;
        std::memcpy(out.value_.data(), from.data(), N);
        return out;
    }

  private:
    std::array<byte, N> value_{};
};

using content_key = secret_bytes<struct content_key_tag, 32>; ///< one envelope
using case_key = secret_bytes<struct case_key_tag, 32>;       ///< one case
using file_key = secret_bytes<struct file_key_tag, 32>;       ///< one attachment
using token = secret_bytes<struct token_tag, 32>;             ///< opens what is stored at its hash
using symmetric_key = secret_bytes<struct symmetric_tag, 32>;
using seed = secret_bytes<struct seed_tag, 32>;
using box_secret_key = secret_bytes<struct box_secret_tag, 32>;   ///< X25519
using sign_secret_key = secret_bytes<struct sign_secret_tag, 64>; ///< Ed25519, libsodium's seed ‖ public key

struct box_key_pair {
    box_public_key public_key;
    box_secret_key secret_key;
};
struct sign_key_pair {
    sign_public_key public_key;
    sign_secret_key secret_key;
};

box_key_pair random_box_key_pair();
box_key_pair box_key_pair_from(const seed& s);
sign_key_pair random_sign_key_pair();
sign_key_pair sign_key_pair_from(const seed& s);

/// Secret bytes of any length: passphrases, plaintexts. Wiped on destruction and whenever it grows.
class secret_buffer {
  public:
    secret_buffer() = default;
    explicit secret_buffer(std::size_t size) : data_(size ? new byte[size]() : nullptr), size_(size) {}
    explicit secret_buffer(bytes_view from) : secret_buffer(from.size()) {
        if (size_ != 0) std::memcpy(data_.get(), from.data(), size_);
    }
    explicit secret_buffer(std::string_view from) : secret_buffer(as_bytes(from)) {}
    secret_buffer(const secret_buffer&) = delete;
    secret_buffer& operator=(const secret_buffer&) = delete;
    secret_buffer(secret_buffer&& other) noexcept
        : data_(std::move(other.data_)), size_(std::exchange(other.size_, 0)) {}
    secret_buffer& operator=(secret_buffer&& other) noexcept {
        if (this != &other) {
            clear();
            data_ = std::move(other.data_);
            size_ = std::exchange(other.size_, 0);
        }
        return *this;
    }
    ~secret_buffer() { clear(); }

    [[nodiscard]] bytes_view view() const noexcept { return {data_.get(), size_}; }
    [[nodiscard]] std::string_view text() const noexcept { return as_text(view()); }
    [[nodiscard]] byte* data() noexcept { return data_.get(); }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    void append(bytes_view tail);
    /// Keeps the first `size` bytes and wipes the rest; `size` must not exceed size().
    void truncate(std::size_t size) noexcept;
    void clear() noexcept;

  private:
    std::unique_ptr<byte[]> data_;
    std::size_t size_ = 0;
};

/// Must run once before anything else here; throws std::runtime_error if libsodium cannot start.
void initialise();

} // namespace changgu::crypto
