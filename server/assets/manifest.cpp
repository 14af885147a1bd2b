#include "server/assets/manifest.hpp"

#include "crypto/hash.hpp"
#include "crypto/json.hpp"

#include <algorithm>

namespace changgu::assets {

namespace {

namespace json = crypto::json;

constexpr std::size_t max_path = 1024;
constexpr std::size_t max_policy = 4096;
constexpr std::size_t digest_size = 43;
constexpr auto usual = http::surface::page;

std::string base64url(crypto::bytes_view b) {
    auto out = crypto::to_base64(b);
    std::ranges::replace(out, '+', '-');
    std::ranges::replace(out, '/', '_');
    out.erase(out.find_last_not_of('=') + 1);
    return out;
}

// From what the build found, since hashing five megabytes would take half of the server's start.
std::string digest_of(std::string_view sha256) {
    return base64url(crypto::from_hex(sha256).value());
}

std::string write() {
    json::object files;
    json::object compressed;
    json::object policies;
    for (const auto& file : all()) {
        files[file.path] = digest_of(file.sha256);
        if (!file.brotli.empty()) compressed[file.path] = digest_of(file.brotli_sha256);
        const auto policy = http::content_security_policy(file.surface);
        if (policy != http::content_security_policy(usual)) policies[file.path] = policy;
    }
    json::object manifest;
    manifest["name"] = "changgu";
    manifest["version"] = CHANGGU_VERSION;
    manifest["default_csp"] = http::content_security_policy(usual);
    manifest["extra_csp"] = std::move(policies);
    manifest["files"] = std::move(files);
    manifest["brotli"] = std::move(compressed);
    json::object bundle;
    bundle["manifest"] = std::move(manifest);
    return json::serialize(bundle);
}

struct made {
    std::string text = write();
    std::string sha256 = crypto::to_hex(crypto::sha256(crypto::as_bytes(text)).view());
    asset file{
        manifest_path, "application/json", http::surface::manifest, sha256, crypto::as_bytes(text), {}, {}};
};

} // namespace

const asset& manifest_asset() noexcept {
    static const made own;
    return own.file;
}

std::string digest(crypto::bytes_view content) {
    return base64url(crypto::sha256(content).view());
}

crypto::result<expected_site> read_manifest(crypto::bytes_view text) {
    if (text.size() > max_manifest) return crypto::errc::bad_json;
    const auto bundle = crypto::parse_json(crypto::as_text(text));
    if (!bundle) return bundle.error();
    const auto manifest = crypto::read_object(*bundle, "manifest");
    if (!manifest) return manifest.error();
    const auto policy = crypto::read_string(**manifest, "default_csp", max_policy);
    const auto policies = crypto::read_object(**manifest, "extra_csp");
    const auto files = crypto::read_object(**manifest, "files");
    const auto compressed = crypto::read_object(**manifest, "brotli");
    if (!policy || !policies || !files || !compressed || (*files)->empty()) return crypto::errc::bad_field;

    expected_site out;
    for (const auto& [path, value] : **files) {
        if (path.empty() || path.front() != '/' || path.size() > max_path) return crypto::errc::bad_field;
        const auto sha256 = crypto::read_string(**files, path, digest_size);
        const auto own =
            (*policies)->contains(path) ? crypto::read_string(**policies, path, max_policy) : policy;
        const auto brotli = crypto::read_optional_string(**compressed, path, digest_size);
        if (!sha256 || !own || !brotli) return crypto::errc::bad_field;
        out[path] = {*sha256, *brotli, *own};
    }
    return out;
}

} // namespace changgu::assets
