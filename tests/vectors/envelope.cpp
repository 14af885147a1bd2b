#include "crypto/hash.hpp"
#include "tests/vectors/sealed.hpp"

namespace changgu::test {

TEST_CASE("vectors: envelopes") {
    for_each_case("envelope", [](const json::object& c, const std::string& expect, const json::object& file) {
        const bytes envelope = raw(file.at("envelopes").as_object(), text(c, "envelope"));
        const auto opened = open_case(c, envelope);
        CHECK(outcome(opened) == expect);
        if (!opened) {
            CHECK(is_alarm(opened.error()) == c.at("alarm").as_bool());
            return;
        }
        CHECK(static_cast<std::uint32_t>(opened->message.kind) == number(c, "kind"));
        CHECK(!signing_tag(opened->message.kind).empty() == c.at("signature_checked").as_bool());
        CHECK(opened->message.signer == value<sign_public_key>(c, "signer"));
        CHECK(opened->message.json.text() == text(c, "json"));
        CHECK(opened->header_hash == value<hash256>(c, "header_hash"));
        CHECK(opened->header_hash == blake2b<hash256>({bytes_view(envelope).first(1336)}));
        CHECK(opened->key == value<content_key>(c, "content_key"));
        CHECK(case_key_of(opened->key) == value<case_key>(c, "case_key"));
        CHECK(id_of(envelope) == value<envelope_id>(c, "id"));
        CHECK(envelope.size() == 8192);
    });
}

} // namespace changgu::test
