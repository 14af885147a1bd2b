// What the site consists of, for whoever compares it: every path with the SHA-256 of its bytes and its
// policy. The members are named as in WEBCAT's manifests, so that one can be signed for its browser
// extension; nobody has signed this one.
//
//     {"manifest":{"name":"changgu","version":…,"default_csp":…,"extra_csp":{path:csp,…},"files":{path:sha256,…},
//                  "brotli":{path:sha256,…}}}
//
// A digest is base64url without padding. default_csp holds for the paths that extra_csp does not name.
// `brotli`, a member of our own, has the digests of the compressed forms, which are what a browser fetches.
#pragma once

#include "server/assets/asset.hpp"

#include <map>
#include <string>

namespace changgu::assets {

inline constexpr std::string_view manifest_path = "/.well-known/webcat/bundle.json";
inline constexpr std::size_t max_manifest = std::size_t{1} << 20U; ///< bytes

/// This binary's own, made once.
const asset& manifest_asset() noexcept;

struct expected_file {
    std::string sha256;        ///< base64url
    std::string brotli_sha256; ///< of the compressed form; empty without one
    std::string content_security_policy;
};
using expected_site = std::map<std::string, expected_file>; ///< by path

/// Of a manifest's bytes. Errors: bad_json, bad_field.
crypto::result<expected_site> read_manifest(crypto::bytes_view text);

/// SHA-256 as a manifest writes it.
std::string digest(crypto::bytes_view content);

} // namespace changgu::assets
