// The whole life of a store, from its making to a merging of batches, and an account of what it acknowledged:
// what must hold after a fault, whatever the fault was.
#pragma once

#include "tests/storage/bench.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace changgu::test {

/// What may be at each place: one state where all was acknowledged, more where something was asked for and
/// refused or not answered.
using states = std::map<std::string, std::set<std::string>>;

class chronicle {
  public:
    struct step {
        std::string place;
        std::function<std::string(const std::string&)> change; ///< from a state to the next
        std::uint64_t begun = 0;                               ///< moments
        std::uint64_t ended = 0;
        bool acknowledged = false;
    };
    void add(step s) { steps_.push_back(std::move(s)); }
    /// If everything ended at that moment.
    [[nodiscard]] states at(std::uint64_t moment) const;

  private:
    std::vector<step> steps_;
};

struct backed_up {
    std::uint64_t begun = 0; ///< moments
    std::uint64_t ended = 0;
    bool acknowledged = false;
};

/// A store in `root`/data, a backup of it in `root`/backup. Its calls do what they do, and fail as they may:
/// refusals are written down, exceptions too.
class life {
  public:
    /// `clock` gives moments; without, they count steps.
    explicit life(const std::filesystem::path& root, std::function<std::uint64_t()> clock = {});
    /// From the beginning to the end; the store is closed.
    void run();
    [[nodiscard]] const chronicle& account() const noexcept { return chronicle_; }
    [[nodiscard]] const backed_up& backup() const noexcept { return backup_; }

  private:
    void open();
    void submit();
    void write_keys();
    bool tick(day_number today);
    void erase();
    void back_up_all();
    void compact();
    /// `outcome` is what the store answered; nothing if the call threw.
    void tell(std::vector<chronicle::step> steps, std::uint64_t begun, bool acknowledged);
    template <class Call> bool acknowledged(const Call& call);
    void put(std::span<const std::uint64_t> envelopes, std::uint32_t epoch);
    void put_item(item_kind kind, std::uint64_t n);
    void burn(item_kind kind, std::uint64_t n);
    void append_notes(std::uint64_t next, std::vector<std::string> notes);
    void put_keyring(const std::string& label);
    void put_prekeys(std::uint32_t epoch);

    options opts_;
    std::filesystem::path backup_file_;
    std::function<std::uint64_t()> clock_;
    std::uint64_t steps_ = 0;
    std::unique_ptr<store> store_;
    std::optional<keyring_etag> etag_;
    bool first_batch_ = false; ///< was acknowledged
    chronicle chronicle_;
    backed_up backup_;
};

options life_options(const std::filesystem::path& root);
std::filesystem::path life_backup(const std::filesystem::path& root);

/// What is wrong with the store in `root`/data, which is opened, asked for everything that `expected` names,
/// made to release, and asked again: a sentence each. With `traces` also looks for the bytes of what was
/// deleted.
std::vector<std::string> wrongs(const std::filesystem::path& root, const states& expected, bool traces);
/// As wrongs(), of the backup that `life` made, restored into `root`/restored. Keyrings are not in it.
std::vector<std::string> wrongs_of_backup(const std::filesystem::path& root, const states& expected);

} // namespace changgu::test
