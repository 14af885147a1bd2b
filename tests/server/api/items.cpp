// Replies, case events and chunks: what is written once at an address.
#include "crypto/calendar.hpp"
#include "crypto/case_event.hpp"
#include "crypto/envelope.hpp"
#include "crypto/file_stream.hpp"
#include "tests/server/api/fixture.hpp"

#include <algorithm>

using namespace changgu;
using namespace changgu::test;

namespace {

constexpr std::size_t reply_record = 1 + crypto::suite1::envelope_size;
constexpr std::size_t chunk_record = 1 + crypto::chunk_size;

bytes random_bytes(std::size_t size) {
    bytes out(size);
    crypto::fill_random(out);
    return out;
}

bytes_view part(const bytes& all, std::size_t width, std::size_t i) {
    return bytes_view(all).subspan(i * width, width);
}

bytes four(const crypto::token& t) {
    return concat({t.view(), crypto::token::random().view(), crypto::token::random().view(),
                   crypto::token::random().view()});
}

bool all_zero(bytes_view b) {
    return std::ranges::all_of(b, [](crypto::byte x) { return x == 0; });
}

} // namespace

TEST_CASE("a reply is written once, read without a change and burned for ever") {
    channel_fixture f;
    const auto bearer = f.reviewer_bearer(f.first);
    const auto token = crypto::token::random();
    const auto at = "/replies/" + hex(crypto::reply_address(token));
    const auto reply = crypto::make_chaff(0);

    const auto unknown = f.binary(verb::post, "/replies/read", four(token));
    CHECK(unknown.status == 200);
    REQUIRE(unknown.body.size() == 4 * reply_record);
    CHECK(unknown.body[0] == 0);
    CHECK_FALSE(all_zero(part(unknown.body, reply_record, 0).subspan(1)));

    CHECK(f.binary(verb::put, at, reply, bearer).status == 201);
    CHECK(problem_of(f.binary(verb::put, at, reply, bearer)) == "taken");
    CHECK(problem_of(f.binary(verb::put, at, crypto::make_chaff(0), bearer)) == "taken");

    for (int again = 0; again < 2; ++again) {
        const auto read = f.binary(verb::post, "/replies/read", four(token)).body;
        REQUIRE(read.size() == 4 * reply_record);
        CHECK(read[0] == 1);
        CHECK(std::ranges::equal(part(read, reply_record, 0).subspan(1), reply));
        for (std::size_t i = 1; i < 4; ++i) {
            CHECK(part(read, reply_record, i)[0] == 0);
            CHECK_FALSE(all_zero(part(read, reply_record, i).subspan(1)));
        }
    }

    const auto burned = f.binary(verb::post, "/replies/burn", four(token));
    const auto nothing = f.binary(verb::post, "/replies/burn", four(crypto::token::random()));
    CHECK(burned.status == 204);
    CHECK(nothing.status == 204);
    CHECK(burned.body == nothing.body);
    CHECK(burned.content_type == nothing.content_type);
    const auto read = f.binary(verb::post, "/replies/read", four(token)).body;
    REQUIRE(read.size() == 4 * reply_record);
    CHECK(read[0] == 2);
    CHECK_FALSE(std::ranges::equal(part(read, reply_record, 0).subspan(1), reply));
    CHECK(problem_of(f.binary(verb::put, at, reply, bearer)) == "taken");
}

TEST_CASE("the reply index changes at a release only and is a multiple of 64 prefixes") {
    channel_fixture f;
    f.release();
    const auto before = f.get("/replies/index");
    CHECK(before.content_type == http::binary_type);
    REQUIRE(before.body.size() == 64 * 16);
    const auto address = crypto::random_fixed<crypto::address>();
    REQUIRE(f.binary(verb::put, "/replies/" + hex(address), crypto::make_chaff(0), f.reviewer_bearer(f.first))
                .status == 201);
    CHECK(f.get("/replies/index").body == before.body);
    f.release();
    const auto after = f.get("/replies/index").body;
    CHECK(after.size() % (64 * 16) == 0);
    CHECK_FALSE(std::ranges::search(after, address.view().first(16)).empty());
}

TEST_CASE("calls of the reply path refuse what is malformed, alike for everybody") {
    channel_fixture f;
    const auto bearer = f.reviewer_bearer(f.first);
    for (const std::string path : {"/replies/read", "/replies/burn"}) {
        for (const std::size_t size : {0U, 1U, 32U, 96U, 127U})
            CHECK(problem_of(f.binary(verb::post, path, bytes(size))) == "bad-request");
        CHECK(problem_of(f.binary(verb::post, path, bytes(129))) == "too-large");
        CHECK(problem_of(f.send({verb::post, path, bytes(128), "text/plain"})) == "unsupported-media-type");
    }
    const auto good = hex(crypto::random_fixed<crypto::address>());
    const auto put = [&](const std::string& at, const bytes& body, const std::string& who) {
        return problem_of(f.binary(verb::put, "/replies/" + at, body, who));
    };
    CHECK(put(good, crypto::make_chaff(0), "") == "unauthorised");
    CHECK(put(good, crypto::make_chaff(0), "AAAA") == "unauthorised");
    CHECK(put(good, crypto::make_chaff(0), f.admin_bearer()) == "forbidden");
    CHECK(put(good, crypto::make_chaff(1), bearer) == "bad-envelope");
    CHECK(put(good, bytes(8191), bearer) == "bad-envelope");
    CHECK(put(good, bytes(8193), bearer) == "too-large");
    CHECK(put(good.substr(2), crypto::make_chaff(0), bearer) == "not-found");
    CHECK(put(std::string(64, 'A'), crypto::make_chaff(0), bearer) == "not-found");
    CHECK(put(std::string(64, 'g'), crypto::make_chaff(0), bearer) == "not-found");
}

TEST_CASE("puts of a reviewer are limited in each minute") {
    server::config c;
    c.puts_per_minute = 3;
    channel_fixture f(c);
    const auto put = [&](const std::string& kind, const std::string& bearer) {
        return f
            .binary(verb::put, kind + hex(crypto::random_fixed<crypto::address>()), crypto::make_chaff(0),
                    bearer)
            .status;
    };
    const auto bearer = f.reviewer_bearer(f.first);
    CHECK(put("/replies/", bearer) == 201);
    CHECK(put("/cases/", bearer) == 201);
    CHECK(put("/replies/", bearer) == 201);
    CHECK(put("/replies/", bearer) == 429);
    CHECK(put("/cases/", bearer) == 429);
    CHECK(put("/replies/", f.reviewer_bearer(f.second)) == 201);
    f.now += 60;
    CHECK(put("/replies/", bearer) == 201);
}

TEST_CASE("case events are read by address and purged by token") {
    channel_fixture f;
    const auto bearer = f.reviewer_bearer(f.first);
    const auto key = crypto::case_key::random();
    const auto token = crypto::case_token(key, 0);
    const auto address = crypto::case_address(token);
    const auto other = crypto::case_address(crypto::case_token(key, 1));
    const auto event = random_bytes(crypto::case_event::size);
    const auto wanted = concat({address.view(), other.view()});
    const auto at = "/cases/" + hex(address);

    CHECK(problem_of(f.binary(verb::put, at, event)) == "unauthorised");
    CHECK(problem_of(f.binary(verb::put, at, bytes(8191), bearer)) == "bad-request");
    CHECK(problem_of(f.binary(verb::put, "/cases/00", event, bearer)) == "not-found");
    CHECK(f.binary(verb::put, at, event, bearer).status == 201);
    CHECK(problem_of(f.binary(verb::put, at, event, bearer)) == "taken");

    const auto read = [&] { return f.binary(verb::post, "/cases/read", wanted, bearer).body; };
    auto records = read();
    REQUIRE(records.size() == 2 * reply_record);
    CHECK(records[0] == 1);
    CHECK(std::ranges::equal(part(records, reply_record, 0).subspan(1), event));
    CHECK(all_zero(part(records, reply_record, 1)));
    CHECK(problem_of(f.binary(verb::post, "/cases/read", wanted)) == "unauthorised");
    CHECK(problem_of(f.binary(verb::post, "/cases/read", {}, bearer)) == "bad-request");
    CHECK(problem_of(f.binary(verb::post, "/cases/read", bytes(33), bearer)) == "bad-request");
    CHECK(f.binary(verb::post, "/cases/read", bytes(64 * 32), bearer).body.size() == 64 * reply_record);
    CHECK(problem_of(f.binary(verb::post, "/cases/read", bytes(65 * 32), bearer)) == "too-large");

    // The address opens nothing; a token of another kind neither.
    CHECK(f.binary(verb::post, "/purge", concat({bytes{2}, address.view()})).status == 204);
    CHECK(f.binary(verb::post, "/purge", concat({bytes{3}, token.view()})).status == 204);
    CHECK(read()[0] == 1);
    CHECK(f.binary(verb::post, "/purge", concat({bytes{2}, token.view()})).status == 204);
    records = read();
    CHECK(records[0] == 2);
    CHECK(all_zero(part(records, reply_record, 0).subspan(1)));
    CHECK(problem_of(f.binary(verb::put, at, event, bearer)) == "taken");
}

TEST_CASE("purge refuses other kinds and lengths") {
    channel_fixture f;
    const auto token = crypto::token::random();
    for (const crypto::byte kind : bytes{0, 1, 4, 255})
        CHECK(problem_of(f.binary(verb::post, "/purge", concat({bytes{kind}, token.view()}))) ==
              "bad-request");
    CHECK(problem_of(f.binary(verb::post, "/purge", {})) == "bad-request");
    CHECK(problem_of(f.binary(verb::post, "/purge", bytes{3})) == "bad-request");
    CHECK(problem_of(f.binary(verb::post, "/purge", concat({bytes{3}, token.view().first(31)}))) ==
          "bad-request");
    bytes most{3};
    most.resize(1 + 256 * 32);
    CHECK(f.binary(verb::post, "/purge", most).status == 204);
    most.resize(1 + 257 * 32);
    CHECK(problem_of(f.binary(verb::post, "/purge", most)) == "too-large");
}

TEST_CASE("chunks are kept alive by token, and the answer tells nothing") {
    channel_fixture f;
    const auto kept = crypto::blob_token(crypto::file_key::random(), 0);
    const auto left = crypto::blob_token(crypto::file_key::random(), 0);
    for (const auto* token : {&kept, &left})
        REQUIRE(
            f.binary(verb::put, "/blobs/" + hex(crypto::blob_id(*token)), random_bytes(crypto::chunk_size))
                .status == 201);
    f.release();
    const auto months = [&](std::uint32_t n) { return crypto::months_after(f.now, n).value(); };
    f.now = months(30);
    const auto known = f.binary(verb::post, "/keep", concat({bytes{3}, kept.view()}));
    const auto unknown = f.binary(verb::post, "/keep", concat({bytes{3}, crypto::token::random().view()}));
    CHECK(known.status == 204);
    CHECK(unknown.status == 204);
    CHECK(known.body == unknown.body);
    CHECK(known.content_type == unknown.content_type);
    // The id keeps nothing.
    CHECK(f.binary(verb::post, "/keep", concat({bytes{3}, crypto::blob_id(left).view()})).status == 204);
    f.now = months(7); // 37 after the upload
    f.release();
    const auto wanted = concat({crypto::blob_id(kept).view(), crypto::blob_id(left).view()});
    const auto read = f.binary(verb::post, "/blobs/read", wanted, f.reviewer_bearer(f.first)).body;
    REQUIRE(read.size() == 2 * chunk_record);
    CHECK(read[0] == 1);
    CHECK(read[chunk_record] == 3);
}

TEST_CASE("keep refuses other kinds and lengths") {
    channel_fixture f;
    const auto token = crypto::token::random();
    for (const crypto::byte kind : bytes{0, 1, 2, 4, 255})
        CHECK(problem_of(f.binary(verb::post, "/keep", concat({bytes{kind}, token.view()}))) ==
              "bad-request");
    CHECK(problem_of(f.binary(verb::post, "/keep", {})) == "bad-request");
    CHECK(problem_of(f.binary(verb::post, "/keep", bytes{3})) == "bad-request");
    CHECK(problem_of(f.binary(verb::post, "/keep", concat({bytes{3}, token.view().first(31)}))) ==
          "bad-request");
    bytes most{3};
    most.resize(1 + 256 * 32);
    CHECK(f.binary(verb::post, "/keep", most).status == 204);
    most.resize(1 + 257 * 32);
    CHECK(problem_of(f.binary(verb::post, "/keep", most)) == "too-large");
}

TEST_CASE("chunks are put by anybody who knows an id, once, and read by reviewers") {
    channel_fixture f;
    const auto bearer = f.reviewer_bearer(f.first);
    const auto token = crypto::blob_token(crypto::file_key::random(), 0);
    const auto id = crypto::blob_id(token);
    const auto chunk = random_bytes(crypto::chunk_size);
    const auto at = "/blobs/" + hex(id);

    CHECK(f.binary(verb::put, at, chunk).status == 201);
    CHECK(f.binary(verb::put, at, chunk).status == 201);
    CHECK(problem_of(f.binary(verb::put, at, random_bytes(crypto::chunk_size))) == "taken");
    CHECK(problem_of(f.binary(verb::put, at, bytes(crypto::chunk_size - 1))) == "bad-request");
    CHECK(problem_of(f.binary(verb::put, at, bytes(crypto::chunk_size + 1))) == "too-large");
    CHECK(problem_of(f.binary(verb::put, "/blobs/" + std::string(62, '0'), chunk)) == "not-found");
    CHECK(f.get(at).status == 405);

    const auto wanted = concat({crypto::random_fixed<crypto::address>().view(), id.view()});
    const auto read = f.binary(verb::post, "/blobs/read", wanted, bearer).body;
    REQUIRE(read.size() == 2 * chunk_record);
    CHECK(all_zero(part(read, chunk_record, 0)));
    CHECK(read[chunk_record] == 1);
    CHECK(std::ranges::equal(part(read, chunk_record, 1).subspan(1), chunk));
    CHECK(problem_of(f.binary(verb::post, "/blobs/read", wanted)) == "unauthorised");
    CHECK(problem_of(f.binary(verb::post, "/blobs/read", {}, bearer)) == "bad-request");
    CHECK(f.binary(verb::post, "/blobs/read", bytes(16 * 32), bearer).body.size() == 16 * chunk_record);
    CHECK(problem_of(f.binary(verb::post, "/blobs/read", bytes(17 * 32), bearer)) == "too-large");

    CHECK(f.binary(verb::post, "/purge", concat({bytes{3}, token.view()})).status == 204);
    CHECK(f.binary(verb::post, "/blobs/read", wanted, bearer).body[chunk_record] == 2);
    CHECK(problem_of(f.binary(verb::put, at, chunk)) == "taken");
}
