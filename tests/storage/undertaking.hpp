// What is done to a data directory as a whole: an older one is brought up to date, one is backed up, one is
// restored. As life.hpp for what a store does while it runs: what must hold after a fault.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace changgu::test {

class undertaking {
  public:
    undertaking() = default;
    undertaking(const undertaking&) = delete;
    undertaking& operator=(const undertaking&) = delete;
    virtual ~undertaking() = default;
    /// What is there before, durably, in an empty directory.
    virtual void prepare(const std::filesystem::path& root) const = 0;
    /// Whether it was done; false if it was refused, or threw.
    [[nodiscard]] bool run(const std::filesystem::path& root) const;
    /// What is wrong now, a sentence each: something was lost, something half is taken for whole, or it
    /// cannot be done again.
    [[nodiscard]] std::vector<std::string> wrongs(const std::filesystem::path& root, bool done) const;

  private:
    [[nodiscard]] virtual bool attempt(const std::filesystem::path& root) const = 0;
    virtual void look(const std::filesystem::path& root, bool done,
                      std::vector<std::string>& wrong) const = 0;
};

/// All of them, by name: "migrate", "back_up", "restore" and "restore_bare", of a backup that is a bare
/// database of the oldest schema.
const std::vector<std::string>& undertakings();
std::unique_ptr<undertaking> undertaking_named(std::string_view name);

} // namespace changgu::test
