// Internal: files that the storage reads and writes without SQLite.
#pragma once

#include "storage/types.hpp"

#include <filesystem>
#include <system_error>

namespace changgu::storage {

/// The disk refused. Never has a file's contents in it.
class file_error : public std::system_error {
  public:
    explicit file_error(int number) : std::system_error(number, std::generic_category(), "spool") {}
    [[nodiscard]] bool is_full() const noexcept;
    /// Too few descriptors: the disk has lost nothing.
    [[nodiscard]] bool is_passing() const noexcept;
};

/// A file descriptor.
class file {
  public:
    file(const std::filesystem::path& p, int flags); ///< throws file_error
    file(const file&) = delete;
    file& operator=(const file&) = delete;
    ~file();
    [[nodiscard]] int fd() const noexcept { return fd_; }
    /// What is there, up to `size` bytes.
    [[nodiscard]] bytes read(std::uint64_t at, std::size_t size) const;
    void write(std::uint64_t at, bytes_view data) const;
    void sync() const; ///< fdatasync

  private:
    int fd_;
};

/// Makes the names in it durable. Throws file_error.
void sync_directory(const std::filesystem::path& p);

} // namespace changgu::storage
