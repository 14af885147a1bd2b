// Backing up and restoring, beside a running server or without one. Peppers are never in a backup, nor is the
// order in which what is still spooled arrived. Nothing is in clear outside of the data directory: a backup
// is encrypted as it is written (crypto/backup_file.hpp), a restored database is decrypted where it will
// stay.
//
// The encrypted content is, for each database, kind 1 ‖ size 8 ‖ the file; kind 1 is changgu.db,
// 2 access.db.
#pragma once

#include "crypto/backup_file.hpp"
#include "storage/errc.hpp"
#include "storage/reader.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace changgu::storage {

/// Whom a backup is for, as the key log in the copy itself says. May throw.
using choose_recipients = std::function<crypto::backup_recipients(reader&)>;

/// Writes a consistent, encrypted, fsynced copy of the database in `directory` to `to` (mode 0600), which
/// must not exist. Errors: exists, failed, those of crypto::backup_encryptor::start. Throws
/// std::runtime_error when there is no database or another backup is being made.
result<void> back_up(const std::filesystem::path& directory, const std::filesystem::path& to,
                     const choose_recipients& whom);

/// Whose backup is expected, and what opens it.
struct backup_opener {
    crypto::org_id org;
    std::vector<crypto::sign_key_pair> recovery;
};

/// What a file begins as. A database is what backups were before they were encrypted.
enum class backup_kind { sealed, database, neither };
backup_kind kind_of_backup(const std::filesystem::path& from);

/// What else is wrong with a restored copy; sentences as reader::check() gives.
using further_check = std::function<std::vector<std::string>(reader&)>;

/// Decrypts and checks a backup and, if it is whole, puts it into `directory`, which has no database yet.
/// Without an opener it is a bare database. Gives what is wrong with it, as reader::check() and `further` say
/// it: nothing when it is whole. Keyrings are left out: their peppers are gone. Batches go on from `now`, in
/// seconds since 1970, so that no number is given a second time, and the access log says that it was
/// restored. Errors: exists, failed, those of crypto::backup_decryptor, and crypto's truncated_file,
/// unknown_version. Throws std::runtime_error when it is no database of this program, or a newer one.
result<std::vector<std::string>> restore(const std::filesystem::path& from, const backup_opener* opener,
                                         const std::filesystem::path& directory, std::uint64_t now,
                                         const further_check& further = {});

} // namespace changgu::storage
