// The power is cut, or the process killed, at any moment of a store's life; then it starts again on what that
// left of the disk. A life is recorded once; each cut is made from the record (fault_disk.hpp), so that cuts
// fall into the middle of a release, a burn, a purge, a merging, a backup alike.
//
// With every moment it takes half an hour; so every so many, others in every build. CHANGGU_FULL_SWEEP=1 in
// the environment takes all, CHANGGU_CUT=MOMENT one.
#include "storage/backup.hpp"
#include "tests/storage/fault_disk.hpp"
#include "tests/storage/life.hpp"
#include "tests/storage/undertaking.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace changgu;
using namespace changgu::test;

namespace {

constexpr std::array every_remains{remains::all, remains::none, remains::some, remains::in_turn};

std::string name_of(remains r) {
    constexpr std::array names{"all", "none", "some", "in turn"};
    return names.at(static_cast<std::size_t>(r));
}

/// Another in every build, the same in each run of it.
std::uint64_t seed_of_build() {
    return crypto::from_big_endian<std::uint64_t>(
        crypto::blake2b<crypto::hash256>({crypto::as_bytes(__DATE__ __TIME__)}).view().first(8));
}

struct cut {
    std::uint64_t moment = 0;
    remains what = remains::all;
    std::uint64_t seed = 0;
};
/// Some `count` of them from `first` to `last`, in order.
std::vector<cut> cuts(std::uint64_t first, std::uint64_t last, std::uint64_t count) {
    // NOLINTBEGIN(concurrency-mt-unsafe): nobody sets them
    const char* one = std::getenv("CHANGGU_CUT");
    const bool every = one != nullptr || std::getenv("CHANGGU_FULL_SWEEP") != nullptr;
    // NOLINTEND(concurrency-mt-unsafe)
    const auto seed = seed_of_build();
    const auto stride = every ? 1 : std::max<std::uint64_t>(1, (last - first) / count);
    std::vector<cut> all;
    for (auto m = first + seed % stride; m <= last; m += stride) {
        if (one != nullptr && m != std::stoull(one)) continue;
        for (std::size_t i = 0; i < (every ? every_remains.size() : 1); ++i)
            all.push_back(
                {m, every_remains.at((seed + all.size()) % every_remains.size()), seed + all.size()});
    }
    return all;
}

struct recorded_life {
    disk_events events;
    chronicle account;
    backed_up backup;
};
recorded_life live_once() {
    temp_dir dir;
    const auto root = std::filesystem::canonical(dir.path());
    watched_disk disk(root);
    disarm();
    life l(root, [&disk] { return disk.now(); });
    l.run();
    return {disk.take_events(), l.account(), l.backup()};
}

} // namespace

TEST_CASE("a cut at any moment loses nothing acknowledged and brings nothing deleted back") {
    const auto l = live_once();
    crashed_disk disk(l.events);
    const auto all = cuts(0, l.events.size(), 100);
    for (const auto& c : all) {
        CAPTURE(c.moment);
        CAPTURE(name_of(c.what));
        const temp_dir left;
        disk.restore(c.moment, c.what, c.seed, left.path());
        std::filesystem::create_directories(left.path() / "data");
        for (const auto& wrong : wrongs(left.path(), l.account.at(c.moment), true)) FAIL_CHECK(wrong);
        if (l.backup.acknowledged && l.backup.ended <= c.moment)
            for (const auto& wrong : wrongs_of_backup(left.path(), l.account.at(l.backup.begun)))
                FAIL_CHECK("the backup: ", wrong);
    }
    MESSAGE(all.size(), " cuts in ", l.events.size(), " moments");
}

// What a killed process had written and not synced is still there for the next one, which answers by it and
// deletes by it; so it must be synced before that.
TEST_CASE("what a killed process left is durable before the next one goes by it") {
    const auto l = live_once();
    crashed_disk disk(l.events);
    std::uint64_t before = ~std::uint64_t{0};
    std::uint64_t burned = 0;
    std::uint64_t asked_again = 0;
    for (const auto& c : cuts(0, l.events.size(), 40)) {
        if (std::exchange(before, c.moment) == c.moment) continue;
        CAPTURE(c.moment);
        const temp_dir killed;
        const auto root = std::filesystem::canonical(killed.path());
        disk.restore(c.moment, remains::all, c.seed, root);
        std::filesystem::create_directories(root / "data");
        states expected;
        disk_events both;
        {
            watched_disk again(root,
                               {l.events.begin(), l.events.begin() + static_cast<std::ptrdiff_t>(c.moment)});
            store s(life_options(root));
            for (const std::uint64_t n : {1U, 2U, 3U, 5U, 8U, 10U}) {
                const auto b = body(n);
                const auto o =
                    wait<put_outcome>([&](auto done) { s.put_envelope(id_of(b), 1, b, std::move(done)); });
                CHECK((o == put_outcome::stored || o == put_outcome::exists));
                asked_again += o == put_outcome::exists ? 1 : 0;
                expected["envelope " + std::to_string(n)] = {"present"};
            }
            auto r = s.make_reader();
            for (const std::uint64_t n : {1U, 3U}) {
                const auto at = address_of(n);
                if (r.read_replies(std::span(&at, 1)).at(0).state != item_state::burned) continue;
                expected["reply " + std::to_string(n)] = {"burned"};
                ++burned;
            }
            both = again.take_events();
        }
        crashed_disk second(both);
        const temp_dir left;
        second.restore(both.size(), remains::none, c.seed, left.path());
        for (const auto& wrong : wrongs(left.path(), expected, false)) FAIL_CHECK(wrong);
    }
    CHECK(burned > 0);
    CHECK(asked_again > 0);
}

TEST_CASE("a migration, a backup, a restore that the power is cut in is done, or can be done again") {
    for (const auto& what : undertakings()) {
        const auto u = undertaking_named(what);
        disk_events events;
        std::uint64_t prepared = 0;
        std::uint64_t done = 0;
        {
            const temp_dir dir;
            const auto root = std::filesystem::canonical(dir.path());
            watched_disk disk(root);
            disarm();
            u->prepare(root);
            prepared = disk.now();
            REQUIRE(u->run(root));
            done = disk.now();
            events = disk.take_events();
        }
        crashed_disk disk(events);
        const auto all = cuts(prepared, done, 30);
        for (const auto& c : all) {
            CAPTURE(what);
            CAPTURE(c.moment);
            CAPTURE(name_of(c.what));
            const temp_dir left;
            disk.restore(c.moment, c.what, c.seed, left.path());
            for (const auto& wrong : u->wrongs(left.path(), c.moment == done)) FAIL_CHECK(wrong);
        }
        MESSAGE(what, ": ", all.size(), " cuts in ", done - prepared, " moments");
    }
}
