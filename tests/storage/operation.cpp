// Start-up, settings, backup and check.
#include "storage/backup.hpp"
#include "storage/scratch.hpp"
#include "tests/storage/bench.hpp"
#include "tests/support/run_sql.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <map>
#include <string>

using namespace changgu;
using namespace changgu::test;

namespace {

constexpr std::uint64_t restored_at = 1'800'000'000;

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
    for (const char* name : {"changgu.db", "changgu.db-wal", "changgu.db-shm", "peppers.db", "access.db"})
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
    const auto copy = elsewhere / "changgu.backup";
    REQUIRE(back_up(b.opts.directory, copy, vault::recipients).has_value());
    CHECK(back_up(b.opts.directory, copy, vault::recipients).error() == make_error_code(errc::exists));
    CHECK(back_up(b.opts.directory, elsewhere / "no/such/directory", vault::recipients).error() ==
          make_error_code(errc::failed));
    CHECK(mode(copy) == 0600);
    CHECK(pieces_on_disk(b.opts.directory, {pepper_bytes}) == 3);
    CHECK(kind_of_backup(copy) == backup_kind::sealed);
    // Nothing in clear beside the data, and nothing more in the data directory than before.
    CHECK(pieces_on_disk(elsewhere.path(), {pepper_bytes, body(500), spooled.front()}) == 0);
    CHECK_FALSE(std::filesystem::exists(b.opts.directory / "backup.part"));

    b.open_store.reset();
    const auto restored = elsewhere / "restored";
    const auto problems = restore(copy, &vault::opener(), restored, restored_at);
    REQUIRE(problems.has_value());
    CHECK(problems->empty());
    CHECK(restore(copy, &vault::opener(), restored, restored_at).error() == make_error_code(errc::exists));
    CHECK_FALSE(std::filesystem::exists(restored / "restore.part"));
    CHECK(pieces_on_disk(restored, {pepper_bytes}) == 0);
    CHECK(std::abs(order_in(file_bytes(restored / "changgu.db"), spooled)) < 0.1);
    b.opts.directory = restored;
    b.reopen();
    CHECK(b.inbox().size() == 1);
    CHECK(b.read().latest_batch() == restored_at); // above whatever a reviewer had read since the backup
    // Nor does one who had read the newest take it for one that was released since: that would say that what
    // is still spooled has been read, and that a retired epoch's key can go.
    CHECK(b.inbox().front().batch == 1);
    CHECK(b.read().inbox_count(1) == 0);
    CHECK(b.read().has_envelope(id_of(spooled[7])));
    CHECK(b.release().envelopes == spooled.size());
    CHECK_FALSE(b.read().find_keyring(1)); // nobody has its pepper any more
    CHECK(b.read().check().empty());
}

TEST_CASE("a backup that is not whole, or not ours, puts nothing in place") {
    bench b;
    for (std::uint64_t n = 0; n < 50; ++n) b.put(body(n));
    temp_dir elsewhere;
    const auto good = elsewhere / "good.backup";
    REQUIRE(back_up(b.opts.directory, good, vault::recipients).has_value());
    const auto whole = file_bytes(good);
    const auto header = crypto::backup_header_size(whole).value();
    REQUIRE(whole.size() > header + 3 * crypto::backup_chunk_size);
    backup_opener with{vault::opener().org, {}};
    with.recovery.push_back(
        {vault::opener().recovery.front().public_key, vault::opener().recovery.front().secret_key.clone()});
    auto altered = whole;
    crypto::errc expected = crypto::errc::bad_chunk;
    const auto chunk = [&](std::size_t i) {
        return altered.begin() + static_cast<std::ptrdiff_t>(header + i * crypto::backup_chunk_size);
    };
    SUBCASE("cut between two chunks") {
        altered.resize(header + 2 * crypto::backup_chunk_size);
        expected = crypto::errc::truncated_file;
    }
    SUBCASE("cut within a chunk") {
        altered.resize(altered.size() - 5000);
    }
    SUBCASE("cut in the header") {
        altered.resize(header - 1);
        expected = crypto::errc::bad_length;
    }
    SUBCASE("two chunks change places") {
        std::swap_ranges(chunk(0), chunk(1), chunk(1));
    }
    SUBCASE("one bit") {
        *chunk(1) ^= 1U;
    }
    SUBCASE("bytes behind its end") {
        altered.push_back(0);
    }
    SUBCASE("another organisation") {
        with.org = crypto::random_fixed<crypto::org_id>();
        expected = crypto::errc::wrong_org;
    }
    SUBCASE("another recovery key") {
        with.recovery.front() = crypto::random_sign_key_pair();
        expected = crypto::errc::slot_not_mine;
    }
    const auto file = elsewhere / "altered.backup";
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(altered.data()), static_cast<std::streamsize>(altered.size()));
    const auto refused = restore(file, &with, elsewhere / "restored", restored_at);
    REQUIRE(refused.has_error());
    CHECK(refused.error() == make_error_code(expected));
    CHECK(std::filesystem::is_empty(elsewhere / "restored"));
    // The whole one is taken in the same place.
    CHECK(restore(good, &vault::opener(), elsewhere / "restored", restored_at).value().empty());
}

TEST_CASE("what is in a backup is checked before it is put in place") {
    bench b;
    temp_dir elsewhere;
    const auto copy = elsewhere / "copy.backup";
    run_sql(b.opts.directory / "changgu.db", "UPDATE reply_index SET prefixes = zeroblob(1024)");
    REQUIRE(back_up(b.opts.directory, copy, vault::recipients).has_value());
    CHECK_FALSE(restore(copy, &vault::opener(), elsewhere / "restored", restored_at).value().empty());
    CHECK(std::filesystem::is_empty(elsewhere / "restored"));
    CHECK_THROWS_AS(
        (void)back_up(b.opts.directory, elsewhere / "second.backup",
                      [](reader&) -> crypto::backup_recipients { throw std::runtime_error("no key log"); }),
        std::runtime_error);
    CHECK_FALSE(std::filesystem::exists(elsewhere / "second.backup"));
    CHECK_FALSE(std::filesystem::exists(b.opts.directory / "backup.part"));
    CHECK(back_up(b.opts.directory, elsewhere / "second.backup", [](reader&) -> crypto::backup_recipients {
              return {vault::opener().org, {}};
          }).error() == make_error_code(crypto::errc::bad_parameters));
    CHECK_FALSE(std::filesystem::exists(elsewhere / "second.backup"));
}

TEST_CASE("what is released after a restore has numbers that no reviewer has read") {
    bench b;
    temp_dir elsewhere;
    // Takes a backup, lets the server live on for three batches, and restores into another directory.
    const auto lose_three = [&](const std::string& name, std::uint64_t now) {
        REQUIRE(back_up(b.opts.directory, elsewhere / (name + ".backup"), vault::recipients).has_value());
        for (int i = 0; i < 2; ++i) b.release();
        const auto read = b.release().batch;
        b.open_store.reset();
        b.opts.directory = elsewhere / name;
        REQUIRE(
            restore(elsewhere / (name + ".backup"), &vault::opener(), b.opts.directory, now).value().empty());
        b.reopen();
        const auto tip = body(read);
        REQUIRE(b.put(tip) == put_outcome::stored);
        b.release();
        CHECK(b.read().check().empty());
        const auto unread = b.inbox(read);
        return std::ranges::any_of(unread, [&](const auto& e) { return e.id == id_of(tip); });
    };
    SUBCASE("of a backup from before the first release") {}
    SUBCASE("of a later one") {
        b.release();
    }
    CHECK(lose_three("first", restored_at));
    CHECK(b.read().latest_batch() == restored_at + 1);
    CHECK(lose_three("on a machine whose clock has stopped", 946'684'800));
    CHECK(lose_three("and on one that has none", 7));
    CHECK(b.read().latest_batch() < std::uint64_t{1} << 32U); // on the wire it has four bytes
}

TEST_CASE("a restore does not mix with what a killed server has left of another database") {
    bench b;
    temp_dir elsewhere;
    const auto copy = elsewhere / "copy.backup";
    REQUIRE(back_up(b.opts.directory, copy, vault::recipients).has_value());
    const auto restored = elsewhere / "restored";
    std::filesystem::create_directories(restored);
    b.put_reply(address_of(1), body(1));
    const char* log = nullptr;
    SUBCASE("of the main one") {
        log = "changgu.db-wal";
    }
    SUBCASE("of the access log") {
        log = "access.db-wal";
    }
    SUBCASE("of the peppers") {
        log = "peppers.db-wal";
    }
    REQUIRE(log != nullptr);
    std::filesystem::copy_file(b.opts.directory / "changgu.db-wal", restored / log);
    CHECK(restore(copy, &vault::opener(), restored, restored_at).error() == make_error_code(errc::exists));
    CHECK_FALSE(std::filesystem::exists(restored / "changgu.db"));
    std::filesystem::remove(restored / log);
    CHECK(restore(copy, &vault::opener(), restored, restored_at).value().empty());
}

TEST_CASE("a bare database, as backups once were, is still restored") {
    bench b;
    b.put(body(1));
    b.release();
    b.open_store.reset();
    temp_dir elsewhere;
    std::filesystem::copy_file(b.opts.directory / "changgu.db", elsewhere / "old.backup");
    CHECK(kind_of_backup(elsewhere / "old.backup") == backup_kind::database);
    CHECK(restore(elsewhere / "old.backup", nullptr, elsewhere / "restored", restored_at).value().empty());
    CHECK(reader(elsewhere / "restored").has_envelope(id_of(body(1))));
    run_sql(elsewhere / "other.db", "CREATE TABLE t(x)");
    CHECK_THROWS_AS((void)restore(elsewhere / "other.db", nullptr, elsewhere / "again", restored_at),
                    std::runtime_error);
    std::ofstream(elsewhere / "text") << "a letter";
    CHECK(kind_of_backup(elsewhere / "text") == backup_kind::neither);
}

TEST_CASE("what a crash leaves of a copy is zeroed and removed, and what is in use is left alone") {
    bench b;
    const auto left = b.opts.directory / "backup.part";
    const auto kept = b.dir / "kept";
    const auto leave = [&] {
        std::filesystem::create_directories(left / "restore.part");
        for (const auto& f : {left / "changgu.db", left / "restore.part" / "changgu.db-wal"})
            std::ofstream(f, std::ios::binary) << std::string(3'000'000, 'x');
        std::filesystem::remove(kept);
        std::filesystem::create_hard_link(left / "changgu.db", kept); // to see what becomes of its bytes
    };
    const auto zeroed = [&] {
        const auto content = file_bytes(kept);
        return content.size() == 3'000'000 && std::ranges::count(content, 0) == 3'000'000;
    };
    SUBCASE("at the next start") {
        leave();
        b.reopen();
        CHECK_FALSE(std::filesystem::exists(left));
        CHECK(zeroed());
    }
    SUBCASE("by the next backup") {
        leave();
        temp_dir elsewhere;
        CHECK(back_up(b.opts.directory, elsewhere / "copy.backup", vault::recipients).has_value());
        CHECK_FALSE(std::filesystem::exists(left));
        CHECK(zeroed());
    }
    SUBCASE("not while a backup is at it") {
        const scratch mine(b.opts.directory, scratch::purpose::backup);
        leave();
        b.reopen();
        CHECK(std::filesystem::exists(left / "changgu.db"));
        temp_dir elsewhere;
        CHECK_THROWS_AS((void)back_up(b.opts.directory, elsewhere / "copy.backup", vault::recipients),
                        std::runtime_error);
        CHECK_FALSE(std::filesystem::exists(elsewhere / "copy.backup"));
    }
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
