#include "tests/storage/undertaking.hpp"

#include "storage/segment.hpp"
#include "tests/storage/fault_disk.hpp"
#include "tests/storage/old_data.hpp"

#include <fcntl.h>

namespace changgu::test {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t restored_at = 1'800'000'000;
constexpr old_parts full{.keyrings = true, .spool = true, .access = true};
constexpr old_parts as_restored{.keyrings = false, .access = true};

options options_for(const fs::path& directory) {
    options o;
    o.directory = directory;
    o.spool_file = 81'920;
    return o;
}

void add(std::vector<std::string>& to, std::vector<std::string> some, const std::string& when) {
    for (auto& s : some) to.push_back(std::move(s) + ", " + when);
}

/// Opens it, and has everything released: each envelope is there once.
void look_at_data(const fs::path& directory, const old_parts& parts, const std::string& what,
                  std::vector<std::string>& wrong) {
    store s(options_for(directory));
    auto r = s.make_reader();
    add(wrong, wrongs_of_old_data(r, parts), what);
    const auto released = wait<result<release_report>>([&](auto done) {
        s.release({.epoch = 0, .fill = 1, .today = 20'001, .month = 24'310, .make_chaff = {}},
                  std::move(done));
    });
    if (!released) wrong.push_back("nothing can be released, " + what);
    add(wrong, wrongs_of_old_data(r, parts), what + ", released");
    auto cursor = r.open_inbox(0);
    std::map<envelope_id, int> inbox;
    for (const auto& e : r.next(cursor, 100).value()) ++inbox[e.id];
    for (const std::uint64_t n : {1U, 2U, 3U})
        if (inbox[id_of(old_body(n))] != 1)
            wrong.push_back("envelope " + std::to_string(n) + " is not there once, " + what);
    if (fs::exists(directory / "backup.part") || fs::exists(directory / "restore.part"))
        wrong.push_back("a copy is left, " + what);
}

fs::path data_in(const fs::path& root) {
    return root / "data";
}
fs::path backup_in(const fs::path& root) {
    return root / "backup";
}
fs::path restored_in(const fs::path& root) {
    return root / "restored";
}

result<std::vector<std::string>> restore_to(const fs::path& directory, const fs::path& from, bool bare) {
    return changgu::storage::restore(from, bare ? nullptr : &vault::opener(), directory, restored_at);
}

class migration final : public undertaking {
    void prepare(const fs::path& root) const override { put_old_data(data_in(root), 1, {.spool = true}); }
    [[nodiscard]] bool attempt(const fs::path& root) const override {
        const store s(options_for(data_in(root)));
        return true;
    }
    void look(const fs::path& root, bool /*done*/, std::vector<std::string>& wrong) const override {
        look_at_data(data_in(root), {}, "brought up to date", wrong);
    }
};

class backing_up final : public undertaking {
    void prepare(const fs::path& root) const override { put_old_data(data_in(root), newest_schema(), full); }
    [[nodiscard]] bool attempt(const fs::path& root) const override {
        return changgu::storage::back_up(data_in(root), backup_in(root), vault::recipients).has_value();
    }
    void look(const fs::path& root, bool done, std::vector<std::string>& wrong) const override {
        const auto made = backup_in(root);
        if (done && !fs::exists(made)) wrong.emplace_back("there is no backup");
        const bool tried = fs::exists(made) && kind_of_backup(made) == backup_kind::sealed;
        const auto problems =
            tried ? restore_to(restored_in(root), made, false) : make_error_code(errc::failed);
        const bool whole = problems && problems->empty();
        if (done && !whole) wrong.emplace_back("the backup that was said to be made cannot be restored");
        if (whole)
            look_at_data(restored_in(root), as_restored, "restored from what was left", wrong);
        else if (fs::exists(restored_in(root) / "changgu.db"))
            wrong.emplace_back("half a backup was put in place");
        const auto again = root / "again";
        if (!changgu::storage::back_up(data_in(root), again, vault::recipients))
            wrong.emplace_back("no backup can be made afterwards");
        else if (!restore_to(root / "twice", again, false))
            wrong.emplace_back("the backup made afterwards cannot be restored");
        else
            look_at_data(root / "twice", as_restored, "restored", wrong);
        look_at_data(data_in(root), full, "backed up", wrong);
    }
};

class restoring final : public undertaking {
  public:
    explicit restoring(bool bare) : bare_(bare) {}

  private:
    void prepare(const fs::path& root) const override {
        const file to(backup_in(root), O_RDWR | O_CREAT | O_EXCL);
        to.write(0, bare_ ? file_bytes(fixture("changgu-1.db")) : a_backup());
        to.sync();
        sync_directory(root);
    }
    [[nodiscard]] bool attempt(const fs::path& root) const override {
        const auto problems = restore_to(restored_in(root), backup_in(root), bare_);
        return problems && problems->empty();
    }
    void look(const fs::path& root, bool done, std::vector<std::string>& wrong) const override {
        const auto directory = restored_in(root);
        const bool in_place = fs::exists(directory / "changgu.db");
        if (done && !in_place) wrong.emplace_back("nothing was put in place");
        if (!in_place) {
            if (fs::exists(directory) && !fs::is_empty(directory)) {
                try {
                    const store s(options_for(directory));
                    wrong.emplace_back("a server starts on what is half restored");
                } catch (const std::runtime_error&) { // NOLINT(bugprone-empty-catch): as it should
                }
            }
            const auto problems = restore_to(directory, backup_in(root), bare_);
            if (!problems || !problems->empty()) wrong.emplace_back("it cannot be restored again");
        }
        look_at_data(directory, {.keyrings = false, .access = !bare_},
                     in_place ? "put in place" : "restored again", wrong);
    }
    static const bytes& a_backup() {
        static const bytes made = [] {
            const temp_dir dir;
            put_old_data(dir / "data", newest_schema(), full);
            changgu::storage::back_up(dir / "data", dir / "backup", vault::recipients).value();
            return file_bytes(dir / "backup");
        }();
        return made;
    }

    bool bare_;
};

} // namespace

bool undertaking::run(const fs::path& root) const {
    try {
        const exposed now;
        return attempt(root);
    } catch (const std::bad_alloc&) {
        return false;
    } catch (const std::runtime_error&) {
        return false;
    }
}

std::vector<std::string> undertaking::wrongs(const fs::path& root, bool done) const {
    std::vector<std::string> wrong;
    try {
        look(root, done, wrong);
    } catch (const std::exception& e) {
        wrong.push_back(std::string("it threw: ") + e.what());
    }
    return wrong;
}

const std::vector<std::string>& undertakings() {
    static const std::vector<std::string> names{"migrate", "back_up", "restore", "restore_bare"};
    return names;
}

std::unique_ptr<undertaking> undertaking_named(std::string_view name) {
    if (name == "migrate") return std::make_unique<migration>();
    if (name == "back_up") return std::make_unique<backing_up>();
    return std::make_unique<restoring>(name == "restore_bare");
}

} // namespace changgu::test
