// What changgu-notify is told: one TOML file, each key known, each value bounded. An error names the file,
// the line and the key, and never repeats a value.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace changgu::notify {

enum class way : std::uint8_t { off, smtp, webhook };
enum class languages : std::uint8_t { ko, en, both };

struct config {
    // [notices]
    way by = way::off;
    languages in = languages::both;
    std::uint32_t attempts = 3;     ///< 1 to 5, for each recipient
    std::chrono::seconds pause{60}; ///< between two of them, 1 to 600
    std::filesystem::path ca;       ///< PEM; empty = the system's authorities
    // [smtp]
    std::string server; ///< "smtps://host[:port]", or "smtp://…" with STARTTLS; without TLS only on loopback
    std::string from;   ///< an address
    std::vector<std::string> to; ///< 1 to 16 addresses, a message each
    std::string user;            ///< empty = without authentication
    // [webhook]
    std::string url; ///< "https://…"; "http://" only on loopback
    // of either: the password, or the token of "Authorization: Bearer"
    std::filesystem::path secret_file;
};

/// Throws server::config_error.
config load_config(const std::filesystem::path& file);
/// The same from text; `file` is used for messages and for relative paths alone.
config parse_config(std::string_view toml, const std::filesystem::path& file);

/// Whether a URL's host is this machine, by a name or an address that cannot lead elsewhere.
bool is_loopback(const std::string& url);

} // namespace changgu::notify
