// Every file call and every piece of memory of a store's whole life fails once, or from then on; those of a
// migration, a backup, a restore too. Whatever it was, nothing acknowledged is lost, nothing deleted comes
// back, nothing half is taken for whole, and the store starts again.
//
// With all of them it takes an hour; so every so many, and others in every build. CHANGGU_FULL_SWEEP=1 in the
// environment runs them all, CHANGGU_FAULT=NAME:NUMBER[:lasting] one, of a life or of an undertaking.
#include "tests/storage/fault_disk.hpp"
#include "tests/storage/life.hpp"
#include "tests/storage/undertaking.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <future>
#include <thread>
#include <unistd.h>

using namespace changgu;
using namespace changgu::test;

namespace {

constexpr unsigned hang_seconds = 100;
std::string under_way;

/// Ends the program, and says where, if a fault makes the store wait for ever.
class alarm_clock {
  public:
    explicit alarm_clock(std::string what) {
        under_way = "\nhangs: " + std::move(what) + "\n";
        std::signal(SIGALRM, [](int) {
            (void)!::write(STDERR_FILENO, under_way.data(), under_way.size());
            std::_Exit(70);
        });
        ::alarm(hang_seconds);
    }
    alarm_clock(const alarm_clock&) = delete;
    alarm_clock& operator=(const alarm_clock&) = delete;
    ~alarm_clock() { ::alarm(0); }
};

std::string describe(const fault& f) {
    return std::string(name_of(f.what)) + ":" + std::to_string(f.at) + (f.lasting ? ":lasting" : "");
}

std::optional<fault> asked_for() {
    const char* text = std::getenv("CHANGGU_FAULT"); // NOLINT(concurrency-mt-unsafe): nobody sets it
    if (text == nullptr) return std::nullopt;
    const std::string s = text;
    fault f;
    const auto colon = s.find(':');
    for (std::size_t i = 0; i < troubles; ++i)
        if (s.substr(0, colon) == name_of(static_cast<trouble>(i))) f.what = static_cast<trouble>(i);
    f.at = std::stoull(s.substr(colon + 1));
    f.lasting = s.ends_with(":lasting");
    return f;
}
bool full_sweep() {
    return std::getenv("CHANGGU_FULL_SWEEP") != nullptr; // NOLINT(concurrency-mt-unsafe): as above
}

/// Another in every build, the same in each run of it.
std::uint64_t offset_of_build() {
    return crypto::from_big_endian<std::uint64_t>(
        crypto::blake2b<crypto::hash256>({crypto::as_bytes(__DATE__ __TIME__)}).view().first(8));
}

/// What is gone through with one fault in it, again and again.
struct ordeal {
    /// Gives whether the fault happened.
    std::function<bool(const fault&)> go_through;
    /// How often each thing can go wrong when nothing does.
    std::function<std::array<std::uint64_t, troubles>()> count;
};

std::array<std::uint64_t, troubles> all_occasions() {
    std::array<std::uint64_t, troubles> all{};
    for (std::size_t i = 0; i < troubles; ++i) all[i] = occasions(static_cast<trouble>(i));
    return all;
}

/// One life with one fault in it; gives whether it happened.
bool live_through(const fault& f) {
    const alarm_clock clock(describe(f));
    temp_dir dir;
    const auto root = std::filesystem::canonical(dir.path());
    std::optional<life> l;
    bool happened = false;
    {
        const watched_disk disk(root);
        l.emplace(root);
        arm(f);
        l->run();
        happened = struck();
        disarm();
    }
    const auto expected = l->account().at(~std::uint64_t{0});
    CAPTURE(describe(f));
    for (const auto& wrong : wrongs(root, expected, false)) FAIL_CHECK(wrong);
    if (l->backup().acknowledged)
        for (const auto& wrong : wrongs_of_backup(root, l->account().at(l->backup().begun)))
            FAIL_CHECK("the backup: ", wrong);
    return happened;
}

std::array<std::uint64_t, troubles> count_in_a_life() {
    temp_dir dir;
    const auto root = std::filesystem::canonical(dir.path());
    const watched_disk disk(root);
    life l(root);
    disarm();
    l.run();
    const auto all = all_occasions();
    for (const auto& [place, there] : l.account().at(~std::uint64_t{0}))
        CHECK_MESSAGE(there.size() == 1, place, " was not acknowledged though nothing failed");
    CHECK(l.backup().acknowledged);
    return all;
}

const ordeal whole_life{live_through, count_in_a_life};

bool undertake(const undertaking& u, const std::string& what, const fault& f) {
    const alarm_clock clock(what + ", " + describe(f));
    temp_dir dir;
    const auto root = std::filesystem::canonical(dir.path());
    bool happened = false;
    bool done = false;
    {
        const watched_disk disk(root);
        disarm();
        u.prepare(root);
        arm(f);
        done = u.run(root);
        happened = struck();
        disarm();
    }
    CAPTURE(what);
    CAPTURE(describe(f));
    for (const auto& wrong : u.wrongs(root, done)) FAIL_CHECK(wrong);
    return happened;
}

std::array<std::uint64_t, troubles> count_in(const undertaking& u) {
    temp_dir dir;
    const auto root = std::filesystem::canonical(dir.path());
    const watched_disk disk(root);
    u.prepare(root);
    disarm();
    CHECK(u.run(root));
    return all_occasions();
}

void sweep(const ordeal& o, std::initializer_list<trouble> what, std::uint64_t lives) {
    if (const auto one = asked_for()) {
        if (std::ranges::find(what, one->what) != what.end()) (void)o.go_through(*one);
        return;
    }
    const auto counted = o.count();
    for (const auto t : what) {
        const auto count = counted[static_cast<std::size_t>(t)];
        CHECK(count > 0);
        // Without memory the store's threads wait for some; an interrupted call is tried again.
        const bool may_last = t != trouble::interrupted && t != trouble::memory;
        const auto stride = full_sweep() ? 1 : std::max<std::uint64_t>(1, (may_last ? 2 : 1) * count / lives);
        std::uint64_t happened = 0;
        std::uint64_t tried = 0;
        for (const bool lasting : {false, true}) {
            if (lasting && !may_last) continue;
            for (auto at = (offset_of_build() + (lasting ? stride / 2 : 0)) % stride; at < count;
                 at += stride) {
                ++tried;
                happened += o.go_through({.what = t, .at = at, .lasting = lasting}) ? 1 : 0;
            }
        }
        MESSAGE(std::string(name_of(t)), ": ", happened, " of ", tried, " faults, ", count, " occasions");
    }
}

} // namespace

TEST_CASE("whatever file call fails, nothing acknowledged is lost and nothing deleted comes back") {
    sweep(whole_life, {trouble::io_error, trouble::no_room, trouble::failed_sync, trouble::no_descriptor},
          16);
}

TEST_CASE("transfers cut short or interrupted are no errors") {
    sweep(whole_life, {trouble::short_transfer, trouble::interrupted}, 6);
}

TEST_CASE("when SQLite gets no memory, nothing acknowledged is lost and nothing deleted comes back") {
    sweep(whole_life, {trouble::sqlite_memory}, 24);
}

TEST_CASE("when there is no memory, nothing acknowledged is lost and nothing deleted comes back") {
    sweep(whole_life, {trouble::memory}, 40);
}

TEST_CASE("a migration, a backup, a restore in which something fails is done, or can be done again") {
    for (const auto& name : undertakings()) {
        const auto u = undertaking_named(name);
        const ordeal all{[&](const fault& f) { return undertake(*u, name, f); },
                         [&] { return count_in(*u); }};
        MESSAGE(name);
        sweep(all, {trouble::io_error, trouble::no_room, trouble::failed_sync, trouble::no_descriptor}, 6);
        sweep(all, {trouble::short_transfer, trouble::interrupted}, 3);
        sweep(all, {trouble::sqlite_memory}, 8);
    }
}

namespace {

/// Everything is tried while it lasts; then it is over, and everything has to work in the same process.
void get_over(trouble t) {
    temp_dir dir;
    const auto root = std::filesystem::canonical(dir.path());
    const watched_disk disk(root);
    disarm();
    store s(life_options(root));
    const auto put = [&s](std::uint64_t n) {
        const auto b = body(n);
        return wait<put_outcome>([&](auto done) { s.put_envelope(id_of(b), 1, b, std::move(done)); });
    };
    const auto put_reply = [&s](std::uint64_t n) {
        return wait<put_outcome>([&](auto done) { s.put_reply(address_of(n), body(n), std::move(done)); });
    };
    const auto release = [&s] {
        return wait<result<release_report>>([&](auto done) {
                   s.release({.epoch = 0, .fill = 1, .today = 0, .month = 0, .make_chaff = {}},
                             std::move(done));
               })
            .has_value();
    };
    REQUIRE(put(0) == put_outcome::stored);
    arm({.what = t, .at = 0, .lasting = true});
    std::uint64_t stored = 1;
    std::uint64_t refused = 0;
    for (std::uint64_t n = 1; n < 60; ++n) // more than the files that are ready hold
        (put(n) == put_outcome::stored ? stored : refused) += 1;
    (void)put_reply(1);
    (void)release();
    CHECK(struck());
    disarm();
    CHECK(s.healthy());
    CHECK(put(100) == put_outcome::stored);
    CHECK(put_reply(100) == put_outcome::stored);
    CHECK(release());
    auto r = s.make_reader();
    CHECK(r.inbox_count(0) >= stored);
    CHECK(r.check().empty());
    MESSAGE(std::string(name_of(t)), ": ", stored, " stored, ", refused, " refused");
}

} // namespace

TEST_CASE("when the disk has room again it goes on without a restart") {
    get_over(trouble::no_room);
}
TEST_CASE("when SQLite gets memory again it goes on without a restart") {
    get_over(trouble::sqlite_memory);
}
TEST_CASE("when there are descriptors again it goes on without a restart") {
    get_over(trouble::no_descriptor);
}

TEST_CASE("SQLite without memory in the middle of a transaction does not leave it open") {
    std::uint64_t refused = 0;
    for (std::uint64_t at = 0; at < 30; ++at) {
        CAPTURE(at);
        temp_dir dir;
        const auto root = std::filesystem::canonical(dir.path());
        const watched_disk disk(root);
        disarm();
        store s(life_options(root));
        const auto put_reply = [&s](std::uint64_t n) {
            return wait<put_outcome>(
                [&](auto done) { s.put_reply(address_of(n), body(n), std::move(done)); });
        };
        const auto burn = [&s](std::uint64_t n) {
            return wait<edit_outcome>([&](auto done) { s.burn({address_of(n)}, std::move(done)); });
        };
        REQUIRE(put_reply(1) == put_outcome::stored);
        arm({.what = trouble::sqlite_memory, .at = at, .lasting = true});
        if (burn(1) != edit_outcome::done) ++refused;
        disarm();
        REQUIRE(s.healthy());
        REQUIRE(put_reply(2) == put_outcome::stored);
        REQUIRE(burn(1) == edit_outcome::done);
    }
    CHECK(refused > 0);
    MESSAGE(refused, " refused");
}

namespace {

/// What a store does in a day; each may fail. Gives how much of it did not.
class small_day {
  public:
    explicit small_day(store& s) : s_(s) {}
    int live(std::uint64_t n) {
        int done = 0;
        const auto attempt = [&done](const auto& call) {
            try {
                const exposed now(exposed::to::all_memory);
                done += call() ? 1 : 0;
            } catch (const std::bad_alloc&) { // NOLINT(bugprone-empty-catch): not done
            }
        };
        const auto e = body(n);
        attempt([&] {
            const auto o = wait<put_outcome>([&](auto d) { s_.put_envelope(id_of(e), 1, e, std::move(d)); });
            if (o == put_outcome::stored) stored_.push_back(id_of(e));
            return o == put_outcome::stored;
        });
        attempt([&] {
            return wait<put_outcome>([&](auto d) { s_.put_reply(address_of(n), e, std::move(d)); }) ==
                   put_outcome::stored;
        });
        attempt([&] {
            return wait<result<release_report>>([&](auto d) {
                       s_.release({.epoch = 0, .fill = 1, .today = 0, .month = 0, .make_chaff = {}},
                                  std::move(d));
                   })
                .has_value();
        });
        attempt([&] {
            auto r = s_.make_reader();
            const auto at = address_of(n);
            return r.read_replies({&at, 1}).at(0).state == item_state::present && r.latest_batch() != 0;
        });
        attempt([&] {
            return wait<edit_outcome>([&](auto d) { s_.burn({address_of(n)}, std::move(d)); }) ==
                   edit_outcome::done;
        });
        return done;
    }
    static constexpr int whole = 5;
    [[nodiscard]] const std::vector<envelope_id>& stored() const { return stored_; }

  private:
    store& s_;
    std::vector<envelope_id> stored_;
};

} // namespace

TEST_CASE("a want of memory costs what it meets, and everything goes on in the same process") {
    const temp_dir dir;
    const auto root = std::filesystem::canonical(dir.path());
    const watched_disk disk(root);
    disarm();
    store s(life_options(root));
    small_day day(s);
    std::uint64_t n = 0;
    REQUIRE(day.live(n++) == small_day::whole);
    disarm();
    REQUIRE(day.live(n++) == small_day::whole);
    const auto count = occasions(trouble::memory);
    const auto stride = full_sweep() ? 1 : std::max<std::uint64_t>(1, count / 60);
    int refused = 0;
    for (auto at = offset_of_build() % stride; at < count; at += stride) {
        const alarm_clock clock("a day without memory");
        CAPTURE(at);
        arm({.what = trouble::memory, .at = at, .lasting = false});
        refused += small_day::whole - day.live(n++);
        disarm();
        REQUIRE(s.healthy());
        REQUIRE(day.live(n++) == small_day::whole);
    }
    CHECK(refused > 0);
    auto r = s.make_reader();
    for (const auto& id : day.stored()) CHECK(r.has_envelope(id));
    CHECK(r.inbox_count(0) >= day.stored().size());
    CHECK(r.check().empty());
    MESSAGE(refused, " refused, of ", n, " days; ", count, " pieces of memory a day");
}

TEST_CASE("a release of several files that gets no memory somewhere is made up for by the next") {
    const std::uint64_t several = 80; // eighteen to a file
    const auto live = [several](std::uint64_t at) {
        const alarm_clock clock("a release without memory");
        CAPTURE(at);
        const temp_dir dir;
        const auto root = std::filesystem::canonical(dir.path());
        disarm();
        store s(life_options(root));
        const auto release = [&s] {
            return wait<result<release_report>>([&](auto d) {
                       s.release({.epoch = 0, .fill = 1, .today = 0, .month = 0, .make_chaff = {}},
                                 std::move(d));
                   })
                .has_value();
        };
        for (std::uint64_t n = 0; n < several; ++n) {
            const auto b = body(n, 500);
            REQUIRE(wait<put_outcome>([&](auto d) { s.put_envelope(id_of(b), 1, b, std::move(d)); }) ==
                    put_outcome::stored);
        }
        arm({.what = trouble::memory, .at = at, .lasting = false});
        (void)release();
        const bool happened = struck();
        disarm();
        REQUIRE(release());
        REQUIRE(release());
        auto r = s.make_reader();
        CHECK(r.inbox_count(0) == several);
        CHECK(r.stats().rows.front().second == 0); // nothing is left in the spool
        CHECK(r.check().empty());
        return happened;
    };
    const std::uint64_t stride = full_sweep() ? 1 : 8;
    std::uint64_t lives = 0;
    for (auto at = offset_of_build() % stride; live(at); at += stride) ++lives;
    CHECK(lives > 4);
    MESSAGE(lives, " lives");
}

TEST_CASE("when there is memory again after a while, what waited is stored") {
    const temp_dir dir;
    const auto root = std::filesystem::canonical(dir.path());
    disarm();
    store s(life_options(root));
    small_day day(s);
    REQUIRE(day.live(0) == small_day::whole);
    std::array<std::promise<put_outcome>, 2> told;
    arm({.what = trouble::memory, .at = 0, .lasting = true});
    for (std::size_t i = 0; i < told.size(); ++i) {
        const auto b = body(i + 1);
        s.put_envelope(id_of(b), 1, b, [&told, i](put_outcome o) { told[i].set_value(o); });
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    // For the first there may have been room yet in which to be refused.
    auto first = told[0].get_future();
    auto second = told[1].get_future();
    CHECK(second.wait_for(std::chrono::milliseconds(200)) == std::future_status::timeout);
    CHECK(struck());
    disarm();
    const auto outcome = first.get();
    CHECK((outcome == put_outcome::stored || outcome == put_outcome::failed));
    CHECK(second.get() == put_outcome::stored);
    CHECK(s.healthy());
    CHECK(day.live(10) == small_day::whole);
    CHECK(s.make_reader().check().empty());
}
