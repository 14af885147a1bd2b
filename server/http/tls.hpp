// TLS as this server wants it: 1.3, and nothing that could tie one visit to another (no tickets, no session
// cache, no renegotiation). OpenSSL is used for TLS alone.
#pragma once

#include "server/http/server.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

namespace changgu::http {

struct ssl_ctx_deleter {
    void operator()(ssl_ctx_st* p) const noexcept;
};
struct ssl_deleter {
    void operator()(ssl_st* p) const noexcept;
};
using ssl_ctx_ptr = std::unique_ptr<ssl_ctx_st, ssl_ctx_deleter>;
using ssl_ptr = std::unique_ptr<ssl_st, ssl_deleter>;

/// Once, before anything else of OpenSSL: what it gives back is wiped (records, keys of connections, the file
/// of the private key on its way), the private key itself lies in locked memory, and its own configuration is
/// read now, before that is out of reach. Throws std::runtime_error.
void load_tls_library();

/// Throws std::runtime_error naming the file and the reason: not readable, not PEM, key and certificate do
/// not match.
ssl_ctx_ptr make_server_context(const certificate_files& files);

/// A client's: TLS 1.2 or later, verifying against `ca_file`, or the system's store when that is empty.
/// Throws std::runtime_error when the file cannot be read.
ssl_ctx_ptr make_client_context(const std::filesystem::path& ca_file);

/// Writes a self-signed ECDSA P-256 certificate (825 days from `now`) for host names and numeric addresses,
/// and its key (mode 0600). Refuses to overwrite either. Throws std::runtime_error.
void make_self_signed(const std::vector<std::string>& names, const std::filesystem::path& certificate,
                      const std::filesystem::path& key, std::chrono::sys_seconds now);

/// When the first certificate of a PEM file ends. Throws std::runtime_error.
std::chrono::sys_seconds certificate_not_after(const std::filesystem::path& certificate);

} // namespace changgu::http
