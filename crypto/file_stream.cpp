#include "crypto/file_stream.hpp"

#include "crypto/hash.hpp"
#include "crypto/labels.hpp"

#include <sodium.h>

#include <stdexcept>

namespace changgu::crypto {
namespace {

static_assert(crypto_secretstream_xchacha20poly1305_ABYTES == chunk_overhead);
static_assert(crypto_secretstream_xchacha20poly1305_HEADERBYTES == stream_header::size_bytes);

symmetric_key stream_key(const file_key& key) noexcept {
    return derive<symmetric_key>(key, 0, label::kdf_blob_key);
}

bytes associated_data(const org_id& org, const file_key& key, std::uint32_t chunk) {
    bytes out(org.value.begin(), org.value.end());
    append(out, blob_id(blob_token(key, chunk)).view());
    return out;
}

} // namespace

attachment attachment::clone() const {
    return {key.clone(), chunks, header, hash, size, name, type};
}

json::object to_json(const attachment& a) {
    return {{"key", to_base64(a.key.view())},
            {"chunks", a.chunks},
            {"header", to_base64(a.header.view())},
            {"hash", to_base64(a.hash.view())},
            {"size", a.size},
            {"name", a.name},
            {"type", a.type}};
}

result<attachment> attachment_from_json(const json::object& object) {
    auto key = read_fixed<fixed_bytes<struct key_text, 32>>(object, "key");
    auto chunks = read_integer(object, "chunks", file_classes.back());
    auto header = read_fixed<stream_header>(object, "header");
    auto hash = read_fixed<hash256>(object, "hash");
    auto size = read_integer(object, "size", max_file_size);
    auto name = read_string(object, "name", max_file_name);
    auto type = read_string(object, "type", 127);
    if (!key || !chunks || !header || !hash || !size || !name || !type) return errc::bad_field;
    const auto file_class = static_cast<std::uint32_t>(*chunks);
    if (std::ranges::find(file_classes, file_class) == file_classes.end() ||
        *size >= std::uint64_t{file_class} * chunk_plain_size)
        return errc::bad_file_class;
    attachment out;
    out.key = file_key::from(key->view()).value();
    wipe(key->value);
    out.chunks = file_class;
    out.header = *header;
    out.hash = *hash;
    out.size = *size;
    out.name = std::move(*name);
    out.type = std::move(*type);
    return out;
}

result<std::uint32_t> file_class_for(std::uint64_t size) {
    for (const std::uint32_t file_class : file_classes)
        if (size < std::uint64_t{file_class} * chunk_plain_size) return file_class;
    return errc::too_large;
}

token blob_token(const file_key& key, std::uint32_t chunk) noexcept {
    return derive<token>(key, chunk, label::kdf_blob_token);
}

address blob_id(const token& t) noexcept {
    return blake2b<address>({as_bytes(label::blob_address), t.view()});
}

// Where a stream stands: what both directions keep.
struct detail::stream_state {
    stream_state(const org_id& o, const file_key& k, std::uint32_t n) : org(o), key(k.clone()), chunks(n) {}
    stream_state(const stream_state&) = delete;
    stream_state& operator=(const stream_state&) = delete;
    ~stream_state() { sodium_memzero(&stream, sizeof stream); }

    org_id org;
    file_key key;
    std::uint32_t chunks;
    std::uint32_t next = 0;
    stream_header header;
    crypto_secretstream_xchacha20poly1305_state stream{};
};

file_encryptor::file_encryptor(const org_id& org, const file_key& key, std::uint32_t chunks)
    : state_(std::make_unique<detail::stream_state>(org, key, chunks)) {
    crypto_secretstream_xchacha20poly1305_init_push(&state_->stream, state_->header.data(),
                                                    stream_key(key).data());
}

file_encryptor::~file_encryptor() = default;

const stream_header& file_encryptor::header() const noexcept {
    return state_->header;
}

bytes file_encryptor::push(bytes_view padded) {
    if (state_->next == state_->chunks || padded.size() != chunk_plain_size)
        throw std::logic_error("file_encryptor: one chunk of padded content at a time");
    const bytes ad = associated_data(state_->org, state_->key, state_->next);
    const bool last = ++state_->next == state_->chunks;
    bytes chunk(chunk_size);
    crypto_secretstream_xchacha20poly1305_push(&state_->stream, chunk.data(), nullptr, padded.data(),
                                               padded.size(), ad.data(), ad.size(),
                                               last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
                                                    : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
    return chunk;
}

file_decryptor::file_decryptor(const org_id& org, const attachment& of)
    : state_(std::make_unique<detail::stream_state>(org, of.key, of.chunks)) {
    crypto_secretstream_xchacha20poly1305_init_pull(&state_->stream, of.header.data(),
                                                    stream_key(of.key).data());
}

file_decryptor::~file_decryptor() = default;

bool file_decryptor::finished() const noexcept {
    return state_->next == state_->chunks;
}

result<secret_buffer> file_decryptor::pull(bytes_view chunk) {
    if (finished() || chunk.size() != chunk_size) return errc::bad_chunk;
    const bytes ad = associated_data(state_->org, state_->key, state_->next);
    const bool last = ++state_->next == state_->chunks;
    secret_buffer padded(chunk_plain_size);
    byte tag = 0;
    if (crypto_secretstream_xchacha20poly1305_pull(&state_->stream, padded.data(), nullptr, &tag,
                                                   chunk.data(), chunk.size(), ad.data(), ad.size()) != 0)
        return errc::bad_chunk;
    const byte expected = last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
                               : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
    if (tag != expected) return errc::bad_chunk;
    return padded;
}

result<encrypted_file> encrypt_file(const org_id& org, bytes_view content, std::string name,
                                    std::string type) {
    auto file_class = file_class_for(content.size());
    if (!file_class) return file_class.error();
    encrypted_file out;
    out.about.key = file_key::random();
    out.about.chunks = *file_class;
    out.about.hash = blake2b<hash256>({content});
    out.about.size = content.size();
    out.about.name = std::move(name);
    out.about.type = std::move(type);

    file_encryptor encryptor(org, out.about.key, *file_class);
    out.about.header = encryptor.header();
    for (std::size_t j = 0; j < *file_class; ++j) {
        secret_buffer padded(chunk_plain_size);
        const std::size_t start = std::min(j * chunk_plain_size, content.size());
        const bytes_view part = content.subspan(start, std::min(chunk_plain_size, content.size() - start));
        if (!part.empty()) std::memcpy(padded.data(), part.data(), part.size());
        if (content.size() / chunk_plain_size == j) padded.data()[part.size()] = 0x80;
        out.chunks.push_back(encryptor.push(padded.view()));
    }
    return out;
}

result<secret_buffer> decrypt_file(const org_id& org, const attachment& about,
                                   std::span<const bytes> chunks) {
    if (chunks.size() != about.chunks) return errc::truncated_file;
    file_decryptor decryptor(org, about);
    secret_buffer padded(std::size_t{about.chunks} * chunk_plain_size);
    for (std::size_t j = 0; j < chunks.size(); ++j) {
        auto part = decryptor.pull(chunks[j]);
        if (!part) return part.error();
        std::memcpy(padded.data() + j * chunk_plain_size, part->view().data(), part->size());
    }
    std::size_t size = 0;
    if (sodium_unpad(&size, padded.view().data(), padded.size(), padded.size()) != 0 || size != about.size)
        return errc::bad_padding;
    padded.truncate(size);
    if (blake2b<hash256>({padded.view()}) != about.hash) return errc::bad_file_hash;
    return padded;
}

} // namespace changgu::crypto
