// With the server running and a reader in the middle of a stream: what was destroyed is in no file of it.
#include "tests/server/client/office.hpp"
#include "tests/storage/bench.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace changgu;
using changgu::test::desk;
using changgu::test::office;
using crypto::bytes;

namespace {

constexpr std::uint64_t three_years = 37ULL * 31 * 86'400;

struct case_on_disk {
    crypto::thread_id thread;
    std::vector<bytes> envelopes; ///< as they lie on the server, every one of them
    std::vector<bytes> stored;    ///< its events and chunks, likewise
};

// A report with a file, taken in by reviewer 1, then closed.
case_on_disk make_case(office& o) {
    auto on = o.connect();
    client::draft d;
    d.category = "other";
    d.text = "text";
    crypto::secret_buffer content(100'000);
    crypto::fill_random({content.data(), content.size()});
    d.files.push_back({std::move(content), "a.bin", "application/octet-stream"});
    client::send_report(on, crypto::new_receipt(false), d, o.now()).value();
    o.tick();
    desk first(o, o.keyrings[0]);
    case_on_disk out;
    out.thread = first->sync().value().opened.at(0);
    auto view = first->read_case(out.thread).value();
    first->append(view, {{"type", "note"}, {"text", "a note"}}).value();
    first->append(view, {{"type", "close"}, {"reason", "done"}}).value();
    o.tick();
    first.channel
        .inbox(0,
               [&](std::uint32_t, crypto::bytes_view e) {
                   out.envelopes.emplace_back(e.begin(), e.end());
                   return true;
               })
        .value();
    std::vector<crypto::address> at;
    for (std::uint64_t j = 0; j < view.next; ++j)
        at.push_back(crypto::case_address(crypto::case_token(o.keyrings[0].cases.at(out.thread), j)));
    for (auto& i : first.channel.read_cases(at).value()) out.stored.push_back(std::move(i.body));
    at.clear();
    const auto& file = view.messages.at(0).attachments().at(0);
    for (std::uint32_t j = 0; j < file.chunks; ++j)
        at.push_back(crypto::blob_id(crypto::blob_token(file.key, j)));
    for (auto& i : first.channel.read_blobs(at).value()) out.stored.push_back(std::move(i.body));
    return out;
}

std::size_t left_of(const office& o, const std::vector<bytes>& bodies) {
    return test::pieces_on_disk(o.directory.path() / "data", bodies);
}

// Gone at once, or, if a reader was in the middle of a transaction, a moment later.
bool soon_gone(const office& o, const std::vector<bytes>& bodies) {
    for (int i = 0; i < 1200; ++i) {
        if (left_of(o, bodies) == 0) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return false;
}

} // namespace

TEST_CASE("a destroyed case is in no file of the running server, though somebody is reading the inbox") {
    office o(1);
    auto on = o.connect();
    for (int i = 0; i < 600; ++i) on.post_envelope(crypto::make_chaff(1)).value(); // more than sockets hold
    const auto c = make_case(o);
    REQUIRE(c.stored.size() == 7); // three events, four chunks
    REQUIRE(left_of(o, c.stored) >= c.stored.size() * 1000);

    o.wait(three_years);
    desk slow(o, o.keyrings[0]);
    desk first(o, o.keyrings[0]);
    bool gone = false;
    std::size_t envelopes = 0;
    const auto read = slow.channel.inbox(0, [&](std::uint32_t, crypto::bytes_view) {
        if (++envelopes == 10) {
            first->destroy(c.thread).value();
            gone = soon_gone(o, c.stored);
        }
        return true;
    });
    CHECK(gone);
    CHECK(read.has_value());
    CHECK(envelopes == c.envelopes.size());
    CHECK(left_of(o, {c.envelopes[5]}) >= 1000); // these go with their epoch
}

TEST_CASE("a case and its file outlive their epoch, of which no byte is left") {
    for (const std::string reason : {"", "reviewer 2 left"}) {
        CAPTURE(reason);
        office o(2);
        const auto c = make_case(o);
        REQUIRE(left_of(o, c.envelopes) >= c.envelopes.size() * 1000);
        o.as_admin([&](client::admin& a) {
            a.rotate(o.rotation()).value();
            a.retire(1, o.now(), reason).value();
        });
        // Without a reason everybody has to drain it first; with one, only who wants to keep what is in it.
        for (std::uint32_t visit = 0; visit < 2; ++visit) {
            for (std::uint32_t n = 1; n <= (reason.empty() ? 2U : 1U); ++n)
                desk(o, o.keyrings[n - 1])->sync().value();
            if (visit == 0 && reason.empty()) CHECK(left_of(o, c.envelopes) > 0);
            o.tick();
        }
        CHECK(soon_gone(o, c.envelopes));
        desk first(o, o.keyrings[0]);
        const auto view = first->read_case(c.thread).value();
        REQUIRE(view.messages.size() == 1);
        CHECK(view.unreadable.empty());
        CHECK(view.purged.empty());
        CHECK(first->fetch(view.messages[0].attachments().at(0))->size() == 100'000);
        CHECK(left_of(o, c.stored) >= c.stored.size() * 1000);
    }
}
