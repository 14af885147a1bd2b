// A file's chunks as they are on the wire for a given stream header. The library draws the header at random,
// but the state that a header leads to is the same on both sides of a stream, so a reader's state can write
// too.
#pragma once

#include "crypto/file_stream.hpp"
#include "crypto/hash.hpp"
#include "crypto/labels.hpp"

#include <sodium.h>

namespace changgu::test {

using namespace crypto;

inline bytes counting_bytes(std::size_t size) {
    bytes out(size);
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<byte>(i % 251);
    return out;
}

inline std::vector<bytes> wire_chunks(const org_id& org, const file_key& key, const stream_header& header,
                                      bytes_view content, std::uint32_t chunks, std::uint32_t final_at) {
    bytes padded(content.begin(), content.end());
    padded.push_back(0x80);
    padded.resize(chunks * chunk_plain_size);
    crypto_secretstream_xchacha20poly1305_state state;
    crypto_secretstream_xchacha20poly1305_init_pull(
        &state, header.data(), derive<symmetric_key>(key, 0, label::kdf_blob_key).data());
    std::vector<bytes> out;
    for (std::uint32_t j = 0; j < chunks; ++j) {
        bytes ad(org.value.begin(), org.value.end());
        append(ad, blob_id(blob_token(key, j)).view());
        bytes& chunk = out.emplace_back(chunk_size);
        crypto_secretstream_xchacha20poly1305_push(
            &state, chunk.data(), nullptr, padded.data() + j * chunk_plain_size, chunk_plain_size, ad.data(),
            ad.size(),
            j == final_at ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
                          : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
    }
    return out;
}

} // namespace changgu::test
