#include "crypto/enrolment.hpp"
#include "crypto/signing.hpp"
#include "crypto/statement.hpp"
#include "tests/vectors/vectors.hpp"

namespace changgu::test {

TEST_CASE("vectors: signatures of identities") {
    for_each_case("signing", [](const json::object& c, const std::string& expect, const json::object&) {
        const auto identity = sign_key_pair_from(value<seed>(c, "identity_seed"));
        CHECK(identity.public_key == value<sign_public_key>(c, "identity"));
        const auto org = value<org_id>(c, "org");
        const auto sig = value<signature>(c, "signature");
        const auto who = number(c, "number");
        const std::string_view what = text(c, "what");
        signature again;
        if (what == "prekey") {
            const auto epoch = number(c, "epoch");
            const auto key = value<box_public_key>(c, "key");
            CHECK(outcome(verify_prekey(identity.public_key, sig, org, who, epoch, key)) == expect);
            again = sign_prekey(identity, org, who, epoch, key);
        } else if (what == "sign_in") {
            const sign_in_challenge challenge{text(c, "origin"), value<hash256>(c, "nonce"), who,
                                              text(c, "scope")};
            CHECK(outcome(verify_sign_in(identity.public_key, sig, org, challenge)) == expect);
            again = sign_sign_in(identity.secret_key, org, challenge);
        } else if (what == "drained") {
            const auto epoch = number(c, "epoch");
            CHECK(outcome(verify_drained(identity.public_key, sig, org, who, epoch)) == expect);
            again = sign_drained(identity.secret_key, org, who, epoch);
        } else {
            FAIL("unknown signature");
        }
        CHECK((again == sig) == (expect == "ok"));
    });
}

TEST_CASE("vectors: enrolment") {
    for_each_case("enrolment", [](const json::object& c, const std::string& expect, const json::object&) {
        if (has(c, "text")) {
            const auto code = enrolment_code::parse(text(c, "text"));
            CHECK(outcome(code) == expect);
            if (!code) return;
            CHECK(code->id == value<enrolment_id>(c, "id"));
            CHECK(code->secret == value<enrolment_secret>(c, "secret"));
            return;
        }
        enrolment_request r{number(c, "number"), value<sign_public_key>(c, "identity"), {}};
        for (const json::value& p : list(c, "prekeys"))
            r.prekeys.push_back(prekey_from_json(p.as_object()).value());
        const auto code = enrolment_code::parse(text(c, "code")).value();
        CHECK(outcome(verify_enrolment(r, value<enrolment_mac>(c, "mac"), value<org_id>(c, "org"), code)) ==
              expect);
    });
}

} // namespace changgu::test
