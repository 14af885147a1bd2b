// For moments the threads of the server and of its store get no memory; but what Asio takes for its own steps
// they get, since it ends the process without.
#include "crypto/envelope.hpp"
#include "tests/server/api/fixture.hpp"
#include "tests/support/starvation.hpp"

#include <atomic>
#include <chrono>
#include <thread>

using namespace changgu;
using namespace changgu::test;

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
