// An envelope from outside: as it comes, and with a header that opens, so that what is behind the cipher is
// reached too.
#include "crypto/envelope.hpp"
#include "crypto/hash.hpp"
#include "crypto/message.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <sodium.h>

using namespace changgu;
using namespace changgu::crypto;

namespace {

constexpr std::uint32_t epoch = 3;
const org_id org{};
const context_id context{};

// The input is the padded block of an envelope whose slot 0 is ours.
bytes around(bytes_view input, const box_key_pair& mine) {
    content_key key;
    bytes out{suite1::id};
    append(out, big_endian(epoch));
    out.resize(suite1::commitment_offset);
    bytes share{0};
    append(share, key.view());
    crypto_box_seal(out.data() + suite1::slots_offset, share.data(), share.size(), mine.public_key.data());
    append(out, blake2b_keyed<hash256>(key.view(), {out}).view());

    bytes block(input.begin(),
                input.begin() + static_cast<std::ptrdiff_t>(std::min(input.size(), suite1::block_size)));
    block.resize(suite1::block_size);
    bytes ad(org.value.begin(), org.value.end());
    append(ad, context.view());
    append(ad, out);
    const std::array<byte, 24> nonce{};
    bytes sealed(block.size() + 16);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data(), nullptr, block.data(), block.size(), ad.data(),
                                               ad.size(), nullptr, nonce.data(), key.data());
    append(out, sealed);
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::start();
    static const box_key_pair mine = box_key_pair_from(fuzz::fixed_seed(1));
    bytes_view in = fuzz::input(data, size);
    const byte choice = fuzz::take_choice(in);

    const bytes crafted = choice % 2 == 1 ? around(in, mine) : bytes(in.begin(), in.end());
    if (const auto header = read_header(crafted))
        REQUIRE_PROPERTY(crafted.size() == envelope_size_of(header->suite));
    const auto opened = open_envelope(org, crafted, epoch, context, choice / 2 % 17, mine);
    if (!opened) return 0;
    REQUIRE_PROPERTY(opened->message.json.size() <= max_inflated_size);
    // No input has a signature of ours, so what opened is of a kind that cannot be checked and is no message.
    REQUIRE_PROPERTY(!report_of(opened->message) && !follow_up_of(opened->message) &&
                     !reply_of(opened->message));
    return 0;
}
