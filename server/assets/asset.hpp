// The files of the pages, as client-web/build/embed.mjs put them into the binary.
#pragma once

#include "crypto/bytes.hpp"
#include "server/http/headers.hpp"

#include <span>
#include <string_view>

namespace changgu::assets {

/// All of static storage.
struct asset {
    std::string_view path; ///< of the URL: "/", "/assets/…"
    std::string_view content_type;
    http::surface surface;
    std::string_view sha256; ///< of `identity`, 64 hexadecimal digits
    std::span<const crypto::byte> identity;
    std::span<const crypto::byte> brotli; ///< empty where it would be no shorter
    std::string_view brotli_sha256;       ///< as sha256, or empty
};

/// Sorted by path.
std::span<const asset> all() noexcept;

/// Null when there is none at this path.
const asset* find(std::string_view path) noexcept;

} // namespace changgu::assets
