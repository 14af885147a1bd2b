// Raw deflate (RFC 1951), bounded on both sides. Compressors differ, so only inflation is part of the
// protocol.
#pragma once

#include "crypto/secret.hpp"

namespace changgu::crypto {

/// Errors: too_large when the result would exceed max_bytes.
result<secret_buffer> deflate_raw(bytes_view plain, std::size_t max_bytes);
/// One complete stream that ends with the last byte of `packed`.
/// Errors: bad_deflate; inflates_too_far beyond max_bytes.
result<secret_buffer> inflate_raw(bytes_view packed, std::size_t max_bytes);

} // namespace changgu::crypto
