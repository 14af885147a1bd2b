#include "crypto/envelope.hpp"
#include "tests/server/api/fixture.hpp"

using namespace changgu;
using namespace changgu::test;

namespace {
constexpr std::size_t record = 4 + crypto::suite1::envelope_size;

std::size_t times_in(bytes_view inbox, bytes_view envelope) {
    std::size_t count = 0;
    for (; inbox.size() >= record; inbox = inbox.subspan(record))
        if (std::ranges::equal(inbox.subspan(4, envelope.size()), envelope)) ++count;
    return count;
}
} // namespace

TEST_CASE("an envelope is stored once, however often it is sent, before and after its release") {
    channel_fixture f;
    const auto envelope = crypto::make_chaff(1);
    const auto bearer = f.reviewer_bearer(f.first);
    const auto sent = f.binary(verb::post, "/envelopes", envelope);
    CHECK(sent.status == 201);
    CHECK(sent.body.empty());
    CHECK(f.binary(verb::post, "/envelopes", envelope).status == 201);
    CHECK(f.get("/inbox?after=0", bearer).body.empty());

    f.release();
    const auto inbox = f.get("/inbox?after=0", bearer);
    CHECK(inbox.status == 200);
    CHECK(inbox.body.size() == fill * record);
    CHECK(times_in(inbox.body, envelope) == 1);
    CHECK(f.binary(verb::post, "/envelopes", envelope).status == 201);
    f.release();
    CHECK(times_in(f.get("/inbox", bearer).body, envelope) == 1);

    CHECK(f.get("/inbox?after=1", bearer).body.size() == fill * record);
    CHECK(f.get("/inbox?after=2", bearer).body.empty());
    for (const auto* bad : {"-1", "1x", "01", "4294967296", "", "%31%20"})
        CHECK(problem_of(f.get(std::string("/inbox?after=") + bad, bearer)) == "bad-request");
    CHECK(problem_of(f.get("/inbox?after=0")) == "unauthorised");
    CHECK(problem_of(f.get("/inbox?after=0", f.admin_bearer())) == "forbidden");
}

TEST_CASE("the inbox is ordered by batch and streams more than a slice") {
    channel_fixture f;
    for (int batch = 0; batch < 3; ++batch) {
        for (int i = 0; i < 18; ++i)
            REQUIRE(f.binary(verb::post, "/envelopes", crypto::make_chaff(1)).status == 201);
        f.release();
    }
    const auto inbox = f.get("/inbox?after=0", f.reviewer_bearer(f.first)).body;
    REQUIRE(inbox.size() == 3 * 20 * record);
    for (std::size_t i = 0; i < 60; ++i)
        CHECK(crypto::from_big_endian<std::uint32_t>(bytes_view(inbox).subspan(i * record, 4)) == 1 + i / 20);
}

TEST_CASE("what is not an envelope of this suite is refused") {
    channel_fixture f;
    const auto good = crypto::make_chaff(1);
    const auto refused = [&](bytes body) { return problem_of(f.binary(verb::post, "/envelopes", body)); };
    CHECK(refused({}) == "bad-envelope");
    CHECK(refused(bytes(good.begin(), good.end() - 1)) == "bad-envelope");
    CHECK(refused(crypto::make_chaff(0)) == "bad-envelope");
    auto changed = good;
    changed[0] = 2;
    CHECK(refused(changed) == "bad-envelope");
    changed = good;
    changed[5] = 1;
    CHECK(refused(changed) == "bad-envelope");
    changed = good;
    changed.push_back(0);
    CHECK(refused(changed) == "too-large");
    CHECK(f.binary(verb::post, "/envelopes", bytes(10)).status == 422);
    CHECK(problem_of(f.send({verb::post, "/envelopes", good, http::json_type})) == "unsupported-media-type");
    f.release();
    CHECK(f.get("/inbox", f.reviewer_bearer(f.first)).body.size() == fill * record); // chaff alone
}

TEST_CASE("an epoch closes when the next has lasted the overlap, but what it has taken stays acknowledged") {
    channel_fixture f;
    const auto before = crypto::make_chaff(1);
    REQUIRE(f.binary(verb::post, "/envelopes", before).status == 201);
    CHECK(problem_of(f.binary(verb::post, "/envelopes", crypto::make_chaff(2))) == "epoch-closed");

    const auto next = f.log->size();
    const auto note =
        f.make_statement(crypto::statement_type::epoch, to_json(f.next_epoch(f.now, {&f.first, &f.second})));
    REQUIRE(f.post_statements(next, {note}).status == 201);
    CHECK(f.binary(verb::post, "/envelopes", crypto::make_chaff(1)).status == 201);
    CHECK(f.binary(verb::post, "/envelopes", crypto::make_chaff(2)).status == 201);

    f.now += overlap;
    CHECK(problem_of(f.binary(verb::post, "/envelopes", crypto::make_chaff(1))) == "epoch-closed");
    CHECK(f.binary(verb::post, "/envelopes", crypto::make_chaff(2)).status == 201);
    CHECK(f.binary(verb::post, "/envelopes", before).status == 201);

    const auto after = f.log->size();
    const auto retire =
        f.make_statement(crypto::statement_type::retire, to_json(crypto::retire_entry{2, f.now, ""}));
    REQUIRE(f.post_statements(after, {retire}).status == 201);
    CHECK(problem_of(f.binary(verb::post, "/envelopes", crypto::make_chaff(2))) == "epoch-closed");
}
