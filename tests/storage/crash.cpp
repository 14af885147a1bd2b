// A process is killed again and again in the middle of writing. Whatever it had said was stored must be
// there, once.
#include "tests/storage/bench.hpp"
#include "tests/storage/child.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <map>
#include <poll.h>

using namespace changgu;
using namespace changgu::test;

namespace {

constexpr int kills = 50;
constexpr std::size_t record_bytes = 40;

struct acknowledged {
    std::vector<envelope_id> envelopes;
    std::uint64_t keyring = 0;
};

/// Runs a child until `life` after its first word, kills it, and gives all it had said.
bytes words_of_killed_child(const std::filesystem::path& directory, std::chrono::milliseconds life) {
    const auto child = start_child(CRASH_CHILD, {directory.string()});
    using clock = std::chrono::steady_clock;
    auto deadline = clock::now() + std::chrono::seconds(20);
    bool killed = false;
    bytes said;
    std::array<crypto::byte, 4096> chunk{};
    for (;;) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock::now()).count();
        pollfd p{child.output, POLLIN, 0};
        if (!killed && (left <= 0 || ::poll(&p, 1, static_cast<int>(left)) == 0)) {
            ::kill(child.process, SIGKILL);
            killed = true;
        }
        const auto n = ::read(child.output, chunk.data(), chunk.size());
        if (n <= 0) break;
        if (said.empty()) deadline = clock::now() + life;
        crypto::append(said, {chunk.data(), static_cast<std::size_t>(n)});
    }
    const int status = end_of(child);
    REQUIRE(WIFSIGNALED(status)); // it never ends by itself: an exit is an outcome that it did not expect
    REQUIRE(WTERMSIG(status) == SIGKILL);
    return said;
}

acknowledged parse(const bytes& said) {
    acknowledged a;
    for (std::size_t i = 0; i + record_bytes <= said.size(); i += record_bytes) {
        const auto record = crypto::bytes_view(said).subspan(i + 1);
        if (said[i] == 'E')
            a.envelopes.push_back(envelope_id::from(record.first(32)).value());
        else
            a.keyring = crypto::from_big_endian<std::uint64_t>(record.first(8));
    }
    return a;
}

} // namespace

TEST_CASE("fifty kills under load lose nothing acknowledged and double nothing") {
    bench b;
    std::map<envelope_id, int> expected;
    std::mt19937 random(1); // NOLINT: the same lives each time
    std::uint64_t keyring_count = 0;
    for (int i = 0; i < kills; ++i) {
        b.open_store.reset();
        const auto life = std::chrono::milliseconds(random() % 120);
        const auto a = parse(words_of_killed_child(b.opts.directory, life));
        keyring_count = std::max(keyring_count, a.keyring);
        b.reopen();
        auto r = b.read();
        for (const auto& id : a.envelopes) {
            expected[id] = 0;
            REQUIRE(r.has_envelope(id));
        }
        if (const auto k = r.find_keyring(1)) {
            REQUIRE(k->wrap_pepper);
            const auto hash = crypto::blake2b<crypto::hash256>({k->wrap_pepper->view()});
            REQUIRE(std::equal(hash.value.begin(), hash.value.end(), k->body.begin()));
            REQUIRE(crypto::from_big_endian<std::uint64_t>(crypto::bytes_view(k->body).subspan(32)) >=
                    keyring_count);
        } else {
            REQUIRE(keyring_count == 0);
        }
        if (i % 10 == 9) REQUIRE(r.check().empty());
    }
    b.release();
    for (const auto& e : b.inbox())
        if (const auto known = expected.find(e.id); known != expected.end()) ++known->second;
    std::size_t wrong = 0;
    for (const auto& [id, times] : expected) wrong += times == 1 ? 0 : 1;
    CHECK(wrong == 0);
    CHECK(expected.size() > 200);
    CHECK(keyring_count > 5);
    MESSAGE("acknowledged ", expected.size(), " envelopes and ", keyring_count, " keyrings");
}
