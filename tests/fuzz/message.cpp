// The JSON of a message, of an attachment, of a snapshot: what parses must survive being written and parsed
// again.
#include "crypto/message.hpp"
#include "crypto/case_event.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace changgu;
using namespace changgu::crypto;

namespace {

template <class Message, class Read> void round_trip(const frame& f, Read read) {
    const auto first = read(f);
    if (!first) return;
    const std::string text = json::serialize(to_json(*first));
    frame again;
    again.kind = f.kind;
    again.json = secret_buffer(std::string_view(text));
    const auto second = read(again);
    REQUIRE_PROPERTY(second);
    REQUIRE_PROPERTY(json::serialize(to_json(*second)) == text);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::start();
    bytes_view in = fuzz::input(data, size);
    frame f;
    f.kind = static_cast<message_kind>(1 + fuzz::take_choice(in) % 5);
    f.json = secret_buffer(in);
    round_trip<report>(f, report_of);
    round_trip<follow_up>(f, follow_up_of);
    round_trip<reply>(f, reply_of);
    round_trip<handover>(f, handover_of);
    if (f.kind == message_kind::event)
        if (const auto object = parse_json(as_text(in))) (void)message_of_snapshot({}, *object);
    return 0;
}
