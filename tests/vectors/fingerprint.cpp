#include "crypto/fingerprint.hpp"
#include "tests/vectors/vectors.hpp"

namespace changgu::test {

TEST_CASE("vectors: fingerprints") {
    for_each_case("fingerprint", [](const json::object& c, const std::string& expect, const json::object&) {
        if (has(c, "genesis_text")) {
            const org_id org = org_of(text(c, "genesis_text"));
            CHECK(org == value<org_id>(c, "org"));
            CHECK(to_fingerprint_words(org, language::korean) == text(c, "korean"));
            CHECK(to_fingerprint_words(org, language::english) == text(c, "english"));
            CHECK(to_hex(org.view()) == text(c, "hex"));
            return;
        }
        unknown_word unknown{99};
        const auto parsed = parse_fingerprint(text(c, "text"), &unknown);
        CHECK(outcome(parsed) == expect);
        if (parsed) CHECK(*parsed == value<org_id>(c, "org"));
        CHECK(unknown.position == (has(c, "position") ? number(c, "position") : 99));
    });
}

} // namespace changgu::test
