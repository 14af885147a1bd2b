// The server's configuration: one TOML file, each key known, each value bounded, every relative path resolved
// against the file's directory. An error names the file, the line and the key, and never repeats a value.
#pragma once

#include "server/api/work_gate.hpp"
#include "server/config_error.hpp"
#include "server/http/server.hpp"
#include "server/log.hpp"
#include "server/sandbox/sandbox.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace changgu::server {

struct config {
    // [server]
    std::optional<http::tcp_address> listen;          ///< "ip:port", TLS
    std::optional<http::tcp_address> plain;           ///< "ip:port", loopback only
    std::optional<std::filesystem::path> unix_socket; ///< key "unix"
    std::vector<std::string> origins; ///< "https://host[:port]", or "http://" of a loopback or .onion host
    std::size_t threads = 2;          ///< 1 to 64
    // [tls]
    std::optional<http::certificate_files> tls; ///< needed with `listen`
    // [storage]
    std::filesystem::path data;                  ///< the database's directory
    std::uint64_t storage_budget = 20ULL << 30U; ///< bytes, from key "budget_mib"
    // [limits]
    http::limits limits;
    std::uint32_t sessions = 256;         ///< reviewers' sessions at once
    std::uint32_t puts_per_minute = 3000; ///< of one reviewer
    // [metrics]
    std::optional<http::tcp_address> metrics; ///< key "listen", "ip:port", loopback only
    // [sandbox]
    sandbox::options sandbox;
    // [abuse]
    bool protect = true; ///< false: no work is asked for, connections are first come, first served
    std::uint32_t free_envelopes = 60; ///< a minute
    std::uint32_t free_chunks = 1200;  ///< a minute
    unsigned most_work_bits = 8;
    unsigned verifiers = 1;             ///< threads
    std::uint32_t reserve_percent = 10; ///< of storage_budget
    // [log]
    log_options log;
};

/// Throws config_error.
config load_config(const std::filesystem::path& file);
/// The same from text; `file` is used for messages and for relative paths alone.
config parse_config(std::string_view toml, const std::filesystem::path& file);

/// The part that http::server takes.
http::server_options http_options(const config& c);
/// The part that api::work_gate takes.
api::work_options work_options(const config& c);
/// Bytes of the budget that files may not take.
std::uint64_t kept_from_blobs(const config& c) noexcept;

} // namespace changgu::server
