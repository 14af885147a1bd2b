// A policy as an admin writes it: JSON, of which only what is to be different need be there.
#pragma once

#include "crypto/policy.hpp"

#include <filesystem>

namespace changgu::cli {

/// `base` with the file's members in place of its own. Errors: std::errc, crypto's bad_json, bad_field.
crypto::result<crypto::policy> read_policy(const std::filesystem::path& file, const crypto::policy& base);

} // namespace changgu::cli
