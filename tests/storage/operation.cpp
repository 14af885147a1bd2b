// Start-up, settings, backup and check.
#include "storage/backup.hpp"
#include "tests/storage/bench.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <map>
#include <string>

using namespace changgu;
using namespace changgu::test;

namespace {

constexpr std::uint64_t restored_at = 1'800'000'000;

void run_sql(const std::filesystem::path& file, const std::string& sql) {
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
    REQUIRE_MESSAGE(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK,
                    sqlite3_errmsg(db));
    sqlite3_close(db);
}

std::string refusal(bench& b) {
    try {
        b.reopen();
    } catch (const std::runtime_error& e) {
        return e.what();
    }
    return {};
}

unsigned mode(const std::filesystem::path& p) {
    return static_cast<unsigned>(std::filesystem::status(p).permissions());
}

} // namespace

TEST_CASE("the files are their owner's alone and every setting holds") {
    bench b;
    b.put(body(1));
    CHECK(mode(b.opts.directory) == 0700);
    for (const char* name : {"changgu.db", "changgu.db-wal", "changgu.db-shm", "peppers.db"})
        CHECK_MESSAGE(mode(b.opts.directory / name) == 0600, name);
    const auto stats = b.read().stats();
    std::map<std::string, std::string> settings(stats.settings.begin(), stats.settings.end());
    CHECK(settings["journal_mode"] == "wal");
    CHECK(settings["trusted_schema"] == "0");
    CHECK(settings["cell_size_check"] == "1");
    CHECK(settings["application_id"] == "1667788391");
    CHECK(stats.page_size == 4096);
    std::map<std::string, std::uint64_t> rows(stats.rows.begin(), stats.rows.end());
    CHECK(rows.at("spool_envelope") == 1);
    CHECK(rows.at("envelope") == 0);
    CHECK(rows.at("decoy") == 64);
    CHECK(stats.used > 8192);
}

TEST_CASE("a newer schema is refused with a sentence, by store and reader, and left alone") {
    bench b;
    b.put(body(1));
    b.open_store.reset();
    const auto db = b.opts.directory / "changgu.db";
    run_sql(db, "PRAGMA user_version = 4");
    CHECK(refusal(b) ==
          "changgu.db was written by a newer version of Changgu (schema 4; this one knows up to 3)");
    CHECK_THROWS_AS(reader(b.opts.directory), std::runtime_error);
    run_sql(db, "PRAGMA user_version = 3");
    CHECK(refusal(b).empty());
    CHECK(b.read().has_envelope(id_of(body(1))));
}

TEST_CASE("items of schema 2 are as they were, with nothing but zeros and public headers beside their rows") {
    bench b;
    const std::vector sizes{std::size_t{8192}, std::size_t{65536}, std::size_t{4100}, std::size_t{12290}};
    for (std::uint64_t n = 0; n < 20; ++n) {
        b.put_reply(address_of(n), body(n, sizes[n % 4]));
        b.put_blob(address_of(n), body(100 + n, sizes[n % 4]));
        if (n == 9) b.burn({address_of(3)});
        if (n == 9) b.release(1, 2025 * 12);
    }
    b.open_store.reset();
    const auto db = b.opts.directory / "changgu.db";
    run_sql(db, R"(BEGIN;
        CREATE TABLE i(kind INTEGER NOT NULL, address BLOB NOT NULL, state INTEGER NOT NULL, month INTEGER NOT NULL,
            pad BLOB NOT NULL, body BLOB, PRIMARY KEY(kind, address)) STRICT, WITHOUT ROWID;
        INSERT INTO i SELECT kind, address, state, month, pad, body FROM item;
        DROP TABLE item; ALTER TABLE i RENAME TO item;
        CREATE TABLE s(seq INTEGER NOT NULL PRIMARY KEY, kind INTEGER NOT NULL, address BLOB NOT NULL,
            state INTEGER NOT NULL, pad BLOB NOT NULL, body BLOB) STRICT, WITHOUT ROWID;
        INSERT INTO s SELECT * FROM spool_item;
        DROP TABLE spool_item; ALTER TABLE s RENAME TO spool_item;
        CREATE UNIQUE INDEX spool_item_address ON spool_item(kind, address);
        PRAGMA user_version = 2; COMMIT; VACUUM)");
    b.reopen();
    for (std::uint64_t n = 0; n < 20; ++n) {
        CHECK(b.state(item_kind::reply, address_of(n)) ==
              (n == 3 ? item_state::burned : item_state::present));
        CHECK(b.read().read(item_kind::blob, std::vector{address_of(n)})[0].body ==
              body(100 + n, sizes[n % 4]));
    }
    CHECK(b.read().check().empty());
    // Written anew, an item takes the same padding.
    const auto pad_of = [&](const std::string& table, const std::string& address) {
        std::string found;
        sqlite3* raw = nullptr;
        REQUIRE(sqlite3_open(db.c_str(), &raw) == SQLITE_OK);
        const auto sql =
            "SELECT length(pad) FROM " + table + " WHERE kind = 3 AND address = x'" + address + "'";
        sqlite3_exec(
            raw, sql.c_str(),
            [](void* to, int, char** value, char**) {
                *static_cast<std::string*>(to) = value[0];
                return 0;
            },
            &found, nullptr);
        sqlite3_close(raw);
        return found;
    };
    for (std::uint64_t n = 0; n < 4; ++n) {
        b.put_blob(address_of(50 + n), body(n, sizes[n]));
        const auto fresh = pad_of("spool_item", crypto::to_hex(address_of(50 + n).view()));
        CHECK_FALSE(fresh.empty());
        CHECK(pad_of("item", crypto::to_hex(address_of(4 + n).view())) == fresh);
        CHECK(pad_of("spool_item", crypto::to_hex(address_of(12 + n).view())) == fresh);
    }
    b.release();
    CHECK(b.read().check().empty());
}

TEST_CASE("a database of something else is refused and left alone") {
    bench b;
    b.open_store.reset();
    const auto db = b.opts.directory / "changgu.db";
    std::filesystem::remove(db);
    run_sql(db, "CREATE TABLE precious(x)");
    const auto before = file_bytes(db);
    CHECK(refusal(b) == "changgu.db is not a database of Changgu");
    CHECK(file_bytes(db) == before);
    std::ofstream(db) << "This is no database at all, whatever its name may say.";
    CHECK_FALSE(refusal(b).empty());
}

TEST_CASE("a directory has one store at a time") {
    bench b;
    CHECK_THROWS_WITH_AS(store{b.opts}, doctest::Contains("another process uses"), std::runtime_error);
    b.open_store.reset();
    CHECK(refusal(b).empty());
}

TEST_CASE("a reader needs no store") {
    bench b;
    b.put(body(1));
    b.open_store.reset();
    reader r(b.opts.directory);
    CHECK(r.has_envelope(id_of(body(1))));
    CHECK(r.check().empty());
    temp_dir empty;
    CHECK_THROWS_AS(reader{empty.path()}, std::runtime_error);
}

TEST_CASE("a backup is complete, opens, and has neither pepper nor order of arrival") {
    bench b;
    const auto p = pepper::random();
    const bytes pepper_bytes(p.view().begin(), p.view().end());
    CHECK(wait<edit_outcome>([&](auto done) {
              b.s().put_keyring(1, {}, {}, body(1, 4096), p.clone(),
                                [done = std::move(done)](edit_outcome o, keyring_etag) mutable { done(o); });
          }) == edit_outcome::done);
    b.put(body(500));
    b.release();
    std::vector<bytes> spooled;
    for (std::uint64_t n = 1000; n < 2000; ++n) {
        spooled.push_back(body(n));
        b.put(spooled.back());
    }
    temp_dir elsewhere;
    const auto copy = elsewhere / "changgu.db";
    REQUIRE(back_up(b.opts.directory, copy).has_value());
    CHECK(back_up(b.opts.directory, copy).error() == make_error_code(errc::exists));
    CHECK(back_up(b.opts.directory, elsewhere / "no/such/directory").error() ==
          make_error_code(errc::failed));
    CHECK(mode(copy) == 0600);
    CHECK(pieces_on_disk(elsewhere.path(), {pepper_bytes}) == 0);
    CHECK(pieces_on_disk(b.opts.directory, {pepper_bytes}) == 3);

    CHECK(std::abs(order_in(file_bytes(copy), spooled)) < 0.1);

    b.open_store.reset();
    const auto restored = elsewhere / "restored";
    const auto problems = restore(copy, restored, restored_at);
    REQUIRE(problems.has_value());
    CHECK(problems->empty());
    CHECK(restore(copy, restored, restored_at).error() == make_error_code(errc::exists));
    b.opts.directory = restored;
    b.reopen();
    CHECK(b.inbox().size() == 1);
    CHECK(b.read().latest_batch() == restored_at); // above whatever a reviewer had read since the backup
    CHECK(b.read().inbox_count(restored_at - 1) == 1);
    CHECK(b.read().has_envelope(id_of(spooled[7])));
    CHECK(b.release().envelopes == spooled.size());
    CHECK_FALSE(b.read().find_keyring(1)); // nobody has its pepper any more
    CHECK(b.read().check().empty());
}

TEST_CASE("a damaged or foreign file is not restored") {
    bench b;
    for (std::uint64_t n = 0; n < 50; ++n) b.put(body(n));
    temp_dir elsewhere;
    const auto copy = elsewhere / "copy.db";
    REQUIRE(back_up(b.opts.directory, copy).has_value());
    run_sql(copy, "UPDATE reply_index SET prefixes = zeroblob(1024)");
    const auto problems = restore(copy, elsewhere / "restored", restored_at);
    REQUIRE(problems.has_value());
    CHECK_FALSE(problems->empty());
    CHECK_FALSE(std::filesystem::exists(elsewhere / "restored" / "changgu.db"));
    run_sql(elsewhere / "other.db", "CREATE TABLE t(x)");
    CHECK_THROWS_AS((void)restore(elsewhere / "other.db", elsewhere / "restored", restored_at),
                    std::runtime_error);
}

TEST_CASE("check finds what should not be") {
    const char* damage = nullptr;
    SUBCASE("an envelope out of order") {
        damage = "UPDATE envelope SET seq = seq + 100 WHERE seq = 1";
    }
    SUBCASE("a batch that miscounts") {
        damage = "UPDATE batch SET envelopes = 3";
    }
    SUBCASE("a reply without a body") {
        damage = "UPDATE item SET body = NULL WHERE kind = 1";
    }
    SUBCASE("a gap in the key log") {
        damage = "INSERT INTO key_note VALUES(1, 'x')";
    }
    SUBCASE("a decoy that is not published") {
        damage = "INSERT INTO decoy VALUES(zeroblob(16))";
    }
    SUBCASE("a second copy in the spool") {
        damage = "INSERT INTO spool_envelope(epoch, id, pad, body) SELECT epoch, id, pad, body FROM envelope "
                 "WHERE seq = 1";
    }
    REQUIRE(damage != nullptr);
    bench b;
    b.put(body(1));
    b.put(body(2));
    b.put_reply(address_of(1), body(3));
    b.release();
    CHECK(b.read().check().empty());
    b.open_store.reset();
    run_sql(b.opts.directory / "changgu.db", damage);
    CHECK(reader(b.opts.directory).check().size() == 1);
}
