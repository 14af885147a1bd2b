#include "crypto/backup_file.hpp"

#include "crypto/hash.hpp"
#include "crypto/labels.hpp"

#include <sodium.h>

#include <stdexcept>

namespace changgu::crypto {
namespace {

constexpr byte version = 1;
constexpr std::size_t version_at = 8;
constexpr std::size_t count_at = 9;
constexpr std::size_t org_at = 16;
constexpr std::size_t sealed_size = crypto_box_SEALBYTES + symmetric_key::size_bytes;

static_assert(backup_prefix_size == org_at + org_id::size_bytes);
static_assert(backup_recipient_size == sign_public_key::size_bytes + sealed_size);
static_assert(backup_suffix_size == hash256::size_bytes + crypto_secretstream_xchacha20poly1305_HEADERBYTES);
static_assert(backup_chunk_overhead == crypto_secretstream_xchacha20poly1305_ABYTES);
static_assert(backup_chunk_content == 65'519);

result<box_public_key> as_box_key(const sign_public_key& key) {
    box_public_key out;
    if (crypto_sign_ed25519_pk_to_curve25519(out.data(), key.data()) != 0) return errc::bad_key;
    return out;
}

hash256 commitment_of(const symmetric_key& file_key, bytes_view before) {
    return blake2b_keyed<hash256>(file_key.view(), {as_bytes(label::backup), before});
}

symmetric_key stream_key(const symmetric_key& file_key) {
    return derive<symmetric_key>(file_key, 0, label::kdf_backup);
}

} // namespace

struct detail::backup_stream {
    backup_stream() = default;
    backup_stream(const backup_stream&) = delete;
    backup_stream& operator=(const backup_stream&) = delete;
    ~backup_stream() { sodium_memzero(&state, sizeof state); }

    bytes header;
    hash256 commitment;
    bool finished = false;
    crypto_secretstream_xchacha20poly1305_state state{};
};

// --- writing --------------------------------------------------------------------------------------------

backup_encryptor::backup_encryptor(std::unique_ptr<detail::backup_stream> stream)
    : stream_(std::move(stream)) {}
backup_encryptor::backup_encryptor(backup_encryptor&&) noexcept = default;
backup_encryptor& backup_encryptor::operator=(backup_encryptor&&) noexcept = default;
backup_encryptor::~backup_encryptor() = default;

result<backup_encryptor> backup_encryptor::start(const backup_recipients& to) {
    if (to.recovery.empty() || to.recovery.size() > max_backup_recipients) return errc::bad_parameters;
    auto stream = std::make_unique<detail::backup_stream>();
    bytes& header = stream->header;
    append(header, as_bytes(backup_magic));
    header.push_back(version);
    header.push_back(static_cast<byte>(to.recovery.size()));
    header.resize(org_at);
    append(header, to.org.view());
    const auto file_key = symmetric_key::random();
    for (const sign_public_key& key : to.recovery) {
        const auto box = as_box_key(key);
        if (!box) return box.error();
        std::array<byte, sealed_size> sealed{};
        if (crypto_box_seal(sealed.data(), file_key.data(), file_key.size(), box->data()) != 0)
            return errc::bad_key;
        append(header, key.view());
        append(header, sealed);
    }
    stream->commitment = commitment_of(file_key, header);
    append(header, stream->commitment.view());
    std::array<byte, crypto_secretstream_xchacha20poly1305_HEADERBYTES> start{};
    crypto_secretstream_xchacha20poly1305_init_push(&stream->state, start.data(),
                                                    stream_key(file_key).data());
    append(header, start);
    return backup_encryptor(std::move(stream));
}

const bytes& backup_encryptor::header() const noexcept {
    return stream_->header;
}

bytes backup_encryptor::push(bytes_view content, bool last) {
    if (stream_->finished || content.size() > backup_chunk_content ||
        (!last && content.size() != backup_chunk_content))
        throw std::logic_error("backup_encryptor: full chunks, and one last");
    stream_->finished = last;
    bytes chunk(content.size() + backup_chunk_overhead);
    crypto_secretstream_xchacha20poly1305_push(&stream_->state, chunk.data(), nullptr, content.data(),
                                               content.size(), stream_->commitment.data(),
                                               hash256::size_bytes,
                                               last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
                                                    : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
    return chunk;
}

// --- reading --------------------------------------------------------------------------------------------

bool is_backup(bytes_view start) noexcept {
    return start.size() >= backup_magic.size() && as_text(start.first(backup_magic.size())) == backup_magic;
}

result<std::size_t> backup_header_size(bytes_view prefix) {
    if (!is_backup(prefix)) return errc::unknown_version;
    if (prefix.size() < backup_prefix_size) return errc::bad_length;
    if (prefix[version_at] != version) return errc::unknown_version;
    const std::size_t count = prefix[count_at];
    if (count == 0 || count > max_backup_recipients) return errc::bad_parameters;
    if (std::ranges::any_of(prefix.subspan(count_at + 1, org_at - count_at - 1),
                            [](byte b) { return b != 0; }))
        return errc::nonzero_reserved;
    return backup_prefix_size + count * backup_recipient_size + backup_suffix_size;
}

result<backup_recipients> read_backup_recipients(bytes_view header) {
    const auto size = backup_header_size(header);
    if (!size) return size.error();
    if (header.size() != *size) return errc::bad_length;
    backup_recipients out;
    out.org = org_id::from(header.subspan(org_at, org_id::size_bytes)).value();
    for (std::size_t at = backup_prefix_size; at < *size - backup_suffix_size; at += backup_recipient_size)
        out.recovery.push_back(
            sign_public_key::from(header.subspan(at, sign_public_key::size_bytes)).value());
    return out;
}

backup_decryptor::backup_decryptor(std::unique_ptr<detail::backup_stream> stream)
    : stream_(std::move(stream)) {}
backup_decryptor::backup_decryptor(backup_decryptor&&) noexcept = default;
backup_decryptor& backup_decryptor::operator=(backup_decryptor&&) noexcept = default;
backup_decryptor::~backup_decryptor() = default;

namespace {

result<symmetric_key> open_box(bytes_view sealed, const sign_key_pair& recovery) {
    const auto box = as_box_key(recovery.public_key);
    if (!box) return box.error();
    box_secret_key secret;
    if (crypto_sign_ed25519_sk_to_curve25519(secret.data(), recovery.secret_key.data()) != 0)
        return errc::bad_key;
    symmetric_key file_key;
    if (crypto_box_seal_open(file_key.data(), sealed.data(), sealed.size(), box->data(), secret.data()) != 0)
        return errc::bad_tag;
    return file_key;
}

} // namespace

result<backup_decryptor> backup_decryptor::open(const org_id& org, bytes_view header,
                                                std::span<const sign_key_pair> recovery) {
    const auto to = read_backup_recipients(header);
    if (!to) return to.error();
    if (to->org != org) return errc::wrong_org;
    const std::size_t end = header.size() - backup_suffix_size;
    result<symmetric_key> file_key = errc::slot_not_mine;
    for (std::size_t i = 0; i < to->recovery.size() && !file_key; ++i)
        for (const sign_key_pair& pair : recovery) {
            if (pair.public_key != to->recovery[i]) continue;
            const std::size_t at = backup_prefix_size + i * backup_recipient_size;
            file_key = open_box(header.subspan(at + sign_public_key::size_bytes, sealed_size), pair);
            if (!file_key) return file_key.error();
            break;
        }
    if (!file_key) return file_key.error();
    auto stream = std::make_unique<detail::backup_stream>();
    stream->commitment = commitment_of(*file_key, header.first(end));
    if (!equal_constant_time(stream->commitment.view(), header.subspan(end, hash256::size_bytes)))
        return errc::bad_commitment;
    crypto_secretstream_xchacha20poly1305_init_pull(
        &stream->state, header.subspan(end + hash256::size_bytes).data(), stream_key(*file_key).data());
    return backup_decryptor(std::move(stream));
}

result<secret_buffer> backup_decryptor::pull(bytes_view chunk) {
    if (stream_->finished || chunk.size() < backup_chunk_overhead || chunk.size() > backup_chunk_size)
        return errc::bad_chunk;
    secret_buffer content(chunk.size() - backup_chunk_overhead);
    std::array<byte, 1> nothing{}; // for an empty last chunk, which has no buffer
    byte tag = 0;
    if (crypto_secretstream_xchacha20poly1305_pull(
            &stream_->state, content.empty() ? nothing.data() : content.data(), nullptr, &tag, chunk.data(),
            chunk.size(), stream_->commitment.data(), hash256::size_bytes) != 0)
        return errc::bad_chunk;
    if (tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL)
        stream_->finished = true;
    else if (tag != crypto_secretstream_xchacha20poly1305_TAG_MESSAGE || chunk.size() != backup_chunk_size)
        return errc::bad_chunk;
    return content;
}

bool backup_decryptor::finished() const noexcept {
    return stream_->finished;
}

} // namespace changgu::crypto
