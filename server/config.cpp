#include "server/config.hpp"

#include "crypto/statement.hpp"
#include "server/config_section.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <charconv>

namespace changgu::server {

namespace {

constexpr std::uint64_t most_kept_from_blobs = std::uint64_t{1} << 30U;

bool parse_port(std::string_view text, std::uint16_t& port) noexcept {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc{} && end == text.data() + text.size();
}

std::optional<http::tcp_address> address(section& s, std::string_view key, bool loopback_only) {
    const auto value = s.text(key);
    if (!value) return std::nullopt;
    const auto& node = *s.find(key);
    const auto colon = value->rfind(':');
    if (colon == std::string::npos) s.fail(node, key, "must be \"address:port\"");
    auto ip = value->substr(0, colon);
    if (ip.size() > 2 && ip.front() == '[' && ip.back() == ']') ip = ip.substr(1, ip.size() - 2);
    http::tcp_address out{std::move(ip), 0};
    boost::system::error_code ec;
    const auto parsed = boost::asio::ip::make_address(out.ip, ec);
    if (ec || !parse_port(std::string_view(*value).substr(colon + 1), out.port))
        s.fail(node, key, "must be a numeric address and a port, as 127.0.0.1:8443 or [::1]:8443");
    if (loopback_only && !parsed.is_loopback())
        s.fail(node, key, "must be a loopback address: it speaks plain HTTP");
    return out;
}

void read_server(section& s, config& out) {
    if (!s.present()) s.fail_missing("");
    out.listen = address(s, "listen", false);
    out.plain = address(s, "plain", true);
    out.unix_socket = s.path("unix");
    // sun_path holds 108 bytes with its zero.
    if (out.unix_socket && out.unix_socket->string().size() > 107)
        s.fail(*s.find("unix"), "unix", "is too long for a socket");
    if (!out.listen && !out.plain && !out.unix_socket) s.fail_missing("listen, plain or unix");
    out.threads = s.number<std::size_t>("threads", out.threads, 1, 64);
    const auto* origins = s.find("origins");
    if (!origins) s.fail_missing("origins");
    const auto* list = origins->as_array();
    if (!list || list->empty() || list->size() > 16)
        s.fail(*origins, "origins", "must be a list of 1 to 16 origins");
    for (const auto& item : *list) {
        const auto value = item.value_exact<std::string>();
        if (!value || !crypto::is_origin(*value))
            s.fail(item, "origins",
                   "must hold origins as https://host or https://host:port; http only for loopback and "
                   ".onion hosts");
        out.origins.push_back(*value);
    }
}

void read_tls(section& s, config& out) {
    if (out.listen && !s.present()) s.fail_missing("certificate");
    const auto certificate = s.path("certificate");
    const auto key = s.path("key");
    const auto version = s.one_of("min_version", {"1.3", "1.2"});
    if (!s.present()) return;
    if (!certificate) s.fail_missing("certificate");
    if (!key) s.fail_missing("key");
    out.tls = http::certificate_files{*certificate, *key, version == 1};
}

void read_limits(section& s, config& out) {
    auto& l = out.limits;
    l.connections = s.number("connections", l.connections, 1, 100'000);
    l.requests_per_connection = s.number("requests_per_connection", l.requests_per_connection, 1, 10'000);
    s.seconds("handshake_seconds", l.handshake, 300);
    s.seconds("idle_seconds", l.idle, 3600);
    s.seconds("header_seconds", l.header, 300);
    s.seconds("body_seconds", l.body, 3600);
    s.seconds("handler_seconds", l.handler, 300);
    s.seconds("write_seconds", l.write, 3600);
    s.seconds("grace_seconds", l.grace, 300);
    out.sessions = s.number("sessions", out.sessions, 1, 100'000);
    out.puts_per_minute = s.number("puts_per_minute", out.puts_per_minute, 1, 100'000);
}

void read_sandbox(section& s, config& out) {
    const std::initializer_list<std::string_view> words{"off", "try", "required"};
    for (const auto& [key, into] : {std::pair{"landlock", &out.sandbox.landlock},
                                    {"seccomp", &out.sandbox.seccomp},
                                    {"lock_memory", &out.sandbox.lock_memory}})
        if (const auto word = s.one_of(key, words)) *into = static_cast<sandbox::demand>(*word);
}

void read_abuse(section& s, config& out) {
    out.protect = s.truth("protect", out.protect);
    out.limits.share_connections = out.protect;
    out.free_envelopes = s.number("free_envelopes_per_minute", out.free_envelopes, 1, 1'000'000);
    out.free_chunks = s.number("free_chunks_per_minute", out.free_chunks, 1, 1'000'000);
    out.most_work_bits = s.number("most_work_bits", out.most_work_bits, 1, crypto::most_work_bits);
    out.verifiers = s.number("verifiers", out.verifiers, 1, 2);
    out.reserve_percent = s.number("reserve_percent", out.reserve_percent, 1, 50);
}

config read_all(const toml::table& root, const std::filesystem::path& file) {
    for (const auto& [key, value] : root) {
        constexpr std::array<std::string_view, 8> sections{"server", "tls",     "storage", "limits",
                                                           "abuse",  "metrics", "sandbox", "log"};
        if (std::ranges::find(sections, key.str()) != sections.end()) continue;
        throw config_error(file.string() + ":" + std::to_string(value.source().begin.line) + ": " +
                           std::string(key.str()) + ": is not a known key");
    }
    config out;
    section server(root, "server", file);
    section tls(root, "tls", file);
    section storage(root, "storage", file);
    section limits(root, "limits", file);
    section abuse(root, "abuse", file);
    section metrics(root, "metrics", file);
    section confinement(root, "sandbox", file);
    section log(root, "log", file);
    read_server(server, out);
    read_tls(tls, out);
    if (const auto data = storage.path("data"))
        out.data = *data;
    else
        storage.fail_missing("data");
    out.storage_budget =
        storage.number<std::uint64_t>("budget_mib", out.storage_budget >> 20U, 64, 64LL << 20U) << 20U;
    read_limits(limits, out);
    read_abuse(abuse, out);
    out.metrics = address(metrics, "listen", true);
    read_sandbox(confinement, out);
    if (const auto level = log.one_of("level", {"debug", "info", "warning", "error"}))
        out.log.level = static_cast<log_level>(*level);
    out.log.file = log.path("file").value_or("");
    for (const auto* s : {&server, &tls, &storage, &limits, &abuse, &metrics, &confinement, &log})
        s->refuse_unknown();
    return out;
}

} // namespace

config parse_config(std::string_view text, const std::filesystem::path& file) {
    try {
        return read_all(toml::parse(text, file.string()), file);
    } catch (const toml::parse_error& e) {
        throw config_error(file.string() + ":" + std::to_string(e.source().begin.line) +
                           ": is not valid TOML");
    }
}

config load_config(const std::filesystem::path& file) {
    return parse_config(read_config_text(file), std::filesystem::absolute(file));
}

std::uint64_t kept_from_blobs(const config& c) noexcept {
    return std::min(most_kept_from_blobs, c.storage_budget / 4);
}

api::work_options work_options(const config& c) {
    return {.demand = c.protect,
            .free_envelopes = c.free_envelopes,
            .free_chunks = c.free_chunks,
            .most_bits = c.most_work_bits,
            .verifiers = c.verifiers,
            .storage_limit = c.storage_budget - kept_from_blobs(c),
            .storage_reserve = c.storage_budget / 100 * c.reserve_percent};
}

http::server_options http_options(const config& c) {
    return {c.listen, c.tls, c.plain, c.unix_socket, c.threads, c.limits};
}

} // namespace changgu::server
