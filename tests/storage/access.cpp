// The access log at rest.
#include "crypto/key_log.hpp"
#include "tests/storage/bench.hpp"
#include "tests/support/run_sql.hpp"

#include <doctest/doctest.h>

#include <string>
#include <thread>

using namespace changgu;
using namespace changgu::test;

namespace {

const crypto::org_id org = crypto::random_fixed<crypto::org_id>();

edit_outcome append(bench& b, std::string entry) {
    return wait<edit_outcome>(
        [&](auto done) { b.s().append_access(org, std::move(entry), std::move(done)); });
}

std::string a_genesis() {
    std::vector<crypto::note_signer> keys;
    for (const char* name : {"root", "recovery"}) keys.push_back({name, crypto::random_sign_key_pair()});
    crypto::policy rules;
    rules.categories = {{"other", {"그 밖의 소통", "Anything else"}}};
    const crypto::genesis g{{"한빛시", "Hanbit City"},
                            {{keys[0].verifier()}, 1, keys[1].verifier()},
                            {"https://report.hanbit.example"},
                            rules};
    return crypto::sign_note(crypto::genesis_text(g), keys);
}

/// Entries are chained for the organisation of the key log beside them.
void begin_log(bench& b, int entries) {
    const auto genesis = a_genesis();
    const auto of = crypto::key_log::start(genesis).value().org();
    REQUIRE(wait<edit_outcome>([&](auto done) { b.s().append_key_log(0, {genesis}, std::move(done)); }) ==
            edit_outcome::done);
    for (int i = 0; i < entries; ++i)
        REQUIRE(wait<edit_outcome>([&](auto done) {
                    b.s().append_access(of, "29743221 reviewer 1 prekeys-put " + std::to_string(i),
                                        std::move(done));
                }) == edit_outcome::done);
}

} // namespace

TEST_CASE("the access log grows, in order, and is there after a restart") {
    bench b;
    CHECK(b.read().read_access_log(0, 10).entries.empty());
    CHECK(b.read().read_access_log(0, 10).head == crypto::access_position{});
    crypto::access_chain chain(org);
    for (int i = 0; i < 7; ++i) {
        const auto entry = std::to_string(29'743'221 + i) + " reviewer 1 session-opened reviewer";
        REQUIRE(append(b, entry) == edit_outcome::done);
        REQUIRE(chain.append(entry));
    }
    CHECK(append(b, "two\nlines") == edit_outcome::failed);
    CHECK(append(b, "") == edit_outcome::failed);
    b.reopen();
    const auto first = b.read().read_access_log(0, 3);
    CHECK(first.entries.size() == 3);
    CHECK(first.before == crypto::hash256{});
    CHECK(first.head == chain.at());
    const auto rest = b.read().read_access_log(3, 100);
    CHECK(rest.entries.size() == 4);
    crypto::access_chain again(org);
    for (const auto& e : first.entries) REQUIRE(again.append(e));
    CHECK(again.at().hash == rest.before);
    for (const auto& e : rest.entries) REQUIRE(again.append(e));
    CHECK(again.at() == chain.at());
    CHECK(b.read().read_access_log(7, 10).entries.empty());
    CHECK(b.read().read_access_log(8, 10).entries.empty());
}

TEST_CASE("what is written at the same time ends up in one chain") {
    bench b;
    std::vector<std::thread> writers;
    for (int t = 0; t < 4; ++t)
        writers.emplace_back([&b, t] {
            for (int i = 0; i < 25; ++i) {
                b.put_reply(
                    address_of(std::uint64_t{100} * static_cast<unsigned>(t) + static_cast<unsigned>(i)),
                    body(1, 100));
                append(b, "29743221 reviewer " + std::to_string(t + 1) + " prekeys-put " + std::to_string(i));
            }
        });
    for (auto& w : writers) w.join();
    const auto page = b.read().read_access_log(0, 1000);
    REQUIRE(page.entries.size() == 100);
    crypto::access_chain chain(org);
    for (const auto& e : page.entries) REQUIRE(chain.append(e));
    CHECK(chain.at() == page.head);
}

TEST_CASE("the access log is in a backup, and where it was after a restore") {
    bench b;
    for (int i = 0; i < 3; ++i)
        REQUIRE(append(b, "29743221 reviewer 1 prekeys-put " + std::to_string(i)) == edit_outcome::done);
    const auto before = b.read().read_access_log(0, 10);
    temp_dir elsewhere;
    REQUIRE(back_up(b.opts.directory, elsewhere / "a.backup", vault::recipients).has_value());
    b.open_store.reset();
    REQUIRE(restore(elsewhere / "a.backup", &vault::opener(), elsewhere / "restored", 1'800'000'000)
                .value()
                .empty());
    b.opts.directory = elsewhere / "restored";
    b.reopen();
    const auto after = b.read().read_access_log(0, 10);
    CHECK(after.entries == before.entries);
    CHECK(after.head == before.head);
    REQUIRE(append(b, "29743222 reviewer 1 prekeys-put 3") == edit_outcome::done);
    CHECK(b.read().read_access_log(3, 10).before == before.head.hash);
}

TEST_CASE("a restored access log says that it was restored, and is whole") {
    bench b;
    begin_log(b, 3);
    const auto before = b.read().read_access_log(0, 10);
    temp_dir elsewhere;
    REQUIRE(back_up(b.opts.directory, elsewhere / "a.backup", vault::recipients).has_value());
    REQUIRE(restore(elsewhere / "a.backup", &vault::opener(), elsewhere / "restored", 1'800'000'059)
                .value()
                .empty());
    reader r(elsewhere / "restored");
    const auto after = r.read_access_log(0, 10);
    REQUIRE(after.entries.size() == 4);
    CHECK(after.entries.back() == "30000000 server restored");
    CHECK(r.read_access_log(3, 10).before == before.head.hash);
    CHECK(r.check().empty());
    CHECK(b.read().read_access_log(0, 10).head == before.head); // not where the backup was made
}

TEST_CASE("check finds an access log that does not chain") {
    bench b;
    begin_log(b, 3);
    CHECK(b.read().check().empty());
    const char* damage = nullptr;
    SUBCASE("an entry altered") {
        damage = "UPDATE access_entry SET entry = 'x' WHERE seq = 2";
    }
    SUBCASE("an entry taken out") {
        damage = "DELETE FROM access_entry WHERE seq = 2";
    }
    SUBCASE("the first taken out") {
        damage = "DELETE FROM access_entry WHERE seq = 1";
    }
    SUBCASE("a hash altered") {
        damage = "UPDATE access_entry SET hash = zeroblob(32) WHERE seq = 3";
    }
    SUBCASE("another order") {
        damage = "UPDATE access_entry SET seq = seq + 10; UPDATE access_entry SET seq = 14 - seq";
    }
    run_sql(b.opts.directory / "access.db", damage);
    const auto problems = b.read().check();
    REQUIRE(problems.size() == 1);
    CHECK(problems.front() == "the access log does not chain");
}
