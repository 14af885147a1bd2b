// A policy as an admin writes it: JSON, of which only what is to be different need be there.
#pragma once

#include "crypto/policy.hpp"

#include <filesystem>

namespace changgu::cli {

/// `base` with the members of `text` in place of its own. Errors: crypto's bad_json, bad_field (also for a
/// member that no policy has).
crypto::result<crypto::policy> parse_policy(std::string_view text, const crypto::policy& base);
/// The same of a file. Errors: also std::errc.
crypto::result<crypto::policy> read_policy(const std::filesystem::path& file, const crypto::policy& base);

} // namespace changgu::cli
