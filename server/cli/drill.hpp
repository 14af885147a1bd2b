// A restore that changes nothing: a backup is unpacked beside the data, the store is started on it, and a
// test envelope goes the way of a report, to a reviewer who opens it.
#pragma once

#include "crypto/reviewer_keyring.hpp"
#include "server/cli/admin_messages.hpp"
#include "storage/backup.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace changgu::cli {

struct drill_report {
    std::uint64_t statements = 0;
    std::uint32_t epoch = 0;     ///< the one that the test envelope was sealed to
    std::uint64_t envelopes = 0; ///< in the backup, chaff included
    std::uint64_t addressed = 0; ///< of these, what the reviewer still has a key to try
    std::uint64_t opened = 0;    ///< and what that opened
    bool test_opened = false;

    struct problem {
        admin_message what;
        std::vector<std::string> arguments;
    };
    std::optional<problem> bad; ///< the first that was found; then the rest was not looked at
};

/// Unpacks in `directory`, of which nothing is left. Errors and exceptions: those of storage::restore.
storage::result<drill_report> drill(const std::filesystem::path& from, const storage::backup_opener* opener,
                                    const std::filesystem::path& directory,
                                    const crypto::reviewer_keyring& reviewer, std::uint64_t now,
                                    const storage::further_check& further);

} // namespace changgu::cli
