#include "server/client/case_view.hpp"

#include "tests/crypto/log_writer.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace changgu;
using namespace changgu::test;

namespace {

struct log_of_two {
    log_of_two() {
        initialise();
        log_writer w;
        w.reviewers({1, 2});
        log.emplace(key_log::verify(w.org, w.notes).value());
    }
    // Seals and opens an event, as it would come from the server.
    [[nodiscard]] frame event(std::uint32_t by, std::uint64_t j, const json::object& body) const {
        const auto sealed = seal_event(log->org(), key, j, identity_of(by), body).value();
        return open_event(log->org(), key, j, sealed).value();
    }
    std::optional<key_log> log;
    case_key key = case_key::random();
};

} // namespace

TEST_CASE("events fold in order") {
    const log_of_two l;
    client::case_view c;
    CHECK(c.take(*l.log, 0, l.event(1, 0, {{"type", "status"}, {"status", "reviewing"}, {"at", 60}}))
              .has_value());
    CHECK(c.take(*l.log, 1, l.event(2, 1, {{"type", "assign"}, {"number", 2}})).has_value());
    CHECK(c.take(*l.log, 2, l.event(1, 2, {{"type", "due"}, {"due", 1000}})).has_value());
    CHECK(c.take(*l.log, 3, l.event(1, 3, {{"type", "close"}, {"reason", "done"}})).has_value());
    CHECK(c.status == "closed");
    CHECK(c.assignee == 2);
    CHECK(c.due == 1000);
    CHECK(c.closing_reason == "done");
    REQUIRE(c.events.size() == 4);
    CHECK(c.events[0].by == 1);
    CHECK(c.events[0].at == 60);
    CHECK(c.events[1].by == 2);
}

TEST_CASE("tags come off, and reasons must be there") {
    const log_of_two l;
    client::case_view c;
    const auto take = [&](const json::object& body) {
        return c.take(*l.log, c.events.size(), l.event(1, c.events.size(), body)).has_value();
    };
    CHECK(take({{"type", "tag"}, {"tag", "urgent"}}));
    CHECK(take({{"type", "tag"}, {"tag", "budget"}}));
    CHECK(take({{"type", "untag"}, {"tag", "urgent"}}));
    CHECK(take({{"type", "untag"}, {"tag", "never put"}}));
    CHECK(c.tags == std::vector<std::string>{"budget"});
    CHECK(take({{"type", "recusal"}, {"reason", "A friend of mine"}}));
    CHECK(take({{"type", "extension"}, {"reason", "A witness is abroad"}}));
    CHECK(take({{"type", "handover"}, {"number", 2}}));
    CHECK(c.events.size() == 7);
    CHECK_FALSE(take({{"type", "untag"}}));
    CHECK_FALSE(take({{"type", "recusal"}}));
    CHECK_FALSE(take({{"type", "extension"}, {"reason", 1}}));
    CHECK_FALSE(take({{"type", "handover"}, {"number", 0}}));
    CHECK_FALSE(c.begins_with_report());
}

TEST_CASE("a type from the future is kept and changes nothing") {
    const log_of_two l;
    client::case_view c;
    CHECK(c.take(*l.log, 0, l.event(1, 0, {{"type", "poll"}, {"status", "closed"}})).has_value());
    CHECK(c.status == "received");
    CHECK(c.events.at(0).type == "poll");
}

TEST_CASE("what a reviewer did not sign, or signed badly, is not believed") {
    const log_of_two l;
    client::case_view c;
    const json::object status{{"type", "status"}, {"status", "closed"}};
    CHECK(c.take(*l.log, 0, l.event(3, 0, status)).error() == client::errc::bad_case); // nobody in the log
    CHECK(c.take(*l.log, 0, l.event(1, 0, {{"type", "status"}, {"status", "won"}})).error() ==
          client::errc::bad_case);
    CHECK(c.take(*l.log, 0, l.event(1, 0, {{"status", "closed"}})).error() == client::errc::bad_case);
    CHECK(c.status == "received");
    CHECK(c.events.empty());
}

TEST_CASE("a snapshot of another thread is refused") {
    const log_of_two l;
    report m;
    m.addresses.resize(advertised_addresses);
    m.category = "other";
    m.text = "text";
    const auto author = random_sign_key_pair();
    const std::string text = json::serialize(to_json(m));
    const hash256 header{};
    const context_id context{};
    const auto block =
        pack_frame(message_kind::report, author, text, {l.log->org(), header, context}, 6840).value();
    const frame message = unpack_frame(block.view(), {l.log->org(), header, context}).value();
    const auto snapshot = l.event(1, 0, snapshot_of(message, header, context));

    client::case_view own;
    own.thread = thread_of(author.public_key);
    CHECK(own.take(*l.log, 0, snapshot).has_value());
    CHECK(own.messages.size() == 1);
    client::case_view other;
    other.thread = random_fixed<thread_id>();
    CHECK(other.take(*l.log, 0, snapshot).error() == client::errc::bad_case);
    CHECK(other.messages.empty());
}

TEST_CASE("case numbers are six digits and differ") {
    std::set<std::string> seen;
    for (int i = 0; i < 50; ++i) {
        const auto n = client::new_case_number();
        CHECK(n.size() == 8);
        CHECK(n.starts_with("C-"));
        CHECK(n.find_first_not_of("0123456789", 2) == std::string::npos);
        seen.insert(n);
    }
    CHECK(seen.size() > 40);
}
