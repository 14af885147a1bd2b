#include "storage/database.hpp"

#include <sqlite3.h>

#include <cassert>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace changgu::storage {
namespace {

constexpr int busy_ms = 5000;

void check(int code) {
    if (code != SQLITE_OK) throw database_error(code);
}

} // namespace

database_error::database_error(int extended_code)
    : std::runtime_error(std::string("database: ") + sqlite3_errstr(extended_code)), code_(extended_code) {}
bool database_error::is_io_error() const noexcept {
    return (code_ & 0xFF) == SQLITE_IOERR;
}
bool database_error::is_full() const noexcept {
    return (code_ & 0xFF) == SQLITE_FULL;
}

query::~query() {
    sqlite3_reset(stmt_);
    sqlite3_clear_bindings(stmt_);
}

bool query::step() {
    const int code = sqlite3_step(stmt_);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) throw database_error(code);
    return false;
}

bool query::is_null(int column) const {
    return sqlite3_column_type(stmt_, column) == SQLITE_NULL;
}
std::int64_t query::integer(int column) const {
    return sqlite3_column_int64(stmt_, column);
}

crypto::bytes_view query::blob(int column) const {
    const auto* data = static_cast<const crypto::byte*>(sqlite3_column_blob(stmt_, column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(stmt_, column))};
}

std::string query::text(int column) const {
    return std::string(crypto::as_text(blob(column)));
}

void query::bind(int at, std::int64_t n) {
    check(sqlite3_bind_int64(stmt_, at, n));
}
void query::bind(int at, crypto::bytes_view b) {
    // A null pointer would bind NULL; an empty body is still a body.
    check(sqlite3_bind_blob64(stmt_, at, b.empty() ? "" : static_cast<const void*>(b.data()), b.size(),
                              SQLITE_STATIC));
}
void query::bind(int at, std::string_view s) {
    check(sqlite3_bind_text64(stmt_, at, s.empty() ? "" : s.data(), s.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void query::damaged() {
    throw database_error(SQLITE_CORRUPT);
}

void database::close::operator()(sqlite3* c) const noexcept {
    sqlite3_close_v2(c);
}
void database::finalize::operator()(sqlite3_stmt* s) const noexcept {
    sqlite3_finalize(s);
}

database::database(const std::filesystem::path& file, mode m) {
    if (m == mode::write) {
        // SQLite gives the log and the index the database's own mode, so this settles all three.
        const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0) throw std::runtime_error("cannot open " + file.string() + " for writing");
        const bool closed_to_others = ::fchmod(fd, 0600) == 0;
        ::close(fd);
        if (!closed_to_others) throw std::runtime_error("cannot set the mode of " + file.string());
    }
    sqlite3* raw = nullptr;
    const int flags = (m == mode::write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) |
                      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
    connection_.reset(raw);
    if (code != SQLITE_OK) throw std::runtime_error("cannot open " + file.string());
    check(sqlite3_busy_timeout(raw, busy_ms));
    check(sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr));
}

sqlite3_stmt* database::prepared(std::string_view sql) {
    auto& kept = statements_[sql];
    if (!kept) {
        sqlite3_stmt* raw = nullptr;
        check(sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                 SQLITE_PREPARE_PERSISTENT, &raw, nullptr));
        kept.reset(raw);
    }
    assert(!sqlite3_stmt_busy(kept.get()));
    return kept.get();
}

std::uint64_t database::changes() const {
    return static_cast<std::uint64_t>(sqlite3_changes64(connection_.get()));
}

void database::script(const std::string& sql) {
    statements_.clear(); // another schema would have them prepared anew, at a moment that may have no memory
    check(sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr));
}

std::string database::pragma(const std::string& name) {
    return first_value("PRAGMA " + name);
}

std::uint64_t database::scalar(const std::string& sql) {
    return std::stoull(first_value(sql));
}

std::string database::first_value(const std::string& sql) {
    sqlite3_stmt* raw = nullptr;
    check(sqlite3_prepare_v2(connection_.get(), sql.c_str(), -1, &raw, nullptr));
    const std::unique_ptr<sqlite3_stmt, finalize> owner(raw);
    query q(raw);
    return q.step() ? q.text(0) : std::string();
}

bool database::in_transaction() const {
    return sqlite3_get_autocommit(connection_.get()) == 0;
}

std::uint64_t database::used() {
    const auto pages = number("PRAGMA page_count") - number("PRAGMA freelist_count");
    return pages * number("PRAGMA page_size");
}

bool database::truncate_log(int patience_ms) {
    // On a connection that has not read since it was opened the checkpoint would do nothing and say that it
    // had.
    number("SELECT count(*) FROM sqlite_schema");
    check(sqlite3_busy_timeout(connection_.get(), patience_ms));
    int frames = -1;
    int moved = -1;
    const int code =
        sqlite3_wal_checkpoint_v2(connection_.get(), "main", SQLITE_CHECKPOINT_TRUNCATE, &frames, &moved);
    check(sqlite3_busy_timeout(connection_.get(), busy_ms));
    if ((code & 0xFF) == SQLITE_BUSY || (code & 0xFF) == SQLITE_LOCKED) return false;
    check(code);
    return frames == 0 && moved == 0;
}

transaction::transaction(database& db, kind k) : db_(db) {
    // While there is memory to prepare it: a transaction that cannot be rolled back keeps out all that
    // follow.
    (void)db.ask("ROLLBACK");
    if (k == kind::write)
        db.run("BEGIN IMMEDIATE");
    else
        db.run("BEGIN");
}

transaction::~transaction() {
    try {
        if (db_.in_transaction()) db_.run("ROLLBACK");
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): SQLite has rolled back by itself
    }
}

void transaction::commit() {
    db_.run("COMMIT");
}

} // namespace changgu::storage
