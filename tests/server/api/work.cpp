#include "crypto/envelope.hpp"
#include "crypto/file_stream.hpp"
#include "server/api/work_gate.hpp"
#include "tests/server/api/fixture.hpp"

#include <netinet/in.h>

#include <chrono>
#include <future>

using namespace changgu;
using namespace changgu::test;
using api::work_gate;
using kind = api::work_gate::kind;
using verdict = api::work_gate::verdict;

namespace {

constexpr std::uint64_t now = 1'800'000'000;
constexpr std::uint64_t nearly_full = 90;

http::source named(unsigned n) {
    http::source s;
    s.value[0] = static_cast<crypto::byte>(n);
    return s;
}

/// Asks for one bit whenever `stored` is nearly_full, whatever the rate.
api::work_options by_disk(unsigned verifiers = 1) {
    return {.free_envelopes = 1'000'000,
            .most_bits = 1,
            .verifiers = verifiers,
            .storage_limit = 100,
            .storage_reserve = 50};
}

struct sender {
    work_gate& gate;
    crypto::org_id org = crypto::random_fixed<crypto::org_id>();
    http::source from = named(1);

    verdict send(const crypto::hash256& id, std::string_view proof, std::uint64_t at = now) {
        return start(id, proof, at).get();
    }
    std::future<verdict> start(const crypto::hash256& id, std::string_view proof, std::uint64_t at = now) {
        auto told = std::make_shared<std::promise<verdict>>();
        gate.admit({kind::envelope, id, proof, from}, org, nearly_full, at,
                   [told](verdict v) { told->set_value(v); });
        return told->get_future();
    }
    std::string prove(const crypto::hash256& id, std::uint64_t at = now) {
        const auto nonce = gate.issue(from, nearly_full, at).value();
        CHECK(crypto::bits_of(nonce) == 1);
        return crypto::to_text(crypto::do_work(org, nonce, id.view(), {}).value());
    }
    /// A ticket for a solution that is none.
    std::string pretend(const crypto::hash256& id) {
        crypto::work_proof p;
        p.nonce = gate.issue(from, nearly_full, now).value();
        const auto seed = crypto::work_seed(org, p.nonce, id.view());
        do p.solution = crypto::random_fixed<crypto::work_solution>();
        while (crypto::is_solved(seed, p));
        for (std::uint64_t n = 0; !crypto::has_ticket(seed, p); ++n)
            p.ticket = crypto::work_ticket::from(crypto::big_endian(n)).value();
        return crypto::to_text(p);
    }
};

crypto::hash256 some_id() {
    return crypto::random_fixed<crypto::hash256>();
}

bool is_waiting(std::future<verdict>& f) {
    return f.wait_for(std::chrono::seconds(0)) != std::future_status::ready;
}

} // namespace

TEST_CASE("a proof is good for its bytes, its source and its time") {
    work_gate gate(by_disk());
    sender s{gate};
    const auto id = some_id();
    CHECK(s.send(id, "") == verdict::work_required);
    CHECK(s.send(id, "nonsense") == verdict::work_required);
    const auto proof = s.prove(id);
    CHECK(s.send(some_id(), proof) == verdict::work_required);
    CHECK(s.send(id, proof, now - 1) == verdict::work_required); // a nonce from the future
    CHECK(s.send(id, proof, now + work_gate::lifetime) == verdict::work_required);
    s.from = named(2);
    CHECK(s.send(id, proof) == verdict::work_required);
    s.from = named(1);
    CHECK(s.send(id, proof, now + work_gate::lifetime - 1) == verdict::admitted);

    auto changed = crypto::parse_work(proof).value();
    changed.nonce.value[crypto::work_bits_offset] = 0; // its MAC is over the bits
    CHECK(s.send(id, crypto::to_text(changed)) == verdict::work_required);
    CHECK(s.send(id, s.pretend(id)) == verdict::work_required);

    work_gate restarted(by_disk()); // another key
    CHECK(sender{restarted, s.org}.send(id, proof) == verdict::work_required);
}

TEST_CASE("what was verified is remembered, either way, until its nonce ends") {
    work_gate gate(by_disk());
    sender s{gate};
    const auto id = some_id();
    const auto proof = s.prove(id);
    const auto false_proof = s.pretend(id);
    const auto late = s.prove(id);
    CHECK(s.send(id, proof) == verdict::admitted);
    CHECK(s.send(id, false_proof) == verdict::work_required);
    gate.stop(); // nobody verifies any more
    CHECK(s.send(id, proof) == verdict::admitted);
    CHECK(s.send(id, false_proof) == verdict::work_required);
    CHECK(s.send(id, late) == verdict::busy);
    CHECK(s.send(id, proof, now + work_gate::lifetime) == verdict::work_required);
}

TEST_CASE("whoever fills the queue fills it for himself") {
    work_gate gate(by_disk(0)); // nobody verifies: everything waits
    sender many{gate};
    std::vector<std::future<verdict>> waiting;
    for (std::size_t i = 0; i < work_gate::places_a_source; ++i) {
        const auto id = some_id();
        waiting.push_back(many.start(id, many.prove(id)));
        CHECK(is_waiting(waiting.back()));
    }
    const auto id = some_id();
    CHECK(many.send(id, many.prove(id)) == verdict::busy);
    sender other{gate, many.org, named(2)};
    auto honest = other.start(id, other.prove(id));
    CHECK(is_waiting(honest));
    gate.stop();
    CHECK(honest.get() == verdict::busy);
    for (auto& f : waiting) CHECK(f.get() == verdict::busy);
}

TEST_CASE("work is asked for by what comes in, of a busy source more, and not for long") {
    work_gate gate({.free_envelopes = 1, .most_bits = 8});
    const auto org = crypto::random_fixed<crypto::org_id>();
    const auto send = [&](const http::source& from) {
        std::promise<verdict> told;
        gate.admit({kind::envelope, some_id(), "", from}, org, 0, now, [&](verdict v) { told.set_value(v); });
        return told.get_future().get();
    };
    CHECK_FALSE(gate.issue(named(1), 0, now));
    CHECK_FALSE(gate.look(0, now).high_load);
    CHECK(send(named(1)) == verdict::admitted);
    CHECK(send(named(1)) == verdict::work_required);
    CHECK(gate.look(0, now).high_load);
    const auto of_busy = crypto::bits_of(gate.issue(named(1), 0, now).value());
    const auto of_other = crypto::bits_of(gate.issue(named(2), 0, now).value());
    const auto of_unknown = crypto::bits_of(gate.issue(http::no_source, 0, now).value());
    CHECK(of_busy > of_other);
    CHECK(of_other == of_unknown);
    CHECK_FALSE(gate.issue(named(1), 0, now + 120));
    CHECK_FALSE(gate.look(0, now + 120).high_load);

    work_gate off({.demand = false, .free_envelopes = 1});
    for (int i = 0; i < 10; ++i)
        off.admit({kind::envelope, some_id(), "", named(1)}, org, 0, now,
                  [](verdict v) { CHECK(v == verdict::admitted); });
    CHECK_FALSE(off.issue(named(1), 0, now));
}

TEST_CASE("a proof that is sent again makes nothing dearer for others") {
    work_gate gate({.free_envelopes = 60, .most_bits = 8});
    sender s{gate};
    for (int i = 0; s.send(some_id(), "") == verdict::admitted; ++i) REQUIRE(i < 1000);
    const auto id = some_id();
    const auto nonce = gate.issue(s.from, 0, now).value();
    const auto proof = crypto::to_text(crypto::do_work(s.org, nonce, id.view(), {}).value());
    REQUIRE(s.send(id, proof) == verdict::admitted);
    const auto asked = [&](unsigned from) {
        return crypto::bits_of(gate.issue(named(from), 0, now).value());
    };
    const auto of_other = asked(2);
    const auto of_sender = asked(1);
    for (int i = 0; i < 3000; ++i) REQUIRE(s.send(id, proof) == verdict::admitted);
    CHECK(asked(2) == of_other);
    CHECK(asked(1) > of_sender);
}

TEST_CASE("a flood while the clock was ahead is over when it is set back") {
    work_gate gate({.free_envelopes = 1, .most_bits = 8});
    sender s{gate};
    constexpr std::uint64_t ahead = now + 86'400;
    REQUIRE(s.send(some_id(), "", ahead) == verdict::admitted);
    REQUIRE(s.send(some_id(), "", ahead) == verdict::work_required);
    CHECK_FALSE(gate.look(0, now).high_load);
    CHECK(s.send(some_id(), "") == verdict::admitted);
    CHECK(s.send(some_id(), "") == verdict::work_required); // and it counts from here
    CHECK(s.send(some_id(), "", now + 120) == verdict::admitted);
}

TEST_CASE("what names an address is gone in its hour, though nobody comes") {
    channel_fixture f{server::config()};
    auto& names = f.app().http().names();
    const auto an_hour_ago = http::source_names::clock::now() - http::source_names::lifetime;
    names.renew(an_hour_ago);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    const auto name = [&] {
        return names.of({reinterpret_cast<const crypto::byte*>(&address), sizeof address}, an_hour_ago);
    };
    auto& gate = f.app().service().work;
    const auto before = name();
    gate.admit({kind::envelope, some_id(), "", before}, f.log->org(), 0, f.now, [](verdict) {});
    CHECK(gate.sources() == 1);
    CHECK(name() == before);
    f.now += 3600;
    f.app().upkeep().poll(f.now);
    CHECK(name() != before);
    CHECK(gate.sources() == 0);
}

TEST_CASE("the disk's last part is told of in bands") {
    work_gate gate(by_disk());
    using band = api::condition::storage_band;
    CHECK(gate.look(50, now).storage == band::ample);
    CHECK(gate.look(51, now).storage == band::low);
    CHECK(gate.look(99, now).storage == band::low);
    CHECK(gate.look(100, now).storage == band::full);
    CHECK_FALSE(gate.look(100, now).high_load);
    CHECK_FALSE(gate.issue(named(1), 50, now));
    CHECK(gate.issue(named(1), 51, now));
}

TEST_CASE("under load what is stored already costs what is new, over HTTP") {
    server::config c;
    c.free_envelopes = 1;
    c.free_chunks = 1;
    channel_fixture f(c);
    CHECK(object_of(f.get("/work")).at("bits").as_int64() == 0);
    CHECK(object_of(f.get("/work")).size() == 1);
    const auto stored = crypto::make_chaff(1);
    const auto fresh = crypto::make_chaff(1);
    REQUIRE(f.binary(verb::post, "/envelopes", stored).status == 201);

    for (const auto& one : {stored, fresh})
        CHECK(problem_of(f.binary(verb::post, "/envelopes", one)) == "work-required");
    const auto prove = [&](bytes_view id) {
        const auto offer = object_of(f.get("/work"));
        CHECK(offer.at("expires_in").as_int64() == 120);
        const auto nonce = crypto::read_fixed<crypto::work_nonce>(offer, "nonce").value();
        CHECK(offer.at("bits").as_int64() == crypto::bits_of(nonce));
        return crypto::to_text(crypto::do_work(f.log->org(), nonce, id, {}).value());
    };
    const auto post = [&](const bytes& one, const std::string& proof) {
        return f.send({.method = verb::post,
                       .path = "/envelopes",
                       .body = one,
                       .type = http::binary_type,
                       .work = proof});
    };
    for (const auto& one : {stored, fresh}) {
        const auto proof = prove(crypto::id_of(one).view());
        CHECK(post(one, proof).status == 201);
        CHECK(post(one, proof).status == 201);
        CHECK(problem_of(post(one, "")) == "work-required");
    }
    CHECK(problem_of(f.binary(verb::post, "/envelopes", bytes(10))) == "bad-envelope");

    const crypto::address at = crypto::random_fixed<crypto::address>();
    const bytes chunk(crypto::chunk_size, 7);
    const auto path = "/blobs/" + hex(at);
    CHECK(problem_of(f.binary(verb::put, path, chunk)) == "work-required");
    const auto proof = prove(at.view());
    const auto put = [&](const bytes& one) {
        return f.send(
            {.method = verb::put, .path = path, .body = one, .type = http::binary_type, .work = proof});
    };
    CHECK(put(chunk).status == 201);
    CHECK(put(chunk).status == 201);
    CHECK(problem_of(put(bytes(crypto::chunk_size, 8))) == "taken");

    f.now += 300; // and it is over by itself
    CHECK(object_of(f.get("/work")).at("bits").as_int64() == 0);
    CHECK(f.binary(verb::post, "/envelopes", crypto::make_chaff(1)).status == 201);
}

TEST_CASE("how the channel is, is told to reviewers and admins alone") {
    server::config c;
    c.free_envelopes = 1;
    channel_fixture f(c);
    CHECK(problem_of(f.get("/condition")) == "unauthorised");
    const auto reviewer = f.reviewer_bearer(f.first);
    auto told = object_of(f.get("/condition", reviewer));
    CHECK(told.size() == 2);
    CHECK(told.at("storage").as_string() == "ample");
    CHECK(told.at("load").as_string() == "calm");
    REQUIRE(f.binary(verb::post, "/envelopes", crypto::make_chaff(1)).status == 201);
    told = object_of(f.get("/condition", f.admin_bearer()));
    CHECK(told.at("load").as_string() == "high");
}
