// The headers that every answer has, in one place: they depend on what an answer is and on nothing of a
// request.
#pragma once

#include <cstdint>
#include <string_view>

namespace changgu::http {

/// What an answer is, which decides about its policies.
enum class surface : std::uint8_t {
    api,      ///< every call and every error; never kept
    page,     ///< the reporter's
    console,  ///< the reviewer's: may frame the viewer
    viewer,   ///< shows attachments, in an opaque origin, framed by the console
    part,     ///< of a page: named after its hash, never changes
    download, ///< a page that is to be saved, not shown
    manifest,
};

/// The Content-Security-Policy of an answer.
std::string_view content_security_policy(surface s) noexcept;

/// Complete lines, each with its CRLF: Content-Security-Policy, Cache-Control, the Cross-Origin-… policies,
/// Integrity-Policy, Permissions-Policy, Referrer-Policy, X-Content-Type-Options, and
/// Strict-Transport-Security if `secure`.
std::string_view standing_headers(surface s, bool secure) noexcept;

} // namespace changgu::http
