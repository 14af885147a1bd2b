#include "storage/backup.hpp"

#include "storage/operations.hpp"
#include "storage/reader.hpp"
#include "storage/schema.hpp"
#include "storage/segment.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

namespace changgu::storage {
namespace {

namespace fs = std::filesystem;

constexpr int copied_pages = 4096; // of a database that does not exist yet; see options::page_size

bool sync_path(const fs::path& p, int flags) {
    const int fd = ::open(p.c_str(), flags | O_CLOEXEC);
    if (fd < 0) return false;
    const bool ok = ::fsync(fd) == 0;
    ::close(fd);
    return ok;
}

bool sync_with_directory(const fs::path& file) {
    return sync_path(file, O_RDWR) && sync_path(fs::absolute(file).parent_path(), O_RDONLY | O_DIRECTORY);
}

// Gives the rows of a spool the numbers that the order of their ids would have given them.
void sort_spool(database& main, std::string_view order, std::string_view move, std::string_view turn) {
    std::vector<std::int64_t> sorted;
    {
        auto q = main.ask(order);
        while (q.step()) sorted.push_back(q.integer(0));
    }
    std::int64_t place = 0;
    for (const auto seq : sorted) main.run(move, --place, seq);
    main.run(turn);
}

void sort_spools(database& main) {
    transaction t(main, transaction::kind::write);
    sort_spool(main, "SELECT seq FROM spool_envelope ORDER BY id",
               "UPDATE spool_envelope SET seq = ?1 WHERE seq = ?2",
               "UPDATE spool_envelope SET seq = -seq WHERE seq < 0");
    sort_spool(main, "SELECT seq FROM spool_item ORDER BY kind, address",
               "UPDATE spool_item SET seq = ?1 WHERE seq = ?2",
               "UPDATE spool_item SET seq = -seq WHERE seq < 0");
    t.commit();
}

// What is in the log goes into the copy's own spool, by id. The log was listed before the copy was made, so
// that nothing falls between; what has been released since may be zeroed in the log, and is then in the
// database. A release that is under way has rows in the copy that are of no batch yet.
void add_log(const fs::path& to, const fs::path& directory, const spool_listing& log, database& source) {
    database copy(to, database::mode::write);
    copy.pragma("journal_mode = MEMORY"); // half a copy is thrown away, and back_up() syncs it
    copy.pragma("synchronous = OFF");
    copy.pragma("secure_delete = ON");
    const auto page_size = copy.number("PRAGMA page_size");
    transaction t(copy, transaction::kind::write);
    drop_staged(copy);
    const auto add = [&](const envelope_id& id, std::uint32_t epoch, bytes_view body) {
        copy.run(
            "INSERT OR IGNORE INTO spool_envelope(epoch, id, pad, body) VALUES(?1, ?2, zeroblob(?3), ?4)",
            epoch, id.view(), padding(page_size, body.size()), body);
    };
    for (const auto& l : log.envelopes) {
        if (copy.ask("SELECT 1 FROM envelope WHERE id = ?1", l.what.id.view()).step()) continue;
        if (const auto body = read_listed(directory, l)) {
            add(l.what.id, l.what.epoch, *body);
            continue;
        }
        auto q = source.ask("SELECT epoch, body FROM envelope WHERE id = ?1", l.what.id.view());
        if (q.step()) add(l.what.id, q.number<std::uint32_t>(0), q.blob(1)); // else its epoch was deleted
    }
    t.commit();
}

// Reviewers' programs ask for what came after the newest batch they know, and that may be one which this
// backup has not seen. A batch takes a second at least, so no number given so far is as high as the time. The
// newest batch is read once more by everybody, which changes nothing.
void pass_over_lost_batches(database& main, std::uint64_t now) {
    transaction t(main, transaction::kind::write);
    const auto last = main.number("SELECT coalesce(max(number), 0) FROM batch");
    if (last == 0 || last >= now) return;
    main.run("UPDATE batch SET number = ?1 WHERE number = ?2", now, last);
    main.run("UPDATE envelope SET batch = ?1 WHERE batch = ?2", now, last);
    main.run("UPDATE reply_index SET batch = ?1", now);
    t.commit();
}

// A directory beside the target that goes with everything in it, unless its contents were moved out.
class workshop {
  public:
    explicit workshop(const fs::path& in) : path_(in / "restore.part") {
        fs::remove_all(path_);
        fs::create_directories(path_);
        fs::permissions(path_, fs::perms::owner_all);
    }
    workshop(const workshop&) = delete;
    workshop& operator=(const workshop&) = delete;
    ~workshop() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    [[nodiscard]] const fs::path& path() const noexcept { return path_; }

  private:
    fs::path path_;
};

} // namespace

result<void> back_up(const fs::path& directory, const fs::path& to) {
    if (!fs::exists(directory / main_file))
        throw std::runtime_error("there is no database in " + directory.string());
    database main = open_for_writing(directory, which::main, copied_pages);
    const int fd = ::open(to.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return make_error_code(errno == EEXIST ? errc::exists : errc::failed);
    ::close(fd);
    try {
        const auto log = list_spool(directory);
        sort_spools(main);
        main.run("VACUUM INTO ?1", std::string_view(to.native()));
        add_log(to, directory, log, main);
        if (sync_with_directory(to)) return {};
    } catch (const database_error&) { // as below
    } catch (const file_error&) {     // as below
    }
    ::unlink(to.c_str()); // half a backup must not look like one
    return make_error_code(errc::failed);
}

result<std::vector<std::string>> restore(const fs::path& from, const fs::path& directory, std::uint64_t now) {
    fs::create_directories(directory);
    if (fs::exists(directory / main_file)) return make_error_code(errc::exists);
    fs::permissions(directory, fs::perms::owner_all);
    const workshop part(directory);
    fs::copy_file(from, part.path() / main_file);
    fs::permissions(part.path() / main_file, fs::perms::owner_read | fs::perms::owner_write);
    {
        // Wrapped under peppers that no backup has: nobody can open them any more.
        database main = open_for_writing(part.path(), which::main, copied_pages);
        main.run("DELETE FROM keyring");
        pass_over_lost_batches(main, now);
    }
    (void)open_for_writing(part.path(), which::peppers, copied_pages);
    auto problems = reader(part.path()).check();
    if (!problems.empty()) return problems;
    for (const char* file : {pepper_file, main_file}) {
        fs::rename(part.path() / file, directory / file);
        if (!sync_with_directory(directory / file)) return make_error_code(errc::failed);
    }
    return problems;
}

} // namespace changgu::storage
