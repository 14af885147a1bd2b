// Looks through files for what must never come to rest: network addresses, user agents, times.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace changgu::cli {

/// Whether bytes hold a dotted IPv4 address, a user agent's usual words, or a date with a time
/// (2026-11-23T16:33, Mon, 23 Nov 2026 16:33). `allowed` texts, such as the channel's own origins, are not
/// counted.
bool has_trace(std::string_view bytes, const std::vector<std::string>& allowed);
/// The first file below `directory` that has one. Throws std::filesystem::filesystem_error.
std::optional<std::filesystem::path> find_trace(const std::filesystem::path& directory,
                                                const std::vector<std::string>& allowed);

} // namespace changgu::cli
