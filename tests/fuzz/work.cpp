// The value of the header Changgu-Work: one text for one proof, and no work for more bits than a client does.
#include "crypto/work.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace changgu;
using namespace changgu::crypto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::start();
    const std::string_view text = as_text(fuzz::input(data, size));
    const auto proof = parse_work(text);
    if (!proof) return 0;
    REQUIRE_PROPERTY(text.size() == work_text_size && to_text(*proof) == text);
    // The cheap half of a verification; the dear half waits for whoever has a ticket.
    const auto seed = work_seed(org_id{}, proof->nonce, hash256{}.view());
    (void)has_ticket(seed, *proof);
    REQUIRE_PROPERTY(bits_of(proof->nonce) <= most_work_bits ||
                     !do_work(org_id{}, proof->nonce, hash256{}.view(), {}));
    return 0;
}
