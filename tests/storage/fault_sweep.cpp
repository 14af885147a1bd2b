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

#include <csignal>
#include <cstdlib>
#include <functional>
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
        const bool errors = t != trouble::interrupted; // which goes on for ever if it goes on
        const auto stride = full_sweep() ? 1 : std::max<std::uint64_t>(1, (errors ? 2 : 1) * count / lives);
        std::uint64_t happened = 0;
        std::uint64_t tried = 0;
        for (const bool lasting : {false, true}) {
            if (lasting && !errors) continue;
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
