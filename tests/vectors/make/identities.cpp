// signing, enrolment: what identities sign outside envelopes, and how a new one is vouched for.
#include "crypto/enrolment.hpp"
#include "crypto/signing.hpp"
#include "crypto/statement.hpp"
#include "tests/vectors/make/office.hpp"

namespace changgu::vectors {

json::object make_signing() {
    json::array cases;
    const auto identity = office::reviewer();
    const auto base = [&](std::string_view name, std::string_view what, const signature& s,
                          std::string_view expect) {
        return json::object{{"name", std::string(name)},
                            {"what", std::string(what)},
                            {"identity_seed", b64(made_of<seed>("reviewer"))},
                            {"identity", b64(identity.public_key)},
                            {"org", b64(office::org)},
                            {"signature", b64(s)},
                            {"expect", std::string(expect)}};
    };
    const auto key = office::recipient(0).public_key;
    const auto prekey_case = [&](std::string_view name, const signature& s, std::uint32_t number,
                                 std::uint32_t epoch, std::string_view expect) {
        json::object c = base(name, "prekey", s, expect);
        c["number"] = number;
        c["epoch"] = epoch;
        c["key"] = b64(key);
        cases.emplace_back(std::move(c));
    };
    const auto prekey_signature = sign_prekey(identity, office::org, 3, 7, key);
    prekey_case("a prekey", prekey_signature, 3, 7, "ok");
    prekey_case("a prekey for another epoch", prekey_signature, 3, 8, "bad_signature");
    prekey_case("a prekey of another number", prekey_signature, 4, 7, "bad_signature");
    prekey_case("a prekey in another organisation",
                sign_prekey(identity, made_of<org_id>("another org"), 3, 7, key), 3, 7, "bad_signature");
    prekey_case("a prekey signed by another", sign_prekey(office::author(), office::org, 3, 7, key), 3, 7,
                "bad_signature");

    const auto nonce = made_of<hash256>("nonce");
    const sign_in_challenge challenge{"https://report.hanbit.example", nonce, 3, "reviewer"};
    const auto sign_in_signature = sign_sign_in(identity.secret_key, office::org, challenge);
    const auto sign_in_case = [&](std::string_view name, const sign_in_challenge& c,
                                  std::string_view expect) {
        json::object one = base(name, "sign_in", sign_in_signature, expect);
        one["origin"] = std::string(c.origin);
        one["nonce"] = b64(c.nonce);
        one["number"] = c.number;
        one["scope"] = std::string(c.scope);
        cases.emplace_back(std::move(one));
    };
    sign_in_case("a sign-in", challenge, "ok");
    sign_in_case("a sign-in at another origin", {"https://evil.example", nonce, 3, "reviewer"},
                 "bad_signature");
    sign_in_case("a sign-in with another nonce",
                 {challenge.origin, made_of<hash256>("nonce 2"), 3, "reviewer"}, "bad_signature");
    sign_in_case("a sign-in of another number", {challenge.origin, nonce, 4, "reviewer"}, "bad_signature");
    sign_in_case("a sign-in to another scope", {challenge.origin, nonce, 3, "keyring"}, "bad_signature");

    const auto drained_case = [&](std::string_view name, const signature& s, std::uint32_t epoch,
                                  std::string_view expect) {
        json::object c = base(name, "drained", s, expect);
        c["number"] = 3;
        c["epoch"] = epoch;
        cases.emplace_back(std::move(c));
    };
    const auto drained = sign_drained(identity.secret_key, office::org, 3, 7);
    drained_case("drained", drained, 7, "ok");
    drained_case("another epoch drained", drained, 6, "bad_signature");
    drained_case("a prekey's signature for drained", prekey_signature, 7, "bad_signature");
    return file_of("Signatures by identities, outside envelopes: deterministic Ed25519 under a tag.",
                   std::move(cases));
}

json::object make_enrolment() {
    json::array cases;
    const enrolment_code code{made_of<enrolment_id>("enrolment id"), made_of<enrolment_secret>("secret")};
    const std::string text(code.to_text().text());
    const auto parses = [&](std::string_view name, std::string_view typed, std::string_view expect) {
        json::object c{
            {"name", std::string(name)}, {"text", std::string(typed)}, {"expect", std::string(expect)}};
        if (expect == "ok") {
            c["id"] = b64(code.id);
            c["secret"] = b64(code.secret);
        }
        cases.emplace_back(std::move(c));
    };
    std::string plain = text;
    std::erase(plain, '-');
    std::string capitals = text;
    for (char& c : capitals)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    std::string other = text;
    other[0] = other[0] == 'a' ? 'b' : 'a';
    parses("a code", text, "ok");
    parses("a code without hyphens", plain, "ok");
    parses("a code in capitals", capitals, "ok");
    parses("another letter", other, "bad_checksum");
    parses("two letters are missing", text.substr(2), "bad_encoding");
    parses("a group is missing", text.substr(6), "bad_encoding");
    parses("eight letters too few", plain.substr(0, 32), "bad_length");
    parses("eight letters too many", plain + "aaaaaaaa", "bad_length");
    parses("a digit that base32 has not", "1" + plain.substr(1), "bad_encoding");
    parses("nothing", "", "bad_length");

    const ratchet keys(7, made_of<seed>("ratchet seed"));
    const auto add = [&](std::string_view name, const enrolment_request& r, const enrolment_mac& mac,
                         std::string_view expect) {
        json::array prekeys;
        for (const prekey& p : r.prekeys) prekeys.emplace_back(to_json(p));
        cases.emplace_back(json::object{{"name", std::string(name)},
                                        {"code", text},
                                        {"org", b64(office::org)},
                                        {"number", r.number},
                                        {"identity", b64(r.identity)},
                                        {"prekeys", prekeys},
                                        {"mac", b64(mac)},
                                        {"expect", std::string(expect)}});
    };
    const enrolment_request good{3, office::reviewer().public_key,
                                 keys.publish(office::reviewer(), office::org, 3, 7, 3).value()};
    const enrolment_mac mac = mac_of(good, office::org, code);
    add("a request", good, mac, "ok");
    enrolment_request altered = good;
    altered.identity = office::author().public_key;
    add("another identity", altered, mac, "bad_mac");
    altered = good;
    altered.prekeys.pop_back();
    add("a prekey is missing", altered, mac, "bad_mac");
    altered = good;
    altered.number = 4;
    add("another number", altered, mac, "bad_mac");
    altered = good;
    altered.prekeys[1].epoch = 99;
    add("a prekey that its identity did not sign", altered, mac_of(altered, office::org, code),
        "bad_signature");
    add("made with another code", good,
        mac_of(good, office::org, {code.id, made_of<enrolment_secret>("another secret")}), "bad_mac");
    return file_of("Enrolment codes as typed, and requests as the admin's machine checks them.",
                   std::move(cases));
}

} // namespace changgu::vectors
