// A case event from the server, and a chunk of a file.
#include "crypto/case_event.hpp"
#include "crypto/file_stream.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace changgu;
using namespace changgu::crypto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::start();
    static const case_key key = case_key::from(fuzz::fixed_seed(3).view()).value();
    static const sign_key_pair reviewer = sign_key_pair_from(fuzz::fixed_seed(4));
    bytes_view in = fuzz::input(data, size);
    const byte choice = fuzz::take_choice(in);
    if (choice % 2 == 0) {
        // Nobody without the key makes an event that opens.
        REQUIRE_PROPERTY(!open_event({}, key, choice, in));
        attachment about;
        about.chunks = file_classes[choice / 2 % file_classes.size()];
        const std::vector<bytes> chunks(about.chunks > 4 ? 1 : about.chunks, bytes(in.begin(), in.end()));
        REQUIRE_PROPERTY(!decrypt_file({}, about, chunks));
        return 0;
    }
    const auto object = parse_json(as_text(in));
    if (!object) return 0;
    auto sealed = seal_event({}, key, choice, reviewer, *object);
    if (!sealed) return 0;
    const auto opened = open_event({}, key, choice, *sealed);
    REQUIRE_PROPERTY(opened && opened->json.text() == json::serialize(*object));
    REQUIRE_PROPERTY(!open_event({}, key, choice + 1U, *sealed));
    return 0;
}
