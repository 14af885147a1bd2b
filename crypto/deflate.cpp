#include "crypto/deflate.hpp"

#include <zlib.h>

#include <new>

namespace changgu::crypto {
namespace {

constexpr int raw_window = -15; // negative: no zlib header, 32 KiB window

// zlib's own buffers hold plaintext, so they are wiped before they are freed.
voidpf allocate(voidpf, uInt items, uInt size) {
    const std::size_t wanted = std::size_t{items} * size;
    auto* block = static_cast<std::size_t*>(::operator new(wanted + alignof(std::max_align_t), std::nothrow));
    if (block == nullptr) return Z_NULL;
    std::memset(block, 0, wanted + alignof(std::max_align_t));
    *block = wanted;
    return reinterpret_cast<byte*>(block) + alignof(std::max_align_t);
}

void release(voidpf, voidpf memory) {
    auto* start = static_cast<byte*>(memory) - alignof(std::max_align_t);
    std::size_t wanted = 0;
    std::memcpy(&wanted, start, sizeof wanted);
    wipe({start, wanted + alignof(std::max_align_t)});
    ::operator delete(start);
}

z_stream stream_over(bytes_view in, secret_buffer& out) {
    z_stream stream{};
    stream.zalloc = allocate;
    stream.zfree = release;
    stream.next_in = const_cast<byte*>(in.data()); // zlib reads only
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    return stream;
}

} // namespace

result<secret_buffer> deflate_raw(bytes_view plain, std::size_t max_bytes) {
    // One spare byte: when deflate() fills its buffer to the brim it does not say that it has ended.
    secret_buffer out(max_bytes + 1);
    z_stream stream = stream_over(plain, out);
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, raw_window, MAX_MEM_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc();
    const int status = deflate(&stream, Z_FINISH);
    const std::size_t written = out.size() - stream.avail_out;
    deflateEnd(&stream);
    if (status != Z_STREAM_END || written > max_bytes) return errc::too_large;
    out.truncate(written);
    return out;
}

result<secret_buffer> inflate_raw(bytes_view packed, std::size_t max_bytes) {
    secret_buffer out(max_bytes + 1); // one spare byte tells "exactly max" from "more than max"
    z_stream stream = stream_over(packed, out);
    if (inflateInit2(&stream, raw_window) != Z_OK) throw std::bad_alloc();
    const int status = inflate(&stream, Z_FINISH);
    const std::size_t written = out.size() - stream.avail_out;
    const bool all_read = stream.avail_in == 0;
    inflateEnd(&stream);
    if (written > max_bytes) return errc::inflates_too_far;
    if (status != Z_STREAM_END || !all_read) return errc::bad_deflate;
    out.truncate(written);
    return out;
}

} // namespace changgu::crypto
