#include "server/http/headers.hpp"

#include <array>
#include <string>

namespace changgu::http {

namespace {

constexpr std::size_t surfaces = static_cast<std::size_t>(surface::manifest) + 1;

// A worker's policy comes with its script, so that a part has its page's. WebAssembly is libsodium.
constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; "
    "worker-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types changgu";
constexpr std::string_view console_policy =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; "
    "worker-src 'self'; img-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types changgu";
constexpr std::string_view viewer_policy =
    "sandbox allow-scripts; default-src 'none'; script-src 'self'; style-src 'self'; img-src blob: data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; require-trusted-types-for 'script'; "
    "trusted-types 'none'";
constexpr std::string_view nothing_policy = "default-src 'none'; frame-ancestors 'none'";
constexpr std::string_view download_policy = "sandbox; default-src 'none'; frame-ancestors 'none'";

/// Every feature that browsers let a page ask for, closed.
constexpr std::string_view permissions =
    "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), clipboard-read=(), "
    "clipboard-write=(), compute-pressure=(), display-capture=(), encrypted-media=(), fullscreen=(), "
    "gamepad=(), geolocation=(), gyroscope=(), hid=(), identity-credentials-get=(), idle-detection=(), "
    "keyboard-map=(), local-fonts=(), magnetometer=(), microphone=(), midi=(), otp-credentials=(), "
    "payment=(), picture-in-picture=(), publickey-credentials-create=(), publickey-credentials-get=(), "
    "screen-wake-lock=(), serial=(), storage-access=(), sync-xhr=(), usb=(), window-management=(), "
    "xr-spatial-tracking=()";

std::string_view cache_control(surface s) noexcept {
    switch (s) {
    case surface::api: break;
    case surface::part: return "public, max-age=31536000, immutable";
    case surface::page:
    case surface::console:
    case surface::viewer:
    case surface::download:
    case surface::manifest: return "no-cache";
    }
    return "no-store";
}

std::string lines(surface s, bool secure) {
    std::string out;
    const auto add = [&out](std::string_view name, std::string_view value) {
        out.append(name).append(": ").append(value).append("\r\n");
    };
    add("Cache-Control", cache_control(s));
    add("Content-Security-Policy", content_security_policy(s));
    // The viewer's scripts are fetched from an opaque origin; a part is public anyway.
    if (s == surface::part) add("Access-Control-Allow-Origin", "*");
    add("Cross-Origin-Embedder-Policy", "require-corp");
    add("Cross-Origin-Opener-Policy", "same-origin");
    add("Cross-Origin-Resource-Policy", "same-origin");
    add("Integrity-Policy", "blocked-destinations=(script)");
    add("Permissions-Policy", permissions);
    add("Referrer-Policy", "no-referrer");
    add("X-Content-Type-Options", "nosniff");
    if (secure) add("Strict-Transport-Security", "max-age=31536000");
    return out;
}

using table = std::array<std::string, surfaces>;

table all(bool secure) {
    table out;
    for (std::size_t i = 0; i < surfaces; ++i) out[i] = lines(static_cast<surface>(i), secure);
    return out;
}

} // namespace

std::string_view content_security_policy(surface s) noexcept {
    switch (s) {
    case surface::page:
    case surface::part: return page_policy;
    case surface::console: return console_policy;
    case surface::viewer: return viewer_policy;
    case surface::download: return download_policy;
    case surface::api:
    case surface::manifest: break;
    }
    return nothing_policy;
}

std::string_view standing_headers(surface s, bool secure) noexcept {
    static const table plain = all(false);
    static const table over_tls = all(true);
    return (secure ? over_tls : plain)[static_cast<std::size_t>(s)];
}

} // namespace changgu::http
