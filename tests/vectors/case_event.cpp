#include "crypto/case_event.hpp"
#include "crypto/receipt.hpp"
#include "tests/vectors/vectors.hpp"

namespace changgu::test {

TEST_CASE("vectors: case events") {
    for_each_case("case_event",
                  [](const json::object& c, const std::string& expect, const json::object& file) {
                      const auto key = value<case_key>(c, "case_key");
                      const auto j = number<std::uint64_t>(c, "j");
                      const auto opened = open_event(value<org_id>(c, "org"), key, j,
                                                     raw(file.at("events").as_object(), text(c, "event")));
                      CHECK(outcome(opened) == expect);
                      if (!opened) return;
                      CHECK(case_token(key, j) == value<token>(c, "token"));
                      CHECK(case_address(case_token(key, j)) == value<address>(c, "address"));
                      CHECK(opened->signer == value<sign_public_key>(c, "signer"));
                      CHECK(opened->json.text() == text(c, "json"));
                  });
}

TEST_CASE("vectors: snapshots") {
    for_each_case("snapshot", [](const json::object& c, const std::string& expect, const json::object&) {
        const json::object& snapshot = c.at("snapshot").as_object();
        const auto message = message_of_snapshot(value<org_id>(c, "org"), snapshot);
        CHECK(outcome(message) == expect);
        if (!message) return;
        CHECK(message->json.text() == text(snapshot, "json"));
        CHECK(thread_of(message->signer) == value<thread_id>(c, "thread"));
    });
}

} // namespace changgu::test
