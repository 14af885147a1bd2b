// Writes as fast as it can until it is killed, and says on its standard output what was acknowledged: 'E' and
// the id of an envelope, or 'K' and the count in a keyring. 40 bytes each, so that a pipe passes it whole.
#include "crypto/hash.hpp"
#include "storage/store.hpp"
#include "storage/wait.hpp"

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <semaphore>
#include <thread>
#include <unistd.h>

using namespace changgu;
using namespace changgu::storage;

namespace {

constexpr std::size_t record_bytes = 40;
constexpr std::size_t body_bytes = 2048;
constexpr int most_waiting = 64;
constexpr auto longest_life = std::chrono::seconds(20); // should its parent be gone

void say(char kind, crypto::bytes_view what) {
    std::array<char, record_bytes> record{};
    record[0] = kind;
    std::memcpy(record.data() + 1, what.data(), what.size());
    if (::write(STDOUT_FILENO, record.data(), record.size()) != static_cast<ssize_t>(record.size()))
        std::_Exit(3);
}

bytes random_body() {
    bytes b(body_bytes);
    crypto::fill_random(b);
    return b;
}

void keep_releasing(store& s) {
    for (;;) {
        std::this_thread::sleep_for(std::chrono::milliseconds(15));
        (void)wait<result<release_report>>([&s](auto done) {
            s.release({.epoch = 1, .fill = 4, .today = 1, .month = 1, .make_chaff = random_body},
                      std::move(done));
        });
    }
}

// The body is the hash of the pepper that belongs to it, then a count.
void keep_replacing_keyring(store& s) {
    std::uint64_t count = 0;
    std::optional<keyring_etag> etag;
    if (auto k = s.make_reader().find_keyring(1)) {
        etag = k->etag;
        count = crypto::from_big_endian<std::uint64_t>(crypto::bytes_view(k->body).subspan(32));
    }
    for (;;) {
        auto p = pepper::random();
        const auto number = crypto::big_endian(++count);
        bytes body;
        crypto::append(body, crypto::blake2b<crypto::hash256>({p.view()}).view());
        crypto::append(body, number);
        const auto outcome = wait<edit_outcome>([&](auto done) {
            s.put_keyring(1, etag, {}, body, std::move(p),
                          [&etag, done = std::move(done)](edit_outcome o, keyring_etag e) mutable {
                              etag = e;
                              done(o);
                          });
        });
        if (outcome != edit_outcome::done) std::_Exit(4);
        say('K', number);
        std::this_thread::sleep_for(std::chrono::milliseconds(3));
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    crypto::initialise();
    options o;
    o.directory = argv[1];
    static store s(o);
    std::thread([] { keep_releasing(s); }).detach();
    std::thread([] { keep_replacing_keyring(s); }).detach();
    static std::counting_semaphore<most_waiting> waiting(most_waiting);
    const auto end = std::chrono::steady_clock::now() + longest_life;
    while (std::chrono::steady_clock::now() < end) {
        waiting.acquire();
        auto body = random_body();
        const auto id = crypto::blake2b<envelope_id>({body});
        s.put_envelope(id, 1, std::move(body), [id](put_outcome outcome) {
            if (outcome != put_outcome::stored) std::_Exit(5);
            say('E', id.view());
            waiting.release();
        });
    }
    std::_Exit(6);
}
