// A keyring in a file, of roots or of a reviewer: one process at a time, replaced whole or not at all, for
// the owner's eyes only. What is inside is the caller's JSON.
//
// The lock is a file beside it ("NAME.lock", empty, left behind): the keyring itself is replaced by rename,
// and a lock on it would stay with the old one.
#pragma once

#include "crypto/keyring.hpp"

#include <boost/system/result.hpp>

#include <filesystem>

namespace changgu::cli {

class keyring_file {
  public:
    /// Writes a new keyring. Errors: std::errc::file_exists, those of crypto::seal_keyring, of files, and as
    /// open().
    static boost::system::result<keyring_file> create(std::filesystem::path path,
                                                      crypto::secret_buffer passphrase,
                                                      crypto::bytes_view json, crypto::argon2_cost cost = {});
    /// Locks, reads and opens. `json` receives what was inside. Errors: no_such_file_or_directory,
    /// permission_denied (others may read or write it), device_or_resource_busy (another process has it), and
    /// those of crypto::open_keyring.
    static boost::system::result<keyring_file>
    open(std::filesystem::path path, crypto::secret_buffer passphrase, crypto::secret_buffer& json);

    keyring_file(const keyring_file&) = delete;
    keyring_file& operator=(const keyring_file&) = delete;
    keyring_file(keyring_file&& other) noexcept;
    keyring_file& operator=(keyring_file&& other) noexcept;
    ~keyring_file();

    /// Seals and replaces the file; on return it is on the disk. On failure the old one is as it was.
    boost::system::result<void> save(crypto::bytes_view json);
    /// Deletes it again: a keyring whose enrolment failed is of no use.
    void remove() noexcept;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  private:
    keyring_file(std::filesystem::path path, crypto::secret_buffer passphrase, crypto::argon2_cost cost,
                 int lock)
        : path_(std::move(path)), passphrase_(std::move(passphrase)), cost_(cost), lock_(lock) {}

    std::filesystem::path path_;
    crypto::secret_buffer passphrase_;
    crypto::argon2_cost cost_;
    int lock_ = -1;
};

/// What is in a keyring, locked for the moment of reading. Errors: as keyring_file::open.
boost::system::result<crypto::secret_buffer> load_keyring(const std::filesystem::path& path,
                                                          crypto::bytes_view passphrase);

/// Writes a new file of mode 0600 with these bytes, on the disk when it returns. Errors: file_exists and
/// those of files.
boost::system::result<void> write_private_file(const std::filesystem::path& path, crypto::bytes_view content);

} // namespace changgu::cli
