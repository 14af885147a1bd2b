// Nothing in the schema can hold what would tie two things of one person together.
#include "tests/storage/bench.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

using namespace changgu;
using namespace changgu::test;

namespace {

// Every column there is, with why it may be there. A new one has to be argued for here.
const std::map<std::string, std::string> allowed{
    {"spool_envelope.seq", "order, until the tick"},
    {"spool_envelope.epoch", "coarse: a month"},
    {"spool_envelope.id", "its own"},
    {"spool_envelope.pad", "zeros"},
    {"spool_envelope.body", "its own"},
    {"spool_item.seq", "order, until the tick"},
    {"spool_item.kind", "one of three"},
    {"spool_item.address", "its own"},
    {"spool_item.state", "one of three"},
    {"spool_item.pad", "zeros"},
    {"spool_item.body", "its own"},
    {"batch.number", "the only time"},
    {"batch.month", "coarse"},
    {"batch.day", "for 14 days, and no finer than the number"},
    {"batch.first_row", "of released rows"},
    {"batch.envelopes", "a count"},
    {"envelope.seq", "sorted by batch and id"},
    {"envelope.batch", "the only time"},
    {"envelope.epoch", "coarse: a month"},
    {"envelope.id", "its own"},
    {"envelope.pad", "zeros"},
    {"envelope.body", "its own"},
    {"arrangement.only", "one row"},
    {"arrangement.changes", "a count"},
    {"item.number", "random"},
    {"item.kind", "one of three"},
    {"item.address", "its own"},
    {"item.state", "one of three"},
    {"item.month", "coarse, while there is a body"},
    {"item.pad", "zeros"},
    {"item.body", "its own"},
    {"decoy.prefix", "random"},
    {"reply_index.only", "one row"},
    {"reply_index.batch", "the only time"},
    {"reply_index.prefixes", "public: of all replies together"},
    {"access_entry.seq", "a reviewer's or admin's"},
    {"access_entry.entry", "a reviewer's or admin's, to the minute"},
    {"access_entry.hash", "of what came before"},
    {"key_note.seq", "public"},
    {"key_note.note", "public"},
    {"enrolment.id", "a reviewer's"},
    {"enrolment.number", "a reviewer's"},
    {"enrolment.state", "a reviewer's"},
    {"enrolment.request", "a reviewer's"},
    {"enrolment.locker", "a reviewer's; forgotten once the number has a keyring"},
    {"prekey.number", "a reviewer's"},
    {"prekey.epoch", "a reviewer's"},
    {"prekey.key", "a reviewer's"},
    {"prekey.signature", "a reviewer's"},
    {"drained.epoch", "a reviewer's"},
    {"drained.number", "a reviewer's"},
    {"drained.signature", "a reviewer's"},
    {"keyring.number", "a reviewer's"},
    {"keyring.etag", "a reviewer's"},
    {"keyring.locker", "a reviewer's"},
    {"keyring.body", "a reviewer's"},
    {"pepper.number", "a reviewer's"},
    {"pepper.etag", "a reviewer's"},
    {"pepper.pepper", "a reviewer's"},
};

struct cell {
    std::string where; // table, row
    std::string column;
    bytes value;
};

class opened {
  public:
    explicit opened(const std::filesystem::path& p) {
        REQUIRE(sqlite3_open_v2(p.c_str(), &db_, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK);
    }
    opened(const opened&) = delete;
    opened& operator=(const opened&) = delete;
    ~opened() { sqlite3_close(db_); }

    std::vector<std::string> tables() {
        std::vector<std::string> names;
        for (const auto& c : cells("SELECT name FROM sqlite_schema WHERE type = 'table'", ""))
            names.emplace_back(c.value.begin(), c.value.end());
        return names;
    }
    std::vector<std::string> columns(const std::string& table) {
        std::vector<std::string> names;
        for (const auto& c : cells("SELECT name FROM pragma_table_info('" + table + "')", ""))
            names.push_back(table + "." + std::string(c.value.begin(), c.value.end()));
        return names;
    }
    /// Values that are not integers; integers are in `allowed`.
    std::vector<cell> cells(const std::string& sql, const std::string& table) {
        std::vector<cell> all;
        sqlite3_stmt* s = nullptr;
        REQUIRE(sqlite3_prepare_v2(db_, sql.c_str(), -1, &s, nullptr) == SQLITE_OK);
        for (int row = 0; sqlite3_step(s) == SQLITE_ROW; ++row)
            for (int i = 0; i < sqlite3_column_count(s); ++i) {
                const int type = sqlite3_column_type(s, i);
                if (type == SQLITE_INTEGER || type == SQLITE_NULL) continue;
                const auto* data = static_cast<const crypto::byte*>(sqlite3_column_blob(s, i));
                all.push_back({table + " " + std::to_string(row), table + "." + sqlite3_column_name(s, i),
                               bytes(data, data + sqlite3_column_bytes(s, i))});
            }
        sqlite3_finalize(s);
        return all;
    }

  private:
    sqlite3* db_ = nullptr;
};

} // namespace

TEST_CASE("every column is one that was argued for") {
    bench b;
    std::set<std::string> seen;
    for (const char* file : {"changgu.db", "peppers.db", "access.db"}) {
        opened db(b.opts.directory / file);
        for (const auto& table : db.tables())
            for (const auto& column : db.columns(table)) {
                CAPTURE(column);
                CHECK(allowed.contains(column));
                seen.insert(column);
            }
    }
    CHECK(seen.size() == allowed.size());
}

TEST_CASE("no value of a thread is in two rows: not its report, reply, files, case or follow-up") {
    bench b;
    const auto thread = [&b](std::uint64_t n) {
        b.put(body(n));                                    // the report
        b.put_blob(address_of(n + 1), body(n + 1, 65536)); // its file
        b.put_blob(address_of(n + 2), body(n + 2, 65536));
        b.put_event(address_of(n + 3), body(n + 3)); // its case
        b.put_event(address_of(n + 4), body(n + 4));
        b.put_reply(address_of(n + 5), body(n + 5)); // the answer
        b.put(body(n + 6));                          // the follow-up
    };
    thread(100);
    thread(200);
    b.release(10, 5);
    thread(300);
    b.burn({address_of(305), address_of(205)});
    thread(400);

    opened db(b.opts.directory / "changgu.db");
    std::map<bytes, std::string> first_row; // of each 16-byte piece
    std::size_t rows = 0;
    for (const auto& table : db.tables()) {
        std::string last;
        for (const auto& c : db.cells("SELECT * FROM " + table, table)) {
            if (c.column == "reply_index.prefixes") continue; // published anyway, of everybody together
            if (c.column.ends_with(".pad")) {
                CHECK(std::ranges::all_of(c.value, [](auto x) { return x == 0; }));
                continue;
            }
            rows += c.where == last ? 0 : 1;
            last = c.where;
            for (std::size_t i = 0; i + 16 <= c.value.size(); i += 16) {
                const auto at = c.value.begin() + static_cast<std::ptrdiff_t>(i);
                const auto [known, is_new] = first_row.emplace(bytes(at, at + 16), c.where);
                if (!is_new) CHECK_MESSAGE(known->second == c.where, c.column);
            }
        }
    }
    CHECK(rows >= 4 * 7);
}
