#include "storage/schema.hpp"

#include <array>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

namespace changgu::storage {
namespace {

// "chng", "chnp" and "chna" in ASCII.
constexpr std::int64_t main_application = 0x63686E67;
constexpr std::int64_t pepper_application = 0x63686E70;
constexpr std::int64_t access_application = 0x63686E61;

// The spools are in order of arrival and therefore emptied at every release. `envelope` is in order of batch,
// then id. `item` has random numbers: once the file is rewritten nothing is left of when a row came. It
// keeps a month for retention, while a body is there. No row refers to another: not a reply to its report,
// not a report to its files.
constexpr const char* main_v1 = R"sql(
CREATE TABLE spool_envelope(
    seq INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, id BLOB NOT NULL, pad BLOB NOT NULL, body BLOB NOT NULL) STRICT;
CREATE UNIQUE INDEX spool_envelope_id ON spool_envelope(id);
CREATE TABLE spool_item(
    seq INTEGER NOT NULL PRIMARY KEY, kind INTEGER NOT NULL, address BLOB NOT NULL, state INTEGER NOT NULL,
    pad BLOB NOT NULL, body BLOB) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX spool_item_address ON spool_item(kind, address);

CREATE TABLE batch(
    number INTEGER PRIMARY KEY, month INTEGER NOT NULL, day INTEGER, first_row INTEGER NOT NULL,
    envelopes INTEGER NOT NULL) STRICT;
CREATE TABLE envelope(
    seq INTEGER PRIMARY KEY, batch INTEGER NOT NULL, epoch INTEGER NOT NULL, id BLOB NOT NULL,
    pad BLOB NOT NULL, body BLOB NOT NULL) STRICT;
CREATE UNIQUE INDEX envelope_id ON envelope(id);
CREATE TABLE arrangement(only INTEGER PRIMARY KEY CHECK(only = 1), changes INTEGER NOT NULL) STRICT;
INSERT INTO arrangement VALUES(1, 0);

CREATE TABLE item(
    kind INTEGER NOT NULL, address BLOB NOT NULL, state INTEGER NOT NULL, month INTEGER NOT NULL,
    pad BLOB NOT NULL, body BLOB, PRIMARY KEY(kind, address)) STRICT, WITHOUT ROWID;
CREATE TABLE decoy(prefix BLOB NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE reply_index(
    only INTEGER PRIMARY KEY CHECK(only = 1), batch INTEGER NOT NULL, prefixes BLOB NOT NULL) STRICT;

CREATE TABLE key_note(seq INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;
CREATE TABLE enrolment(
    id BLOB NOT NULL PRIMARY KEY, number INTEGER NOT NULL, state INTEGER NOT NULL, request BLOB) STRICT, WITHOUT ROWID;
CREATE TABLE prekey(
    number INTEGER NOT NULL, epoch INTEGER NOT NULL, key BLOB NOT NULL, signature BLOB NOT NULL,
    PRIMARY KEY(number, epoch)) STRICT, WITHOUT ROWID;
CREATE TABLE drained(
    epoch INTEGER NOT NULL, number INTEGER NOT NULL, signature BLOB NOT NULL,
    PRIMARY KEY(epoch, number)) STRICT, WITHOUT ROWID;
CREATE TABLE keyring(
    number INTEGER PRIMARY KEY, etag BLOB NOT NULL, locker BLOB NOT NULL, body BLOB NOT NULL) STRICT;
)sql";

// The locker that a submitted enrolment names, until its number has a keyring.
constexpr const char* main_v2 = "ALTER TABLE enrolment ADD COLUMN locker BLOB;";

// Items under a random number, with an index by address: an entry of that takes some 50 bytes, where a row,
// padded so that its body lies in overflow pages, takes 490 of its tree page. As a tree by address, 1,000,000
// replies over 10,000 made a lookup that misses cost 3.1 times as much. What is computed is padding().
constexpr const char* main_v3 = R"sql(
CREATE TABLE numbered_item(
    number INTEGER PRIMARY KEY, kind INTEGER NOT NULL, address BLOB NOT NULL, state INTEGER NOT NULL,
    month INTEGER NOT NULL, pad BLOB NOT NULL, body BLOB) STRICT;
CREATE TABLE numbered_spool_item(
    seq INTEGER PRIMARY KEY, kind INTEGER NOT NULL, address BLOB NOT NULL, state INTEGER NOT NULL,
    pad BLOB NOT NULL, body BLOB) STRICT;
CREATE TEMP VIEW padded AS SELECT *, iif(body IS NULL, x'', zeroblob(max(0, iif(rest <= 8 OR u - 35 < rest + m, m,
    u - 34 - rest) - 38))) AS new_pad FROM (
    SELECT *, (u - 12) * 32 / 255 - 23 AS m, length(body) % (u - 4) AS rest FROM (
        SELECT 1 AS released, NULL AS seq, kind, address, state, month, body, page_size AS u FROM item, pragma_page_size
        UNION ALL
        SELECT 0, seq, kind, address, state, 0, body, page_size FROM spool_item, pragma_page_size));
INSERT INTO numbered_item SELECT random() & 0x7FFFFFFFFFFFFFFF, kind, address, state, month, new_pad, body
    FROM padded WHERE released;
INSERT INTO numbered_spool_item SELECT seq, kind, address, state, new_pad, body FROM padded WHERE NOT released;
DROP VIEW padded;
DROP TABLE item;
DROP TABLE spool_item;
ALTER TABLE numbered_item RENAME TO item;
ALTER TABLE numbered_spool_item RENAME TO spool_item;
CREATE UNIQUE INDEX item_address ON item(kind, address);
CREATE UNIQUE INDEX spool_item_address ON spool_item(kind, address);
)sql";

constexpr const char* peppers_v1 = R"sql(
CREATE TABLE pepper(
    number INTEGER NOT NULL, etag BLOB NOT NULL, pepper BLOB NOT NULL, PRIMARY KEY(number, etag)) STRICT, WITHOUT ROWID;
)sql";

// What reviewers and admins did, in the order in which they did it, with times. In a file of its own: beside
// the spool's rows in the main file's pages and log it would tell at what time those were written.
constexpr const char* access_v1 = R"sql(
CREATE TABLE access_entry(seq INTEGER PRIMARY KEY, entry TEXT NOT NULL, hash BLOB NOT NULL) STRICT;
)sql";

// The nth script brings schema n to n + 1.
constexpr std::array main_migrations{main_v1, main_v2, main_v3};
constexpr std::array pepper_migrations{peppers_v1};
constexpr std::array access_migrations{access_v1};

struct description {
    const char* file;
    std::int64_t application;
    std::span<const char* const> migrations;
};
description describe(which w) {
    switch (w) {
    case which::main: return {main_file, main_application, main_migrations};
    case which::peppers: return {pepper_file, pepper_application, pepper_migrations};
    case which::access: break;
    }
    return {access_file, access_application, access_migrations};
}

std::uint64_t checked_version(database& db, const description& d, bool may_be_new) {
    const auto application = static_cast<std::int64_t>(db.number("PRAGMA application_id"));
    const auto version = db.number("PRAGMA user_version");
    const bool is_new = may_be_new && application == 0 && version == 0 &&
                        db.number("SELECT count(*) FROM sqlite_schema") == 0;
    if (is_new) return 0;
    if (application != d.application)
        throw std::runtime_error(std::string(d.file) + " is not a database of Changgu");
    if (version > d.migrations.size())
        throw std::runtime_error(std::string(d.file) + " was written by a newer version of Changgu (schema " +
                                 std::to_string(version) + "; this one knows up to " +
                                 std::to_string(d.migrations.size()) + ")");
    return version;
}

// Sets, then reads back: SQLite ignores a PRAGMA that it cannot fulfil without a word.
void set(database& db, const std::string& name, const std::string& value, const std::string& reads) {
    db.pragma(name + " = " + value);
    if (db.pragma(name) != reads)
        throw std::runtime_error("the database setting " + name + " did not take effect");
}

void migrate(database& db, const description& d, std::uint64_t from) {
    if (from == d.migrations.size()) return;
    transaction t(db, transaction::kind::write);
    for (auto v = from; v < d.migrations.size(); ++v) db.script(d.migrations[v]);
    db.script("PRAGMA application_id = " + std::to_string(d.application));
    db.script("PRAGMA user_version = " + std::to_string(d.migrations.size()));
    t.commit();
}

} // namespace

// The names and formulas are those of SQLite's file format, "B-tree Cell Format", for tables with row
// numbers: of a record of P bytes, all are in the leaf if P <= X; else M + (P - M) % (U - 4) are if that is
// <= X; else M. The rest goes to overflow pages.
std::size_t padding(std::size_t page_size, std::size_t body) {
    const std::size_t u = page_size;
    const std::size_t x = u - 35;
    const std::size_t m = (u - 12) * 32 / 255 - 23;
    // What comes before the body, the columns and the record's header, has `least` bytes and a few more.
    constexpr std::size_t least = 38;
    const std::size_t rest = body % (u - 4);
    // A body that fills its overflow pages but for a few bytes may leave those in the leaf: they are its
    // public header.
    const std::size_t before = rest <= public_header_bytes || x < rest + m ? m : x + 1 - rest;
    return before > least ? before - least : 0;
}

database open_for_writing(const std::filesystem::path& directory, which w, std::uint32_t page_size) {
    const auto d = describe(w);
    database db(directory / d.file, database::mode::write);
    const auto version = checked_version(db, d, true);
    if (version == 0) {
        db.pragma("page_size = " + std::to_string(page_size));
        set(db, "auto_vacuum", "NONE", "0");
    }
    set(db, "journal_mode", "WAL", "wal");
    set(db, "synchronous", "FULL", "2");
    set(db, "secure_delete", "ON", "1");
    set(db, "temp_store", "MEMORY", "2");
    set(db, "foreign_keys", "ON", "1");
    set(db, "trusted_schema", "OFF", "0");
    set(db, "cell_size_check", "ON", "1");
    set(db, "mmap_size", "0", "0");
    set(db, "wal_autocheckpoint", "1000", "1000");
    migrate(db, d, version);
    if (version == 0 && db.number("PRAGMA page_size") != page_size)
        throw std::runtime_error("the database setting page_size did not take effect");
    return db;
}

database open_for_reading(const std::filesystem::path& directory, which w) {
    const auto d = describe(w);
    if (w == which::access && std::filesystem::exists(directory / main_file) &&
        !std::filesystem::exists(directory / d.file))
        throw std::runtime_error(std::string(d.file) + " is not there yet: start the server once");
    database db(directory / d.file, database::mode::read);
    if (checked_version(db, d, false) != d.migrations.size())
        throw std::runtime_error(std::string(d.file) + " is of an older version: start the server once");
    set(db, "query_only", "ON", "1");
    set(db, "temp_store", "MEMORY", "2");
    set(db, "trusted_schema", "OFF", "0");
    set(db, "cell_size_check", "ON", "1");
    set(db, "mmap_size", "0", "0");
    return db;
}

} // namespace changgu::storage
