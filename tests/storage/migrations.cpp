// What older versions of this program have left on a disk is read by this one: a database of every schema
// (fixtures/make), a file of the spool (fixtures/make_spool.cpp).
#include "storage/segment.hpp"
#include "tests/storage/old_data.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

using namespace changgu;
using namespace changgu::test;

namespace {

constexpr int with_access = 3; ///< the schema beside which there was an access log first

void put_in_place(bench& b, int schema) {
    b.open_store.reset();
    std::filesystem::remove_all(b.opts.directory);
    put_old_data(b.opts.directory, schema, {.access = schema >= with_access});
    b.reopen();
}

void check_all(bench& b, int schema) {
    auto r = b.read();
    for (const auto& wrong : wrongs_of_old_data(r, {.access = schema >= with_access})) FAIL_CHECK(wrong);
}

} // namespace

TEST_CASE("a database of every older schema is brought up to date, with all that is in it") {
    CHECK(newest_schema() >= 3);
    for (int schema = 1; schema <= newest_schema(); ++schema) {
        CAPTURE(schema);
        bench b;
        put_in_place(b, schema);
        check_all(b, schema);
        if (schema >= 2) CHECK(b.read().find_locker(7) == named<crypto::sign_public_key>("locker"));
        CHECK(b.release().envelopes == 1);
        b.reopen();
        check_all(b, schema);
        const auto inbox = b.inbox();
        REQUIRE(inbox.size() == 3);
        CHECK(inbox[2].body == old_body(3));
        CHECK(b.burn({address_of(10), address_of(20)}) == edit_outcome::done);
    }
}

TEST_CASE("a file of the spool in the format of the first log is read, and released") {
    bench b;
    b.open_store.reset();
    std::filesystem::copy_file(fixture("spool-1"), b.opts.directory / "spool-9");
    CHECK(parse_segment(file_bytes(fixture("spool-1"))).records.size() == 3);
    b.reopen();
    for (const std::uint64_t n : {1U, 2U, 3U}) CHECK(b.put(old_body(n)) == put_outcome::exists);
    CHECK(b.read().check().empty());
    CHECK(b.put(old_body(4)) == put_outcome::stored);
    CHECK(b.release().envelopes == 4);
    CHECK(b.inbox().size() == 4);
    CHECK(b.read().check().empty());
}

TEST_CASE("an access log of the first schema is gone on with, and a newer one refused and left alone") {
    bench b;
    put_in_place(b, with_access);
    REQUIRE(wait<edit_outcome>([&](auto done) {
                b.s().append_access(named<crypto::org_id>("org"), "29743223 admin revoked 7",
                                    std::move(done));
            }) == edit_outcome::done);
    b.reopen();
    crypto::access_chain chain(named<crypto::org_id>("org"));
    const auto log = b.read().read_access_log(0, 10);
    CHECK(log.entries.size() == 3);
    for (const auto& e : log.entries) REQUIRE(chain.append(e));
    CHECK(chain.at() == log.head);

    b.open_store.reset();
    for (const std::string name : {"access", "peppers"}) {
        const auto file = b.opts.directory / (name + ".db");
        const auto version = [&file](const std::string& sql) {
            sqlite3* db = nullptr;
            REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
            CHECK(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
            sqlite3_close(db);
        };
        version("PRAGMA user_version = 2");
        const auto before = file_bytes(file);
        const auto sentence =
            name + ".db was written by a newer version of Changgu (schema 2; this one knows up to 1)";
        CHECK_THROWS_WITH_AS(store(b.opts), sentence.c_str(), std::runtime_error);
        CHECK_THROWS_WITH_AS(reader(b.opts.directory), sentence.c_str(), std::runtime_error);
        CHECK(file_bytes(file) == before);
        version("PRAGMA user_version = 1");
    }
    b.reopen();
    CHECK(b.read().read_access_log(0, 10).head == log.head);
}
