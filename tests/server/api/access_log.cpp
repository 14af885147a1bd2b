// The access log as the server keeps it: who reads it, what is in it and in which order, that nobody changes
// it behind a reader's back, and that it says nothing of anybody who reports.
#include "crypto/access_log.hpp"

#include "crypto/case_event.hpp"
#include "crypto/envelope.hpp"
#include "crypto/file_stream.hpp"
#include "crypto/signing.hpp"
#include "tests/server/api/fixture.hpp"
#include "tests/support/run_sql.hpp"

#include <fstream>
#include <functional>
#include <iterator>

using namespace changgu;
using namespace changgu::test;
using crypto::access_position;

namespace {

using lines = std::vector<std::string>;

struct page {
    std::uint64_t size = 0;
    lines entries;
};

page page_from(channel_fixture& f, const std::string& bearer, std::uint64_t from) {
    const auto r = f.get("/access-log?from=" + std::to_string(from), bearer);
    REQUIRE(r.status == 200);
    const auto o = object_of(r);
    CHECK(o.size() == 3);
    CHECK(crypto::read_integer(o, "from").value() == from);
    page out{crypto::read_integer(o, "size").value(), {}};
    for (const auto& e : o.at("entries").as_array()) out.entries.emplace_back(e.as_string());
    return out;
}

/// All of it, as a client asks for it.
lines read_log(channel_fixture& f, const std::string& bearer) {
    lines all;
    for (std::uint64_t size = 1; all.size() < size;) {
        auto next = page_from(f, bearer, all.size());
        size = next.size;
        if (next.entries.empty()) break;
        std::ranges::move(next.entries, std::back_inserter(all));
    }
    return all;
}

/// Where it leads, for somebody who has seen it up to there.
crypto::result<access_position> follow(const channel_fixture& f, const lines& log,
                                       std::optional<access_position> seen = {}) {
    crypto::access_chain chain(f.log->org(), seen);
    for (const auto& e : log)
        if (auto ok = chain.append(e); !ok) return ok.error();
    if (auto ok = chain.finish(); !ok) return ok.error();
    return chain.at();
}

void append(channel_fixture& f, std::string entry) {
    REQUIRE(storage::wait<storage::edit_outcome>([&](auto done) {
                f.app().service().store().append_access(f.log->org(), std::move(entry), std::move(done));
            }) == storage::edit_outcome::done);
}

/// As whoever has the server would: what is left chains again.
void rewrite(channel_fixture& f, const std::function<void(lines&)>& change) {
    auto log = read_log(f, f.admin_bearer());
    change(log);
    f.stop();
    std::string sql = "BEGIN; DELETE FROM access_entry;";
    crypto::access_chain chain(f.log->org());
    for (const auto& e : log) {
        REQUIRE(chain.append(e));
        sql += "INSERT INTO access_entry VALUES(" + std::to_string(chain.at().size) + ", '" + e + "', x'" +
               hex(chain.at().hash) + "');";
    }
    run_sql(f.config().data / "access.db", sql + "COMMIT");
    f.restart();
}

/// The bytes of the log's own files, the write-ahead log among them.
std::vector<bytes> files_of_log(const channel_fixture& f) {
    std::vector<bytes> out;
    for (const char* name : {"access.db", "access.db-wal"}) {
        std::ifstream in(f.config().data / name, std::ios::binary);
        out.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    return out;
}

bytes tokens(const crypto::token& t) {
    return concat({t.view(), crypto::token::random().view(), crypto::token::random().view(),
                   crypto::token::random().view()});
}

std::string keyring_bearer(channel_fixture& f, const crypto::sign_key_pair& locker) {
    const auto bearer = f.reviewer_bearer(f.first);
    REQUIRE(f.get("/keyring", bearer).status == 200);
    REQUIRE(f.json(verb::put, "/keyring",
                   {{"locker", crypto::to_base64(locker.public_key.view())},
                    {"keyring", crypto::to_base64(bytes(4096))}},
                   bearer)
                .status == 204);
    return text_of(f.sign_in("keyring", 1, locker.secret_key, f.challenge("keyring", 1)), "bearer");
}

} // namespace

TEST_CASE("reviewers and admins read the access log, and nobody else") {
    channel_fixture f;
    const auto reviewer = f.reviewer_bearer(f.first);
    const auto admin = f.admin_bearer();
    CHECK(problem_of(f.get("/access-log")) == "unauthorised");
    CHECK(problem_of(f.get("/access-log", "AAAA")) == "unauthorised");
    CHECK(problem_of(f.get("/access-log", keyring_bearer(f, crypto::random_sign_key_pair()))) == "forbidden");
    CHECK(read_log(f, reviewer) == read_log(f, admin));
    REQUIRE(f.send({.method = verb::remove, .path = "/sessions", .bearer = reviewer}).status == 204);
    CHECK(problem_of(f.get("/access-log", reviewer)) == "unauthorised");
    for (const auto method : {verb::post, verb::put, verb::remove})
        CHECK(f.send({.method = method, .path = "/access-log", .bearer = admin}).status == 405);
}

TEST_CASE("what reviewers and admins do stands in the access log, in order and to the minute") {
    channel_fixture f;
    lines expected;
    const auto expect = [&](const std::string& what) {
        expected.push_back(std::to_string(f.now / 60) + " " + what);
    };
    const auto end = [&](const std::string& bearer) {
        REQUIRE(f.send({.method = verb::remove, .path = "/sessions", .bearer = bearer}).status == 204);
    };
    const auto bearer = f.reviewer_bearer(f.first);
    expect("reviewer 1 session-opened reviewer");
    CHECK(read_log(f, bearer) == expected);

    f.now += 59; // no other minute yet
    const auto keys = f.first.keys.publish(f.first.identity, f.log->org(), 1, 2, 26).value();
    const auto put = [&](std::span<const crypto::prekey> list) {
        return f.json(verb::put, "/prekeys", {{"prekeys", prekeys_json(list)}}, bearer).status;
    };
    CHECK(put(keys) == 204);
    expect("reviewer 1 prekeys-put 26");
    CHECK(put(f.second.keys.publish(f.second.identity, f.log->org(), 2, 2, 3).value()) == 400); // no entry
    f.now += 1;
    CHECK(f.send({.method = verb::put, .path = "/sessions", .bearer = bearer}).status == 200); // no entry

    const auto locker = crypto::random_sign_key_pair();
    CHECK(f.get("/keyring", bearer).status == 200);
    expect("reviewer 1 keyring-fetched");
    const crypto::json::object keyring{{"locker", crypto::to_base64(locker.public_key.view())},
                                       {"keyring", crypto::to_base64(bytes(4096))}};
    CHECK(f.json(verb::put, "/keyring", keyring, bearer).status == 204);
    expect("reviewer 1 keyring-put");
    CHECK(f.json(verb::put, "/keyring", keyring, bearer).status == 412); // no entry
    const auto small =
        text_of(f.sign_in("keyring", 1, locker.secret_key, f.challenge("keyring", 1)), "bearer");
    expect("reviewer 1 session-opened keyring");
    end(small);
    expect("reviewer 1 session-ended keyring");

    f.now += 600;
    const auto admin = f.admin_bearer();
    expect("admin root-1 session-opened admin");
    const auto code = crypto::enrolment_code::random();
    const auto at = "/enrolments/" + hex(code.id);
    CHECK(f.json(verb::put, at, {{"number", 3}}, admin).status == 201);
    expect("admin root-1 enrolment-opened 3");
    CHECK(f.json(verb::put, at, {{"number", 4}}, admin).status == 409); // no entry
    const auto request = request_of(f, reviewer_keys{3}, code);
    CHECK(f.json(verb::post, at, request).status == 201);
    expect("code enrolment-submitted 3");
    CHECK(f.json(verb::post, at, request).status == 201); // the same again has none
    CHECK(f.get("/enrolments", admin).status == 200);     // looking has none
    CHECK(f.send({.method = verb::remove, .path = at, .bearer = admin}).status == 204);
    expect("admin root-1 enrolment-killed 3");
    end(admin);
    expect("admin root-1 session-ended admin");

    const auto next = f.log->size();
    const lines notes{
        f.make_statement(crypto::statement_type::retire, to_json(crypto::retire_entry{1, f.now, ""})),
        f.make_statement(crypto::statement_type::epoch, to_json(f.next_epoch(f.now, {&f.first, &f.second})))};
    CHECK(f.post_statements(next, notes).status == 201);
    expect("roots statement " + std::to_string(next) + " retire");
    expect("roots statement " + std::to_string(next + 1) + " epoch");
    CHECK(f.post_statements(next, notes).status == 409); // no entry
    const auto drained = crypto::sign_drained(f.first.identity.secret_key, f.log->org(), 1, 1);
    CHECK(f.json(verb::post, "/drained", {{"epoch", 1}, {"signature", crypto::to_base64(drained.view())}},
                 bearer)
              .status == 204);
    expect("reviewer 1 drained 1");

    // Who is refused is counted, by scope, whoever it was, and noted when the quarter of an hour is over.
    const auto wrong = crypto::random_sign_key_pair();
    for (int i = 0; i < 3; ++i)
        CHECK(f.sign_in("reviewer", 1, wrong.secret_key, f.challenge("reviewer", 1)).status == 401);
    CHECK(f.sign_in("keyring", 999, wrong.secret_key, f.challenge("keyring", 999)).status == 401);
    CHECK(f.admin_sign_in(f.admin_text(f.challenge("admin", 0)), {"root-1", crypto::random_sign_key_pair()})
              .status == 401);
    CHECK(read_log(f, bearer) == expected);
    f.now += 15 * 60;
    f.app().upkeep().poll(f.now);
    expect("server sign-ins-refused reviewer 3 keyring 1 admin 1");
    f.app().upkeep().poll(f.now); // once

    const auto last = f.reviewer_bearer(f.second); // the others have run out, which has no entry
    expect("reviewer 2 session-opened reviewer");
    const auto log = read_log(f, last);
    CHECK(log == expected);
    const auto seen = follow(f, log).value();

    // It goes on after a restart, from where it was.
    f.restart();
    const auto again = f.reviewer_bearer(f.second);
    expect("reviewer 2 session-opened reviewer");
    CHECK(read_log(f, again) == expected);
    CHECK(follow(f, expected, seen).value().size == expected.size());
}

TEST_CASE("how often a keyring is fetched and stored in a session does not show") {
    channel_fixture f;
    const auto locker = crypto::random_sign_key_pair();
    const auto visit = [&](int times) {
        const auto bearer = f.reviewer_bearer(f.first);
        for (int i = 0; i < times; ++i) {
            const auto kept = f.get("/keyring", bearer);
            REQUIRE(kept.status == 200);
            REQUIRE(f.json(verb::put, "/keyring",
                           {{"locker", crypto::to_base64(locker.public_key.view())},
                            {"keyring", crypto::to_base64(bytes(4096))}},
                           bearer, kept.etag.empty() ? std::nullopt : std::optional(kept.etag))
                        .status == 204);
            f.now += 60;
        }
        f.now -= 60 * static_cast<std::uint64_t>(times);
        REQUIRE(f.send({.method = verb::remove, .path = "/sessions", .bearer = bearer}).status == 204);
    };
    visit(1);
    const auto once = read_log(f, f.admin_bearer());
    visit(5);
    auto often = read_log(f, f.admin_bearer());
    REQUIRE(often.size() == 2 * once.size());
    often.erase(often.begin(), often.begin() + static_cast<std::ptrdiff_t>(once.size()));
    CHECK(often == once);
}

TEST_CASE("a page of the access log has at most 256 entries, and ends with the log") {
    channel_fixture f;
    const auto bearer = f.reviewer_bearer(f.first);
    lines expected = read_log(f, bearer);
    const auto fill_to = [&](std::size_t size) {
        while (expected.size() < size) {
            expected.push_back("30000000 server nothing " + std::to_string(expected.size()));
            append(f, expected.back());
        }
    };
    const auto part = [&](std::size_t from, std::size_t to) {
        return lines(expected.begin() + static_cast<std::ptrdiff_t>(from),
                     expected.begin() + static_cast<std::ptrdiff_t>(to));
    };
    fill_to(256);
    CHECK(page_from(f, bearer, 0).entries == expected);
    CHECK(page_from(f, bearer, 256).entries.empty());
    fill_to(520);
    for (const auto& [from, to] :
         {std::pair{0, 256}, {1, 257}, {256, 512}, {263, 519}, {264, 520}, {265, 520}, {519, 520}}) {
        CAPTURE(from);
        const auto got = page_from(f, bearer, static_cast<std::uint64_t>(from));
        CHECK(got.size == 520);
        CHECK(got.entries == part(static_cast<std::size_t>(from), static_cast<std::size_t>(to)));
    }
    for (const std::uint64_t from : {std::uint64_t{520}, std::uint64_t{521}, crypto::json_max_integer}) {
        const auto got = page_from(f, bearer, from);
        CHECK(got.size == 520);
        CHECK(got.entries.empty());
    }
    CHECK(read_log(f, bearer) == expected);
    for (const char* bad : {"-1", "x", "", "01", "1.5", "+1", "1%20", "9007199254740992",
                            "18446744073709551616", "99999999999999999999999"}) {
        CAPTURE(bad);
        CHECK(problem_of(f.get("/access-log?from=" + std::string(bad), bearer)) == "bad-request");
    }
    CHECK(object_of(f.get("/access-log", bearer)) == object_of(f.get("/access-log?from=0", bearer)));
}

TEST_CASE("whoever has seen the access log finds out when the server gives another one") {
    channel_fixture f;
    for (int i = 0; i < 3; ++i) f.reviewer_bearer(f.second);
    const auto log = read_log(f, f.admin_bearer());
    const auto seen = follow(f, log).value();
    REQUIRE(seen.size == 4);
    bool same = false;
    std::function<void(lines&)> change;
    SUBCASE("nothing changed") {
        change = [](lines&) {};
        same = true;
    }
    SUBCASE("an entry is altered") {
        change = [](lines& e) { e[1].replace(e[1].find('2'), 1, "1"); };
    }
    SUBCASE("an entry is taken out") {
        change = [](lines& e) { e.erase(e.begin()); };
    }
    SUBCASE("an entry is put in") {
        change = [](lines& e) { e.insert(e.begin() + 2, e[0]); };
    }
    SUBCASE("two change places") {
        change = [](lines& e) { std::swap(e[2], e[3]); };
    }
    SUBCASE("the newest are gone") {
        change = [](lines& e) { e.resize(1); };
    }
    SUBCASE("all are gone") {
        change = [](lines& e) { e.clear(); };
    }
    rewrite(f, change);
    CHECK(f.app().service().store().make_reader().check().empty()); // the server's own chain is whole
    const auto now = follow(f, read_log(f, f.admin_bearer()), seen);
    CHECK(now.has_value() == same);
    if (!same) CHECK(now.error() == crypto::errc::log_forked);
}

TEST_CASE(
    "reporters leave the access log as it was, to the last byte, and so does whatever is about a case") {
    channel_fixture f;
    const auto bearer = f.reviewer_bearer(f.first);
    const auto admin = f.admin_bearer();
    const auto log = read_log(f, bearer);
    const auto before = files_of_log(f);
    REQUIRE(before[0].size() + before[1].size() > 0);

    const auto reply_token = crypto::token::random();
    const auto blob_token = crypto::blob_token(crypto::file_key::random(), 0);
    const auto event_token = crypto::case_token(crypto::case_key::random(), 0);
    const auto reply_at = "/replies/" + hex(crypto::reply_address(reply_token));
    const auto event_at = "/cases/" + hex(crypto::case_address(event_token));
    const auto blob_at = "/blobs/" + hex(crypto::blob_id(blob_token));
    const bytes chunk(crypto::chunk_size, 7);
    const auto report = crypto::make_chaff(1);

    // Somebody reports, twice by mistake, with a file, comes back, reads and burns.
    CHECK(f.get("/channel").status == 200);
    CHECK(f.get("/keylog").status == 200);
    CHECK(f.get("/work").status == 200);
    for (int twice = 0; twice < 2; ++twice) {
        CHECK(f.binary(verb::put, blob_at, chunk).status == 201);
        CHECK(f.binary(verb::post, "/envelopes", report).status == 201);
    }
    // A reviewer reads, writes into the case and answers.
    CHECK(f.get("/inbox", bearer).status == 200);
    CHECK(f.get("/condition", bearer).status == 200);
    CHECK(f.get("/condition", admin).status == 200);
    CHECK(f.binary(verb::put, event_at, bytes(crypto::case_event::size), bearer).status == 201);
    CHECK(f.binary(verb::put, reply_at, crypto::make_chaff(0), bearer).status == 201);
    CHECK(f.binary(verb::put, reply_at, crypto::make_chaff(0), bearer).status == 409);
    CHECK(f.binary(verb::post, "/cases/read", crypto::case_address(event_token).view(), bearer).status ==
          200);
    CHECK(f.binary(verb::post, "/blobs/read", crypto::blob_id(blob_token).view(), bearer).status == 200);
    CHECK(f.get("/replies/index").status == 200);
    CHECK(f.binary(verb::post, "/replies/read", tokens(reply_token)).status == 200);
    CHECK(f.binary(verb::post, "/replies/burn", tokens(reply_token)).status == 204);
    CHECK(f.binary(verb::post, "/replies/read", tokens(reply_token)).body[0] == 2);
    // The case is kept, then destroyed. Which reviewer did it must not stand where an excluded one reads it.
    for (const auto& who : {std::string(), bearer}) {
        CHECK(f.binary(verb::post, "/keep", concat({bytes{3}, blob_token.view()}), who).status == 204);
        CHECK(f.binary(verb::post, "/purge", concat({bytes{3}, blob_token.view()}), who).status == 204);
        CHECK(f.binary(verb::post, "/purge", concat({bytes{2}, event_token.view()}), who).status == 204);
    }
    CHECK(f.binary(verb::post, "/cases/read", crypto::case_address(event_token).view(), bearer).body[0] == 2);
    // Nor do refusals of what a reporter may get wrong.
    CHECK(f.binary(verb::post, "/envelopes", bytes(8192)).status == 422);
    CHECK(f.binary(verb::post, "/envelopes", crypto::make_chaff(9)).status == 409);
    CHECK(f.binary(verb::put, blob_at, chunk).status == 409);
    CHECK(f.get("/enrolments/0011223344556677").status == 404);
    CHECK(f.get("/inbox").status == 401);
    CHECK(f.get("/nowhere").status == 404);

    CHECK(files_of_log(f) == before);
    f.release();
    f.now += 86'400; // what is done once a day, and once a quarter of an hour
    f.app().upkeep().poll(f.now);
    CHECK(f.app().service().store().make_reader().read_access_log(0, 100).entries == log);

    f.reviewer_bearer(f.first); // it would have shown
    CHECK(files_of_log(f) != before);
}
