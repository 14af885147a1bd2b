#include "crypto/receipt.hpp"
#include "tests/vectors/vectors.hpp"

namespace changgu::test {
namespace {

void check_derived(const json::object& c) {
    const auto r = value<receipt>(c, "receipt");
    CHECK(receipt_words(r, language::korean).text() == text(c, "korean"));
    CHECK(receipt_words(r, language::english).text() == text(c, "english"));
    CHECK(receipt_digits(r).text() == text(c, "digits"));
    CHECK(somebody_excluded(r) == c.at("somebody_excluded").as_bool());
    const auto keys = reporter_keys::derive_from(r, value<org_id>(c, "org"));
    CHECK(keys.author().public_key == value<sign_public_key>(c, "author"));
    CHECK(keys.reply().public_key == value<box_public_key>(c, "reply_key"));
    CHECK(thread_of(keys.author().public_key) == value<thread_id>(c, "thread"));
    REQUIRE(list(c, "tokens").size() == list(c, "addresses").size());
    for (std::size_t i = 0; i < list(c, "tokens").size(); ++i) {
        CHECK(to_base64(keys.token_at(i).view()) == list(c, "tokens")[i].as_string());
        CHECK(to_base64(keys.address_at(i).view()) == list(c, "addresses")[i].as_string());
    }
}

} // namespace

TEST_CASE("vectors: receipts") {
    for_each_case("receipt", [](const json::object& c, const std::string& expect, const json::object&) {
        if (!has(c, "text")) {
            check_derived(c);
            return;
        }
        unknown_word unknown{99};
        const auto parsed = parse_receipt(text(c, "text"), &unknown);
        CHECK(outcome(parsed) == expect);
        if (parsed) CHECK(*parsed == value<receipt>(c, "receipt"));
        CHECK(unknown.position == (has(c, "position") ? number(c, "position") : 99));
    });
}

} // namespace changgu::test
