// What the vectors leave to say of the key log: that a refused statement leaves no trace, and what mutation
// does.
#include "crypto/key_log.hpp"

#include "tests/crypto/log_writer.hpp"
#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

namespace changgu::test {

TEST_CASE("a refused statement leaves the log as it was") {
    log_writer w;
    w.reviewers({1, 2}).epoch(1, {1, 2}, 0);
    key_log log = key_log::verify(w.org, w.notes).value();
    const log_position head = log.head();

    std::vector<std::string> refused{"", "no note\n"};
    const auto refuse = [&](auto change) {
        log_writer copy = w;
        change(copy);
        refused.push_back(copy.notes.back());
    };
    refuse([](log_writer& x) { x.add(statement_type::reviewer, to_json(reviewer_numbered(3)), {"root-a"}); });
    refuse([](log_writer& x) { x.epoch(2, {1, 9}, 31); });
    refuse([](log_writer& x) { x.epoch(3, {1}, 31); });
    refuse([](log_writer& x) { x.revoke(9); });
    refuse([](log_writer& x) { x.retire(9); });
    refuse([](log_writer& x) {
        x.add(statement_type::roots, to_json(roots_named({"root-z"}, 1, "recovery")), {"root-a", "root-b"});
    });
    refuse([](log_writer& x) { x.add(statement_type::policy, {{"policy", json::object{}}}); });
    for (const std::string& note : refused) CHECK_FALSE(log.append(note).has_value());

    CHECK(log.head() == head);
    CHECK(log.size() == 4);
    CHECK(log.reviewers().size() == 2);
    CHECK(log.epochs().size() == 1);
    CHECK(log.last_epoch() == 1);
    CHECK(log.roots() == roots_named({"root-a", "root-b"}, 2, "recovery"));
    CHECK(log.rules() == small_policy());
    w.revoke(2);
    CHECK(log.append(w.notes.back()).has_value());
    CHECK(log.find_reviewer(2)->revoked);
}

TEST_CASE("the next text is the next statement") {
    log_writer w;
    key_log log = key_log::start(w.notes.front()).value();
    CHECK(log.org() == w.org);
    const std::array<note_signer, 2> roots{root_named("root-a"), root_named("root-b")};
    const std::string text = log.next_text(statement_type::reviewer, to_json(reviewer_numbered(1)));
    REQUIRE(log.append(sign_note(text, roots)).has_value());
    CHECK(log.head() == log_position{1, sha256(as_bytes(text))});
    CHECK(log.find_reviewer(1) != nullptr);
    CHECK(log.find_reviewer(2) == nullptr);
    CHECK(outcome(log.append(sign_note(text, roots))) == "broken_chain"); // not twice
}

TEST_CASE("a statement of one organisation means nothing in another") {
    log_writer a;
    log_writer b([] {
        policy p = small_policy();
        p.fill = 16;
        return p;
    }());
    CHECK(a.org != b.org);
    a.reviewers({1});
    key_log log = key_log::verify(b.org, b.notes).value();
    CHECK(outcome(log.append(a.notes.back())) == "broken_chain");

    // Even in the right place of the chain, an intake key signed in the one is no intake key of the other.
    b.reviewers({1});
    b.add(statement_type::epoch, to_json(a.epoch_of(1, {1}, 0)));
    CHECK(outcome(key_log::verify(b.org, b.notes)) == "bad_signature");
}

TEST_CASE("slots follow the order of the epoch statement") {
    log_writer w;
    w.reviewers({1, 2, 3}).epoch(1, {3, 1}, 0);
    const key_log log = key_log::verify(w.org, w.notes).value();
    const epoch* e = log.find_epoch(1);
    REQUIRE(e != nullptr);
    CHECK(e->slot_of(3) == 0);
    CHECK(e->slot_of(1) == 1);
    CHECK_FALSE(e->slot_of(2).has_value());
    CHECK(e->statement == w.head());
}

TEST_CASE("a flipped bit anywhere in a signed statement is refused") {
    log_writer w;
    const std::string whole = w.notes.front();
    for (std::size_t at = 0; at < whole.size(); ++at) {
        std::string altered = whole;
        altered[at] = static_cast<char>(altered[at] ^ (1 << (at % 7)));
        const std::vector<std::string> notes{altered};
        CHECK_MESSAGE(!key_log::verify(w.org, notes).has_value(), "byte ", at);
    }
    w.reviewers({1});
    const std::string next = w.notes.back();
    key_log log = key_log::start(whole).value();
    for (std::size_t at = 0; at < next.size(); ++at) {
        std::string altered = next;
        altered[at] = static_cast<char>(altered[at] ^ (1 << (at % 7)));
        CHECK_MESSAGE(!log.append(altered).has_value(), "byte ", at);
    }
    CHECK(log.append(next).has_value());
}

} // namespace changgu::test
