// One statement's text, and each kind of body: what parses must survive being written and parsed again.
#include "crypto/statement.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace changgu;
using namespace changgu::crypto;

namespace {

template <class Read> void round_trip(const json::object& object, Read read) {
    const auto first = read(object);
    if (!first) return;
    const json::object written = to_json(*first);
    const auto second = read(written);
    REQUIRE_PROPERTY(second && to_json(*second) == written);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::start();
    const auto s = parse_statement(as_text(fuzz::input(data, size)));
    if (!s) return 0;
    const auto again = parse_statement(statement_text(*s));
    REQUIRE_PROPERTY(again && again->seq == s->seq && again->prev == s->prev && again->type == s->type &&
                     again->body == s->body);
    round_trip(s->body, root_set_from_json);
    round_trip(s->body, genesis_from_json);
    round_trip(s->body, reviewer_from_json);
    round_trip(s->body, epoch_from_json);
    round_trip(s->body, retire_from_json);
    round_trip(s->body, policy_entry_from_json);
    (void)revoke_from_json(s->body);
    return 0;
}
