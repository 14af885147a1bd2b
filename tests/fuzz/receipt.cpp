// What people type: receipts, fingerprints, enrolment codes.
#include "crypto/receipt.hpp"
#include "crypto/enrolment.hpp"
#include "crypto/fingerprint.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace changgu;
using namespace changgu::crypto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::start();
    const std::string_view text = as_text(fuzz::input(data, size));
    unknown_word unknown;
    if (const auto r = parse_receipt(text, &unknown)) {
        for (const auto in : {language::korean, language::english})
            REQUIRE_PROPERTY(parse_receipt(receipt_words(*r, in).text()).value() == *r);
        REQUIRE_PROPERTY(parse_receipt(receipt_digits(*r).text()).value() == *r);
    } else if (r.error() == errc::word_not_in_list) {
        REQUIRE_PROPERTY(unknown.position < receipt_word_count);
    }
    if (const auto org = parse_fingerprint(text, &unknown))
        for (const auto in : {language::korean, language::english})
            REQUIRE_PROPERTY(parse_fingerprint(to_fingerprint_words(*org, in)).value() == *org);
    if (const auto code = enrolment_code::parse(text)) {
        const auto again = enrolment_code::parse(code->to_text().text());
        REQUIRE_PROPERTY(again && again->id == code->id && again->secret == code->secret);
    }
    return 0;
}
