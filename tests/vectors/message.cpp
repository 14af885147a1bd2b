#include "crypto/message.hpp"
#include "tests/vectors/vectors.hpp"

namespace changgu::test {
namespace {

template <class Message>
void check(const result<Message>& m, const json::object& c, const std::string& expect) {
    CHECK(outcome(m) == expect);
    if (m) CHECK(json::value(to_json(*m)) == c.at("fields"));
}

} // namespace

TEST_CASE("vectors: messages") {
    for_each_case("message", [](const json::object& c, const std::string& expect, const json::object&) {
        const frame f{
            static_cast<message_kind>(number(c, "kind")), {}, {}, secret_buffer(bytes_view(raw(c, "json")))};
        const std::string_view as = text(c, "read_as");
        if (as == "report")
            check(report_of(f), c, expect);
        else if (as == "follow_up")
            check(follow_up_of(f), c, expect);
        else if (as == "reply")
            check(reply_of(f), c, expect);
        else if (as == "handover")
            check(handover_of(f), c, expect);
        else
            FAIL("unknown message");
    });
}

} // namespace changgu::test
