// A block as it comes out of the cipher: padding, deflate, frame. Whatever is packed must come out again.
#include "crypto/frame.hpp"
#include "crypto/deflate.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace changgu;
using namespace changgu::crypto;

namespace {

constexpr std::size_t block_size = 6840;
const org_id org{};

bytes padded(bytes_view packed) {
    bytes block(packed.begin(), packed.end());
    block.push_back(0x80);
    block.resize(block_size);
    return block;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::start();
    static const sign_key_pair signer = sign_key_pair_from(fuzz::fixed_seed(2));
    const frame_place place{org, {}, {}};
    bytes_view in = fuzz::input(data, size);

    switch (fuzz::take_choice(in) % 4) {
    case 0: // any block
        (void)unpack_frame(in, place);
        break;
    case 1: // any deflated bytes
        if (in.size() < block_size) (void)unpack_frame(padded(in), place);
        break;
    case 2: // any frame
        if (const auto packed = deflate_raw(in, block_size - 1)) {
            const auto unpacked = unpack_frame(padded(packed->view()), place);
            REQUIRE_PROPERTY(unpacked || in.size() < frame_prefix_size || in.size() > max_inflated_size ||
                             !signing_tag(static_cast<message_kind>(in[0])).empty());
        }
        break;
    default: // any text, signed
        const auto block = pack_frame(message_kind::report, signer, as_text(in), place, block_size);
        if (!block) break;
        const auto unpacked = unpack_frame(block->view(), place);
        REQUIRE_PROPERTY(unpacked && unpacked->json.text() == as_text(in));
    }
    return 0;
}
