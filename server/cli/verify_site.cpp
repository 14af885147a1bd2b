// changgu verify-site: fetches the pages of a running server, as they are and compressed, and compares them
// with those in this binary or in a manifest that was kept. What a browser is given can be checked so from
// any machine.
#include "server/assets/manifest.hpp"
#include "server/cli/admin_commands.hpp"
#include "server/cli/admin_messages.hpp"
#include "server/cli/https_client.hpp"
#include "server/cli/messages.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>

namespace changgu::cli {
namespace {

using enum admin_message;

constexpr std::size_t max_file = std::size_t{16} << 20U; // bytes

struct options {
    std::string url;
    std::string manifest;
    client_options connection;
};

// The server's own header fields and those of an honest proxy. With another, a browser may not stay with the
// bytes that it was given (Refresh, Link, Alt-Svc), or may keep or tell something (Set-Cookie, NEL).
constexpr std::array<std::string_view, 26> usual_fields{
    "accept-ranges",
    "access-control-allow-origin",
    "age",
    "cache-control",
    "connection",
    "content-disposition",
    "content-encoding",
    "content-length",
    "content-security-policy",
    "content-type",
    "cross-origin-embedder-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "date",
    "etag",
    "integrity-policy",
    "keep-alive",
    "last-modified",
    "permissions-policy",
    "referrer-policy",
    "server",
    "strict-transport-security",
    "transfer-encoding",
    "vary",
    "via",
    "x-content-type-options",
};
static_assert(std::ranges::is_sorted(usual_fields));

struct finding {
    admin_message what;
    std::string field = {};
};

/// A field that is not usual, or is there twice.
std::optional<std::string> odd_field(std::vector<std::string> names) {
    std::ranges::sort(names);
    for (std::size_t i = 0; i < names.size(); ++i)
        if (!std::ranges::binary_search(usual_fields, names[i]) || (i > 0 && names[i] == names[i - 1]))
            return names[i];
    return std::nullopt;
}

/// What is wrong with an answer, or nothing.
std::optional<finding> difference(const client_response& r, const assets::expected_file& expected) {
    if (r.status != 200) return finding{site_missing};
    const bool compressed = r.content_encoding == "br";
    if (!compressed && !r.content_encoding.empty()) return finding{site_differs};
    if (assets::digest(r.body) != (compressed ? expected.brotli_sha256 : expected.sha256))
        return finding{site_differs};
    if (r.content_security_policy != expected.content_security_policy) return finding{site_policy_differs};
    if (auto odd = odd_field(r.names)) return finding{site_header, std::move(*odd)};
    return std::nullopt;
}

void verify_site(command_context& context, const options& o) {
    auto text =
        crypto::bytes(assets::manifest_asset().identity.begin(), assets::manifest_asset().identity.end());
    if (!o.manifest.empty()) {
        auto read = read_file(o.manifest, assets::max_manifest);
        if (!read) return fail(context, read.error());
        text = std::move(*read);
    }
    const auto expected = assets::read_manifest(text);
    if (!expected) return fail(context, exit_code::failure, site_bad_manifest, o.manifest);

    auto origin = o.url;
    if (origin.ends_with('/')) origin.pop_back();
    https_client client(origin, o.connection);
    crypto::json::array list;
    std::size_t bad = 0;
    std::size_t done = 0;
    for (const auto& [path, file] : *expected) {
        std::optional<finding> found;
        for (const bool brotli : {false, true}) {
            client_headers headers;
            headers.accepts_brotli = brotli;
            const auto r = client.send(http::verb::get, path, {}, {}, headers, max_file);
            if (!r) return fail(context, r.error());
            if (!found) found = difference(*r, file);
        }
        context.term.progress(site_checking, ++done, expected->size());
        if (found) {
            ++bad;
            context.term.end_progress();
            context.term.say(found->what, path, found->field);
        }
        list.push_back(crypto::json::object{{"path", path}, {"same", !found}});
    }
    context.term.end_progress();
    if (context.term.json()) context.term.print_json(list);
    if (bad != 0) return fail(context, exit_code::untrusted, site_bad, bad, expected->size());
    context.term.say(site_good, expected->size());
}

} // namespace

void add_verify_site(CLI::App& app, command_context& context) {
    auto* command = app.add_subcommand("verify-site", std::string(context.term.text(help_verify_site)));
    auto o = std::make_shared<options>();
    command->add_option("url", o->url, "https://host[:port]")->required();
    command
        ->add_option("--manifest", o->manifest, "a manifest to compare with, instead of this program's own")
        ->check(CLI::ExistingFile);
    command->add_option("--ca", o->connection.ca_file, std::string(context.term.text(message::help_ca)))
        ->check(CLI::ExistingFile);
    command->add_option("--socks", o->connection.socks, std::string(context.term.text(message::help_socks)));
    command->callback([o, &context] { verify_site(context, *o); });
}

} // namespace changgu::cli
