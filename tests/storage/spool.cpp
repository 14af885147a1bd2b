// The log in which an envelope waits for its release: what a crash, a bad disk or an older program leaves.
#include "storage/backup.hpp"
#include "storage/segment.hpp"
#include "tests/storage/bench.hpp"
#include "tests/support/run_sql.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

using namespace changgu;
using namespace changgu::test;

namespace {

constexpr std::uint64_t record = segment::group_bytes(64 + envelope_bytes); // a group of one

std::filesystem::path spool_file(const bench& b, std::uint32_t number) {
    return segment_path(b.opts.directory, number);
}

/// The one file that has something in it.
std::filesystem::path used_file(const bench& b) {
    std::filesystem::path used;
    for (const auto number : spool_numbers(b.opts.directory))
        if (!parse_segment(file_bytes(spool_file(b, number))).blank) used = spool_file(b, number);
    REQUIRE_FALSE(used.empty());
    return used;
}

void overwrite(const std::filesystem::path& p, std::uint64_t at, std::size_t size) {
    std::fstream f(p, std::ios::in | std::ios::out | std::ios::binary);
    f.seekp(static_cast<std::streamoff>(at));
    for (std::size_t i = 0; i < size; ++i) f.put('x');
    REQUIRE(f.flush());
}

/// Five envelopes, a group each, and the store closed.
void put_five(bench& b) {
    for (std::uint64_t n = 1; n <= 5; ++n) REQUIRE(b.put(body(n)) == put_outcome::stored);
    b.open_store.reset();
}

std::vector<std::uint64_t> present(bench& b) {
    std::vector<std::uint64_t> all;
    for (std::uint64_t n = 1; n <= 5; ++n)
        if (b.read().has_envelope(id_of(body(n)))) all.push_back(n);
    return all;
}

using numbers = std::vector<std::uint64_t>;

/// The header, and three small records in groups of two and one, as they were written when a group began
/// right behind the one before it.
constexpr std::string_view unaligned_header =
    "63686773706f6f6c13fdd0b38ceef9dcde77e621ae5ccd5efcd7bfafdc1a1adc";
constexpr std::string_view unaligned_records =
    "a9e681e2c956de8b0020000000000000280000000700000001000000000000005c3c8bdd63c262d014180d9d54d79794"
    "6c921fa65f02703c33bca7062e1829c16161616161616161616161616161616161616161616161616161616161616161"
    "6161616161616161000000000000000000000000000000000000000000000000e3ea8bc1f545e9a90020000000000000"
    "28000000070000000100000000000000f2038f6b497933989f7e3a7d90bee289de99f1ffe39c29902cf07f771043cdfb"
    "626262626262626262626262626262626262626262626262626262626262626262626262626262620000000000000000"
    "000000000000000000000000000000005b834956927abf1a002100000000000028000000070000000100000000000000"
    "07a71b4abf797b0504d8e8941435bd275ad2d9f3784819312ebb05b9186053c763636363636363636363636363636363"
    "636363636363636363636363636363636363636363636363000000000000000000000000000000000000000000000000";

bytes unaligned_file() {
    bytes f(16'384);
    const auto put = [&f](std::size_t at, std::string_view hex) {
        std::ranges::copy(crypto::from_hex(hex).value(), f.begin() + static_cast<std::ptrdiff_t>(at));
    };
    put(0, unaligned_header);
    put(4096, unaligned_header);
    put(segment::records_begin, unaligned_records);
    return f;
}

/// Two small envelopes in one group.
bytes small_group(const temp_dir& where) {
    const auto s = segment::create(where.path(), 0, 32'768);
    const bytes first(40, 'a');
    const bytes second(40, 'b');
    s->append(std::array<segment::entry, 2>{{{id_of(first), 7, first}, {id_of(second), 7, second}}});
    return file_bytes(where / "spool-0");
}

release_input no_chaff() {
    return {.epoch = 0, .fill = 1, .today = 0, .month = 0, .make_chaff = {}};
}

} // namespace

TEST_CASE("a torn end is cut off, with all its bytes, and written over") {
    bench b;
    put_five(b);
    const auto file = used_file(b);
    const auto last = segment::records_begin + 4 * record;
    SUBCASE("in its body") {
        overwrite(file, last + 5000, 100);
    }
    SUBCASE("in its header") {
        overwrite(file, last + 9, 3);
    }
    b.reopen();
    CHECK(present(b) == numbers{1, 2, 3, 4});
    CHECK(b.read().check().empty());
    CHECK(pieces_on_disk(b.opts.directory, {body(5)}) == 0);
    CHECK(b.put(body(5)) == put_outcome::stored);
    CHECK(b.release().envelopes == 5);
}

TEST_CASE("what a power cut has left behind zeros is gone after the start") {
    bench b;
    b.opts.spool_file = 4'000'000;
    b.reopen();
    std::vector<bytes> all;
    for (std::uint64_t n = 0; n < 60; ++n) {
        all.push_back(body(n));
        b.s().put_envelope(id_of(all.back()), 1, all.back(), [](put_outcome) {});
    }
    REQUIRE(b.put(body(60)) == put_outcome::stored);
    b.open_store.reset();
    const auto file = used_file(b);
    const auto released = file_bytes(file);
    b.reopen();
    CHECK(b.release().envelopes == 61);
    CHECK(b.delete_epoch(1) == 61);
    REQUIRE(pieces_on_disk(b.opts.directory, all) == 0);
    b.open_store.reset();
    // The file was being zeroed; of its last piece some sectors were not yet.
    constexpr std::streamoff zeroed = 300'000;
    {
        std::fstream f(file, std::ios::in | std::ios::out | std::ios::binary);
        f.seekp(zeroed);
        f.write(reinterpret_cast<const char*>(released.data()) + zeroed,
                static_cast<std::streamsize>(released.size()) - zeroed);
        REQUIRE(f.flush());
    }
    REQUIRE(pieces_on_disk(b.opts.directory, all) > 0);
    b.reopen();
    CHECK(pieces_on_disk(b.opts.directory, all) == 0);
    CHECK(b.read().check().empty());
}

TEST_CASE("the torn end of a group, its beginning kept, is not damage once there is more behind it") {
    temp_dir where;
    const bytes first(40, 'a');
    const bytes second(40, 'b');
    const bytes third(40, 'c');
    {
        const auto s = segment::create(where.path(), 0, 32'768);
        s->append(std::array<segment::entry, 2>{{{id_of(first), 7, first}, {id_of(second), 7, second}}});
    }
    overwrite(where / "spool-0", segment::records_begin + 128, 64); // of the second
    const auto torn = parse_segment(file_bytes(where / "spool-0"));
    REQUIRE(torn.torn);
    REQUIRE(torn.records.size() == 1);
    segment s(where.path(), 0, torn);
    s.append(std::array<segment::entry, 1>{{{id_of(third), 7, third}}});
    const auto later = parse_segment(file_bytes(where / "spool-0"));
    CHECK(later.records.size() == 2);
    CHECK_FALSE(later.damaged);
}

TEST_CASE("a damaged record costs none of those behind it, and is told") {
    bench b;
    put_five(b);
    const auto second = segment::records_begin + record;
    SUBCASE("in its body") {
        overwrite(used_file(b), second + 5000, 1);
    }
    SUBCASE("in its header") {
        overwrite(used_file(b), second, 64);
    }
    SUBCASE("across two, some sectors") {
        overwrite(used_file(b), second + 8000, 8192);
    }
    CHECK(reader(b.opts.directory).check().size() == 1);
    b.reopen();
    const auto left = present(b);
    CHECK((left == numbers{1, 3, 4, 5} || left == numbers{1, 4, 5}));
    CHECK(b.read().check().size() == 1);
    CHECK(b.put(body(2)) == put_outcome::stored);
    CHECK(b.release().envelopes == left.size() + 1);
    CHECK(b.read().check().empty());
    b.reopen();
    CHECK(b.inbox().size() == left.size() + 1);
}

TEST_CASE("a file whose groups are not whole blocks is read, and gone on with") {
    const auto old = unaligned_file();
    const auto c = parse_segment(old);
    CHECK(c.records.size() == 3);
    CHECK_FALSE(c.torn);
    CHECK_FALSE(c.damaged);

    bench b;
    b.open_store.reset();
    for (const auto n : spool_numbers(b.opts.directory)) std::filesystem::remove(spool_file(b, n));
    std::ofstream(spool_file(b, 0), std::ios::binary)
        .write(reinterpret_cast<const char*>(old.data()), static_cast<std::streamsize>(old.size()));
    b.reopen();
    const bytes third(40, 'c');
    CHECK(b.read().has_envelope(id_of(third)));
    const bytes fourth(40, 'd');
    CHECK(b.put(fourth) == put_outcome::stored);
    b.reopen();
    CHECK(b.read().has_envelope(id_of(third)));
    CHECK(b.read().has_envelope(id_of(fourth)));
    CHECK(b.read().check().empty());
    CHECK(b.release().envelopes == 4);
}

TEST_CASE("what is lost behind the last record of a group that is left is no padding") {
    temp_dir where;
    auto file = small_group(where);
    const auto whole = segment::record_bytes(40);
    SUBCASE("whole") {
        CHECK(parse_segment(file).records.size() == 2);
    }
    SUBCASE("the last record in zeros, and a later group behind") {
        segment s(where.path(), 0, parse_segment(file));
        const bytes later(40, 'c');
        s.append(std::array<segment::entry, 1>{{{id_of(later), 7, later}}});
        file = file_bytes(where / "spool-0");
        const auto at = file.begin() + static_cast<std::ptrdiff_t>(segment::records_begin + whole);
        std::fill(at, at + static_cast<std::ptrdiff_t>(whole), crypto::byte{0});
        const auto c = parse_segment(file);
        CHECK(c.damaged);
        CHECK(c.records.size() == 2);
    }
}

TEST_CASE("one damaged file header is made up for by the other; without both nothing is touched") {
    bench b;
    put_five(b);
    const auto file = used_file(b);
    overwrite(file, 3, 1);
    b.reopen();
    CHECK(present(b).size() == 5);
    b.open_store.reset();
    overwrite(file, 4096 + 20, 1);
    const auto before = file_bytes(file);
    CHECK_THROWS_WITH_AS(b.reopen(), doctest::Contains("the spool is damaged"), std::runtime_error);
    CHECK(file_bytes(file) == before);
    CHECK(reader(b.opts.directory).check().size() == 1);
}

TEST_CASE("a file that a crash kept from being made is made anew") {
    bench b;
    put_five(b);
    std::ofstream(spool_file(b, 77), std::ios::binary).write(std::string(20'000, '\0').data(), 20'000);
    std::ofstream(spool_file(b, 78)).flush();
    b.reopen();
    CHECK(present(b).size() == 5);
    CHECK_FALSE(std::filesystem::exists(spool_file(b, 77)));
    CHECK_FALSE(std::filesystem::exists(spool_file(b, 78)));
}

TEST_CASE("what a crash left between a batch and the zeroing of its files is zeroed, not released twice") {
    bench b;
    put_five(b);
    const auto file = used_file(b);
    const auto kept = file_bytes(file);
    b.reopen();
    CHECK(b.release().envelopes == 5);
    b.open_store.reset();
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(kept.data()), static_cast<std::streamsize>(kept.size()));
    CHECK(pieces_on_disk(b.opts.directory, {body(3)}) > 2000);
    b.reopen();
    CHECK(pieces_on_disk(b.opts.directory, {body(3)}) <= 1024);
    CHECK(b.put(body(3)) == put_outcome::exists);
    CHECK(b.release().envelopes == 0);
    CHECK(b.inbox().size() == 5);
    CHECK(b.read().check().empty());
}

TEST_CASE("the rows of a batch that a crash kept from being published are gone, and come with the next") {
    bench b;
    b.put(body(9));
    b.release();
    put_five(b);
    run_sql(
        b.opts.directory / "changgu.db",
        "INSERT INTO envelope(batch, epoch, id, pad, body) VALUES(2, 1, zeroblob(32), x'', zeroblob(8192)), "
        "(2, 1, x'01', x'', zeroblob(8192))");
    CHECK(reader(b.opts.directory).check().empty()); // so it looks beside a running release
    b.reopen();
    CHECK(b.inbox().size() == 1);
    CHECK_FALSE(b.read().has_envelope(envelope_id{}));
    CHECK(b.release().envelopes == 5);
    CHECK(b.read().check().empty());
}

TEST_CASE("the spool of an older program is taken over, once") {
    bench b;
    put_five(b);
    for (const std::uint64_t n : {7U, 5U}) {
        const auto x = body(n);
        run_sql(b.opts.directory / "changgu.db",
                "INSERT INTO spool_envelope(epoch, id, pad, body) VALUES(3, x'" +
                    crypto::to_hex(id_of(x).view()) + "', x'', x'" + crypto::to_hex(x) + "')");
    }
    CHECK(reader(b.opts.directory).has_envelope(id_of(body(7))));
    b.reopen();
    CHECK(pieces_on_disk(b.opts.directory, {body(7)}) <= 1024);
    b.open_store.reset();
    b.reopen();
    CHECK(b.read().has_envelope(id_of(body(7))));
    CHECK(b.put(body(7)) == put_outcome::exists);
    CHECK(b.release().envelopes == 6);
    CHECK(b.read().check().empty());
}

TEST_CASE("an erased epoch stays erased after a restart, and its place is no damage") {
    bench b;
    for (std::uint64_t n = 1; n <= 5; ++n) b.put(body(n), n % 2 == 0 ? 1 : 2);
    CHECK(b.delete_epoch(1) == 2);
    CHECK(pieces_on_disk(b.opts.directory, {body(2), body(4)}) == 0);
    b.reopen();
    CHECK(present(b) == numbers{1, 3, 5});
    CHECK(b.read().check().empty());
    CHECK(b.put(body(2)) == put_outcome::stored);
    CHECK(b.delete_epoch(1) == 1);
    CHECK(b.delete_epoch(2) == 3);
    b.release(); // of nothing; what was erased leaves no trace of how many there were
    b.open_store.reset();
    for (const auto number : spool_numbers(b.opts.directory))
        CHECK(parse_segment(file_bytes(spool_file(b, number))).blank);
}

TEST_CASE("a release that fails again and again takes no more files, and loses nothing") {
    bench b;
    put_five(b);
    b.reopen();
    auto input = no_chaff();
    input.epoch = 1;
    input.make_chaff = []() -> bytes { throw std::runtime_error("no entropy"); };
    const auto fail = [&] {
        CHECK(wait<result<release_report>>([&](auto done) {
                  b.s().release(input, std::move(done));
              }).has_error());
    };
    fail();
    CHECK(b.put(body(6)) == put_outcome::stored);
    fail();
    b.open_store.reset();
    b.reopen();
    const auto files = spool_numbers(b.opts.directory).size();
    for (int i = 0; i < 5; ++i) fail();
    b.open_store.reset();
    CHECK(spool_numbers(b.opts.directory).size() <= files + 1);
    b.reopen();
    CHECK(b.release().envelopes == 6);
    CHECK(b.read().check().empty());
}

TEST_CASE("replies and submissions go on while a release is under way, and are in the next batch") {
    bench b;
    for (std::uint64_t n = 0; n < 600; ++n)
        b.s().put_envelope(id_of(body(n)), 1, body(n), [](put_outcome) {});
    REQUIRE(b.put(body(600)) == put_outcome::stored);
    std::atomic<bool> released = false;
    std::atomic<bool> reply_was_first = false;
    std::promise<release_report> done;
    b.s().release(no_chaff(), [&](result<release_report> r) {
        released = true;
        done.set_value(r.value());
    });
    b.s().put_reply(address_of(1), body(1), [&](put_outcome) { reply_was_first = !released; });
    // A reader who finds an epoch retired forgets its key at the batch after the newest: what was
    // acknowledged before must be in that one.
    bool statement_was_first = true;
    std::promise<void> appended;
    b.s().append_key_log(0, {"genesis"}, [&](edit_outcome o) {
        statement_was_first = o != edit_outcome::done || !released;
        appended.set_value();
    });
    CHECK(b.put(body(300)) == put_outcome::exists);
    std::uint64_t late = 1000;
    do CHECK(b.put(body(late++)) == put_outcome::stored);
    while (!released);
    const auto first = done.get_future().get();
    CHECK(reply_was_first);
    appended.get_future().wait();
    CHECK_FALSE(statement_was_first);
    CHECK(b.put(body(300)) == put_outcome::exists);
    const auto second = b.release();
    CHECK(first.envelopes + second.envelopes == 601 + (late - 1000));
    CHECK(second.envelopes > 1);
    CHECK(b.read().check().empty());
}

TEST_CASE("a backup made while batches are released misses nothing that was acknowledged before") {
    bench b;
    std::vector<bytes> before;
    for (std::uint64_t n = 0; n < 200; ++n) {
        before.push_back(body(n));
        b.s().put_envelope(id_of(before.back()), 1, before.back(), [](put_outcome) {});
    }
    REQUIRE(b.put(body(900)) == put_outcome::stored);
    std::atomic<bool> enough = false;
    std::thread others([&] {
        for (std::uint64_t n = 1000; !enough; ++n) {
            b.put(body(n));
            b.release();
        }
    });
    temp_dir elsewhere;
    for (int i = 0; i < 5; ++i) {
        const auto copy = elsewhere / ("copy" + std::to_string(i));
        const auto restored = elsewhere / ("restored" + std::to_string(i));
        REQUIRE(back_up(b.opts.directory, copy, vault::recipients).has_value());
        REQUIRE(restore(copy, &vault::opener(), restored, 1'800'000'000).value().empty());
        reader r(restored);
        CHECK(std::ranges::all_of(before, [&r](const bytes& x) { return r.has_envelope(id_of(x)); }));
        bench again({.directory = {}});
        again.open_store.reset();
        again.opts.directory = restored;
        again.reopen();
        again.release();
        const auto inbox = again.inbox();
        CHECK(std::ranges::count_if(inbox, [](const auto& e) { return e.body.size() == envelope_bytes; }) >=
              201);
        CHECK(again.read().check().empty());
        for (int k = 0; k < 40; ++k) b.put(body(2000 + static_cast<std::uint64_t>(40 * i + k)));
    }
    enough = true;
    others.join();
}
