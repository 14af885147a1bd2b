#include "storage/backup.hpp"

#include "storage/operations.hpp"
#include "storage/schema.hpp"
#include "storage/scratch.hpp"
#include "storage/spool_listing.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <stdexcept>

namespace changgu::storage {
namespace {

namespace fs = std::filesystem;

constexpr int copied_pages = 4096; // of a database that does not exist yet; see options::page_size
constexpr std::size_t slice_size = std::size_t{256} * 1024;
constexpr std::uint64_t year = std::uint64_t{366} * 86'400; // seconds
constexpr std::uint64_t max_part = std::uint64_t{1} << 46U; // SQLite's own largest is beyond any disk here

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
// backup has not seen. A batch takes a second at least, so no number given so far is as high as the time; or,
// where the clock is behind what an earlier restore went by, as a year more. An empty batch takes that
// number: the newest under another would look released since, and by a release since its retirement a program
// knows that an epoch's envelopes have all been read, and forgets its key.
void pass_over_lost_batches(database& main, std::uint64_t now) {
    transaction t(main, transaction::kind::write);
    const auto last = main.number("SELECT coalesce(max(number), 0) FROM batch");
    const auto next = last < now ? now : last + year;
    main.run("INSERT INTO batch(number, month, day, first_row, envelopes) "
             "SELECT ?1, coalesce(month, 0), day, (SELECT coalesce(max(seq), 0) + 1 FROM envelope), 0 "
             "FROM (SELECT ?2 AS last) LEFT JOIN batch ON number = last",
             next, last);
    main.run("UPDATE reply_index SET batch = ?1", next);
    t.commit();
}

// A consistent copy of the databases, in clear.
void copy_databases(const fs::path& directory, const fs::path& to) {
    database main = open_for_writing(directory, which::main, copied_pages);
    const auto copy = to / main_file;
    (void)file(copy, O_RDWR | O_CREAT | O_EXCL); // with its mode, before there is something in it
    const auto log = list_spool(directory);
    sort_spools(main);
    main.run("VACUUM INTO ?1", std::string_view(copy.native()));
    add_log(copy, directory, log, main);
    const auto access_copy = to / access_file;
    (void)file(access_copy, O_RDWR | O_CREAT | O_EXCL);
    open_for_writing(directory, which::access, copied_pages)
        .run("VACUUM INTO ?1", std::string_view(access_copy.native()));
    (void)open_for_writing(to, which::peppers, copied_pages); // a reader wants all three
}

// Before files are moved by themselves: what is in a log is not in the file yet, and closing the database
// does not say when it could not be brought there.
void finish_alone(database& db) {
    if (!db.truncate_log(0)) throw std::runtime_error("somebody else reads what is being restored");
}

// A log that a killed server has left counts as that of whatever file is put beside it.
bool has_data(const fs::path& directory) {
    if (fs::exists(directory / main_file)) return true;
    return std::ranges::any_of(std::array{main_file, pepper_file, access_file}, [&](const char* name) {
        return fs::exists(directory / (std::string(name) + "-wal"));
    });
}

// --- the encrypted file ---------------------------------------------------------------------------------

constexpr std::size_t part_header = 9; // kind 1 ‖ size 8
struct part {
    crypto::byte kind;
    const char* name;
};
constexpr std::array parts{part{1, main_file}, part{2, access_file}};

// Cuts what is written into chunks, and encrypts each when another follows.
class sealed_file {
  public:
    sealed_file(const file& to, crypto::backup_encryptor encryptor)
        : to_(to), encryptor_(std::move(encryptor)) {
        append(encryptor_.header());
    }
    void write(bytes_view content) {
        crypto::append(waiting_, content);
        while (waiting_.size() > crypto::backup_chunk_content) {
            append(encryptor_.push(bytes_view(waiting_).first(crypto::backup_chunk_content), false));
            waiting_.erase(waiting_.begin(), waiting_.begin() + crypto::backup_chunk_content);
        }
    }
    void finish() { append(encryptor_.push(waiting_, true)); }

  private:
    void append(bytes_view sealed) {
        to_.write(at_, sealed);
        at_ += sealed.size();
    }

    const file& to_;
    crypto::backup_encryptor encryptor_;
    bytes waiting_;
    std::uint64_t at_ = 0;
};

void write_part(sealed_file& out, const part& p, const fs::path& directory) {
    const file in(directory / p.name, O_RDONLY);
    const std::uint64_t size = fs::file_size(directory / p.name);
    bytes header{p.kind};
    crypto::append(header, crypto::big_endian(size));
    out.write(header);
    for (std::uint64_t at = 0; at < size;) {
        const auto slice =
            in.read(at, static_cast<std::size_t>(std::min<std::uint64_t>(slice_size, size - at)));
        if (slice.empty()) throw file_error(EIO); // shorter than it was
        out.write(slice);
        at += slice.size();
    }
}

// Half a backup must not look like one.
class unfinished {
  public:
    explicit unfinished(const fs::path& path) : path_(path) {}
    unfinished(const unfinished&) = delete;
    unfinished& operator=(const unfinished&) = delete;
    ~unfinished() {
        if (!kept_) ::unlink(path_.c_str());
    }
    void keep() noexcept { kept_ = true; }

  private:
    fs::path path_;
    bool kept_ = false;
};

// Takes the content as it comes and puts each part into a file of its own.
class unpacker {
  public:
    explicit unpacker(const fs::path& into) : into_(into) {}

    crypto::result<void> take(bytes_view content) {
        while (!content.empty()) {
            if (left_ == 0) {
                const auto wanted = std::min(part_header - header_.size(), content.size());
                crypto::append(header_, content.first(wanted));
                content = content.subspan(wanted);
                if (header_.size() < part_header) return {};
                if (auto ok = begin_part(); !ok) return ok;
            }
            const auto now = static_cast<std::size_t>(std::min<std::uint64_t>(left_, content.size()));
            to_->write(at_, content.first(now));
            at_ += now;
            left_ -= now;
            content = content.subspan(now);
        }
        return {};
    }
    crypto::result<void> finish() {
        if (left_ != 0 || !header_.empty() || next_ != parts.size()) return crypto::errc::truncated_file;
        to_->sync();
        return {};
    }

  private:
    crypto::result<void> begin_part() {
        if (next_ == parts.size() || header_[0] != parts[next_].kind) return crypto::errc::unknown_version;
        left_ = crypto::from_big_endian<std::uint64_t>(bytes_view(header_).subspan(1));
        if (left_ == 0 || left_ > max_part) return crypto::errc::bad_parameters;
        header_.clear();
        at_ = 0;
        if (to_) to_->sync();
        to_.emplace(into_ / parts[next_++].name, O_WRONLY | O_CREAT | O_EXCL);
        return {};
    }

    fs::path into_;
    bytes header_;
    std::optional<file> to_;
    std::size_t next_ = 0;
    std::uint64_t at_ = 0;
    std::uint64_t left_ = 0;
};

result<void> unseal(const fs::path& from, const backup_opener& opener, const fs::path& into) {
    const file in(from, O_RDONLY);
    auto header = in.read(0, crypto::backup_prefix_size);
    const auto size = crypto::backup_header_size(header);
    if (!size) return size.error();
    header = in.read(0, *size);
    auto decryptor = crypto::backup_decryptor::open(opener.org, header, opener.recovery);
    if (!decryptor) return decryptor.error();
    unpacker out(into);
    for (std::uint64_t at = *size;;) {
        const auto chunk = in.read(at, crypto::backup_chunk_size);
        if (chunk.empty()) break;
        at += chunk.size();
        const auto content = decryptor->pull(chunk);
        if (!content) return content.error();
        if (auto ok = out.take(content->view()); !ok) return ok.error();
    }
    if (!decryptor->finished()) return make_error_code(crypto::errc::truncated_file);
    if (auto ok = out.finish(); !ok) return ok.error();
    return {};
}

} // namespace

result<void> back_up(const fs::path& directory, const fs::path& to, const choose_recipients& whom) {
    if (!fs::exists(directory / main_file))
        throw std::runtime_error("there is no database in " + directory.string());
    const scratch copy(directory, scratch::purpose::backup);
    const int fd = ::open(to.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return make_error_code(errno == EEXIST ? errc::exists : errc::failed);
    ::close(fd);
    unfinished half(to);
    try {
        copy_databases(directory, copy.path());
        reader in(copy.path());
        auto encryptor = crypto::backup_encryptor::start(whom(in));
        if (!encryptor) return encryptor.error();
        const file target(to, O_WRONLY);
        sealed_file out(target, std::move(*encryptor));
        for (const part& p : parts) write_part(out, p, copy.path());
        out.finish();
        if (!sync_with_directory(to)) return make_error_code(errc::failed);
    } catch (const database_error&) {
        return make_error_code(errc::failed);
    } catch (const file_error&) {
        return make_error_code(errc::failed);
    }
    half.keep();
    return {};
}

backup_kind kind_of_backup(const fs::path& from) {
    constexpr std::string_view sqlite("SQLite format 3\0", 16);
    const auto start = file(fs::canonical(from), O_RDONLY).read(0, sqlite.size());
    if (crypto::is_backup(start)) return backup_kind::sealed;
    return crypto::as_text(start) == sqlite ? backup_kind::database : backup_kind::neither;
}

result<std::vector<std::string>> restore(const fs::path& from, const backup_opener* opener,
                                         const fs::path& directory, std::uint64_t now,
                                         const further_check& further) {
    fs::create_directories(directory);
    if (has_data(directory)) return make_error_code(errc::exists);
    fs::permissions(directory, fs::perms::owner_all);
    const scratch part(directory, scratch::purpose::restore);
    if (opener != nullptr) {
        if (auto ok = unseal(fs::canonical(from), *opener, part.path()); !ok) return ok.error();
    } else {
        fs::copy_file(from, part.path() / main_file);
        fs::permissions(part.path() / main_file, fs::perms::owner_read | fs::perms::owner_write);
    }
    {
        // Wrapped under peppers that no backup has: nobody can open them any more.
        database main = open_for_writing(part.path(), which::main, copied_pages);
        main.run("DELETE FROM keyring");
        pass_over_lost_batches(main, now);
        // Neither of the others is in a bare database.
        database peppers = open_for_writing(part.path(), which::peppers, copied_pages);
        database access = open_for_writing(part.path(), which::access, copied_pages);
        note_restored(main, access, now);
        for (auto* db : {&main, &peppers, &access}) finish_alone(*db);
    }
    {
        reader in(part.path());
        auto problems = in.check();
        if (problems.empty() && further) problems = further(in);
        if (!problems.empty()) return problems;
    }
    for (const char* file : {pepper_file, access_file, main_file}) { // the last makes it one
        fs::rename(part.path() / file, directory / file);
        if (!sync_with_directory(directory / file)) return make_error_code(errc::failed);
    }
    return std::vector<std::string>{};
}

} // namespace changgu::storage
