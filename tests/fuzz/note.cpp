// A signed note.
#include "crypto/note.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <string>

using namespace changgu;
using namespace changgu::crypto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::start();
    static const note_signer signer{"root-a", sign_key_pair_from(fuzz::fixed_seed(5))};
    const std::string_view text = as_text(fuzz::input(data, size));
    if (const auto parsed = parse_note(text)) {
        REQUIRE_PROPERTY(text.starts_with(parsed->text) && !parsed->signatures.empty());
        (void)check_signature(*parsed, signer.verifier());
    }
    if (text.empty() || text.back() != '\n' || text.size() > max_note_size / 2) return 0;
    const auto own = parse_note(sign_note(text, {&signer, 1}));
    REQUIRE_PROPERTY(own && own->text == text &&
                     check_signature(*own, signer.verifier()) == note_check::valid);
    return 0;
}
