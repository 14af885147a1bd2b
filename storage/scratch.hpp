// A directory for a copy of the data, inside the data directory, which holds the same bytes anyway. It
// belongs to one process, and what is left in it at the end is zeroed before it is removed. What a crash
// leaves is removed likewise, at the next start of the server and by whoever next makes a scratch of the same
// name.
#pragma once

#include <filesystem>

namespace changgu::storage {

class scratch {
  public:
    enum class purpose { backup, restore, drill };
    /// Made with mode 0700. Throws std::runtime_error, for the operator, when it cannot be, or when another
    /// process is at the same.
    scratch(const std::filesystem::path& in, purpose what);
    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;
    ~scratch();

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

    /// Whether one is there, in use or left by a crash.
    static bool exists(const std::filesystem::path& in, purpose what);
    /// Removes what crashes left in a data directory, and nothing that is in use.
    static void sweep(const std::filesystem::path& in);

  private:
    std::filesystem::path path_;
    int lock_ = -1;
};

} // namespace changgu::storage
