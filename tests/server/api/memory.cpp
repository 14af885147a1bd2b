// For moments the threads of the server and of its store get no memory; but what Asio takes for its own steps
// they get, since it ends the process without.
#include "crypto/envelope.hpp"
#include "server/api/await_store.hpp"
#include "tests/server/api/fixture.hpp"
#include "tests/support/starvation.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <thread>

using namespace changgu;
using namespace changgu::test;

namespace {
thread_local int steps_without_memory = 0; // of Asio, on this thread
}

// What Asio takes for its own steps.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    void* p = nullptr;
    if (steps_without_memory > 0)
        --steps_without_memory;
    else if (::posix_memalign(&p, alignment, size) == 0)
        return p;
    errno = ENOMEM;
    return nullptr;
}

TEST_CASE("the store's thread lives, and its answer arrives, when there is no memory for the way back") {
    boost::asio::io_context context;
    std::thread store;
    int left = -1;
    bool lived = true;
    const auto ask = [&]() -> boost::asio::awaitable<int> {
        co_return co_await api::await_store<int>([&](auto done) {
            store = std::thread([&, done = std::move(done)]() mutable {
                steps_without_memory = 3;
                try {
                    done(5);
                } catch (const std::bad_alloc&) {
                    lived = false;
                }
                left = steps_without_memory;
            });
        });
    };
    int answer = 0;
    boost::asio::co_spawn(context, ask(), [&](const std::exception_ptr& e, int value) {
        CHECK_FALSE(e);
        answer = value;
    });
    context.run();
    store.join();
    CHECK(left == 0);
    CHECK(lived);
    CHECK(answer == 5);
}

TEST_CASE("what a server acknowledges between moments without memory is stored, and it lives") {
    channel_fixture f;
    std::atomic<bool> over = false;
    std::thread weather([&over] {
        for (unsigned i = 0; !over; ++i) {
            starving = true;
            std::this_thread::sleep_for(std::chrono::microseconds(50 + 37 * (i % 11)));
            starving = false;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    });
    std::vector<storage::envelope_id> acknowledged;
    int others = 0;
    std::optional<cli::https_client> client;
    for (int i = 0; i < 300; ++i) {
        if (!client) client.emplace("http://127.0.0.1:" + std::to_string(f.app().http().plain_port()));
        const auto envelope = crypto::make_chaff(1);
        const auto r = client->send(verb::post, "/api/v1/envelopes", http::binary_type, envelope);
        if (r && r->status == 201) {
            acknowledged.push_back(crypto::id_of(envelope));
            continue;
        }
        ++others;
        if (!r) client.reset();
    }
    over = true;
    weather.join();
    CHECK(refused > 0);
    CHECK_FALSE(acknowledged.empty());
    f.restart();
    auto reader = f.app().service().store().make_reader();
    for (const auto& id : acknowledged) CHECK(reader.has_envelope(id));
    CHECK(reader.check().empty());
    MESSAGE(acknowledged.size(), " acknowledged, ", others, " not, ", refused.load(), " pieces refused");
}
