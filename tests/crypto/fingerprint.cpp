#include "crypto/fingerprint.hpp"

#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

namespace changgu::test {

TEST_CASE("fingerprints survive being written and read") {
    for (int i = 0; i < 50; ++i) {
        const auto org = random_fixed<org_id>();
        for (const language in : {language::korean, language::english})
            CHECK(parse_fingerprint(to_fingerprint_words(org, in)).value() == org);
        CHECK(parse_fingerprint(to_hex(org.view())).value() == org);
    }
    CHECK(org_of("a\n") != org_of("b\n"));
    CHECK(outcome(parse_fingerprint("")) == "bad_length");
}

} // namespace changgu::test
