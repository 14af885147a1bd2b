// A keyring file: its header and parameters, and the JSON that is inside.
#include "crypto/keyring.hpp"
#include "crypto/reviewer_keyring.hpp"
#include "crypto/root_keyring.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace changgu;
using namespace changgu::crypto;

namespace {

template <class Keyring> void round_trip(std::string_view text) {
    const auto first = Keyring::from_json_text(text);
    if (!first) return;
    const secret_buffer written = first->to_json_text();
    const auto second = Keyring::from_json_text(written.text());
    REQUIRE_PROPERTY(second && second->to_json_text().text() == written.text());
}

// Argon2id with these parameters would take too long for a fuzzer.
bool is_costly(bytes_view file) {
    if (file.size() < 20) return false;
    const auto passes = from_big_endian<std::uint32_t>(file.subspan(12, 4));
    const auto memory = from_big_endian<std::uint32_t>(file.subspan(16, 4));
    return passes >= 1 && passes <= 10 && memory >= 8'192 && memory <= 1'048'576 && passes * memory > 8'192;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::start();
    static const symmetric_key key = symmetric_key::from(fuzz::fixed_seed(6).view()).value();
    bytes_view in = fuzz::input(data, size);
    switch (fuzz::take_choice(in) % 4) {
    case 0: // a header as it comes; the size classes are the first thing that is checked, so one is made up
    case 1: {
        bytes file(in.begin(), in.end());
        if (file.size() > 60) file.resize(keyring_sizes[0]);
        if (!is_costly(file)) REQUIRE_PROPERTY(!open_keyring(file, as_bytes("no such passphrase")));
        REQUIRE_PROPERTY(!unwrap_keyring(file, key));
        break;
    }
    case 2:
        round_trip<reviewer_keyring>(as_text(in));
        round_trip<root_keyring>(as_text(in));
        break;
    default:
        if (const auto wrapped = wrap_keyring(in, key)) {
            const auto opened = unwrap_keyring(*wrapped, key);
            REQUIRE_PROPERTY(opened && std::ranges::equal(opened->view(), in));
        }
    }
    return 0;
}
