// A process is killed at one file call after another: in the middle of a release, a burn, a purge, a VACUUM,
// a migration, a backup, a restore. Whatever it had said was done is done; what it had begun can be done.
//
// So many of all calls, and others in every build. CHANGGU_FULL_SWEEP=1 in the environment takes all,
// CHANGGU_KILL=WHAT:NUMBER one.
#include "tests/storage/child.hpp"
#include "tests/storage/fault_disk.hpp"
#include "tests/storage/life.hpp"
#include "tests/storage/undertaking.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>

using namespace changgu;
using namespace changgu::test;

namespace {

struct last_words {
    std::size_t count = 0;
    bool killed = false;
};

last_words start_and_wait(const std::filesystem::path& root, const std::string& what, std::uint64_t at) {
    const auto c = start_child(DOOMED, {root.string(), what, std::to_string(at)});
    std::array<char, 4096> chunk{};
    last_words said;
    for (;;) {
        const auto n = ::read(c.output, chunk.data(), chunk.size());
        if (n <= 0) break;
        said.count += static_cast<std::size_t>(n);
    }
    const int status = end_of(c);
    said.killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    REQUIRE((said.killed || (WIFEXITED(status) && WEXITSTATUS(status) == 0)));
    return said;
}

/// At which calls, of so many.
std::vector<std::uint64_t> calls(const std::string& what, std::uint64_t count, std::uint64_t wanted) {
    // NOLINTBEGIN(concurrency-mt-unsafe): nobody sets them
    const char* asked = std::getenv("CHANGGU_KILL");
    const bool every = std::getenv("CHANGGU_FULL_SWEEP") != nullptr;
    // NOLINTEND(concurrency-mt-unsafe)
    if (asked != nullptr) {
        const std::string one = asked;
        if (!one.starts_with(what + ":")) return {};
        return {std::stoull(one.substr(what.size() + 1))};
    }
    const auto stride = every ? 1 : std::max<std::uint64_t>(1, count / wanted);
    const auto seed = crypto::from_big_endian<std::uint64_t>(
        crypto::blake2b<crypto::hash256>({crypto::as_bytes(__DATE__ __TIME__)}).view().first(8));
    std::vector<std::uint64_t> all;
    for (auto at = seed % stride; at < count; at += stride) all.push_back(at);
    return all;
}

} // namespace

TEST_CASE("a process that is killed anywhere in a store's life loses nothing and brings nothing back") {
    chronicle account;
    std::uint64_t count = 0;
    {
        const temp_dir dir;
        const auto root = std::filesystem::canonical(dir.path());
        const watched_disk disk(root);
        disarm();
        life l(root);
        l.run();
        account = l.account();
        count = occasions(trouble::death);
    }
    int kills = 0;
    const auto all = calls("life", count, 20);
    for (const auto at : all) {
        CAPTURE(at);
        const temp_dir dir;
        const auto root = std::filesystem::canonical(dir.path());
        const auto said = start_and_wait(root, "life", at);
        kills += said.killed ? 1 : 0;
        std::filesystem::create_directories(root / "data");
        for (const auto& wrong : wrongs(root, account.at(said.count), true)) FAIL_CHECK(wrong);
    }
    if (all.size() > 1) CHECK(kills > static_cast<int>(all.size()) * 3 / 4);
    MESSAGE(kills, " kills, at some of ", count, " calls");
}

TEST_CASE("a migration, a backup, a restore in which the process is killed is done, or can be done again") {
    for (const auto& what : undertakings()) {
        const auto u = undertaking_named(what);
        std::uint64_t count = 0;
        {
            const temp_dir dir;
            const auto root = std::filesystem::canonical(dir.path());
            u->prepare(root);
            const watched_disk disk(root, {});
            disarm();
            REQUIRE(u->run(root));
            count = occasions(trouble::death);
        }
        int kills = 0;
        const auto all = calls(what, count, 12);
        for (const auto at : all) {
            const temp_dir dir;
            const auto root = std::filesystem::canonical(dir.path());
            u->prepare(root);
            const auto said = start_and_wait(root, what, at);
            kills += said.killed ? 1 : 0;
            CAPTURE(what);
            CAPTURE(at);
            for (const auto& wrong : u->wrongs(root, said.count != 0)) FAIL_CHECK(wrong);
        }
        if (all.size() > 1) CHECK(kills > static_cast<int>(all.size()) * 3 / 4);
        MESSAGE(what, ": ", kills, " kills, at some of ", count, " calls");
    }
}
