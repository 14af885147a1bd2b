// keyring, locker: what reviewers and admins keep.
#include "crypto/keyring.hpp"
#include "crypto/locker.hpp"
#include "crypto/reviewer_keyring.hpp"
#include "crypto/root_keyring.hpp"
#include "tests/vectors/make/office.hpp"

#include <sodium.h>

namespace changgu::vectors {
namespace {

reviewer_keyring a_reviewer() {
    reviewer_keyring k;
    k.org = office::org;
    k.origin = "https://report.hanbit.example";
    k.number = 3;
    k.identity_seed = made_of<seed>("reviewer");
    k.keys = ratchet(7, made_of<seed>("ratchet seed"));
    k.draining = {{6, 41}};
    k.log = office::log();
    k.after_batch = 40;
    k.cases.emplace(made_of<thread_id>("thread"), made_of<case_key>("case key"));
    return k;
}

root_keyring a_root() {
    root_keyring k;
    k.org = office::org;
    k.origin = "https://report.hanbit.example";
    k.keys.push_back({"root-a", made_of<seed>("root-a")});
    k.invitations.push_back(
        {4, {made_of<enrolment_id>("enrolment id"), made_of<enrolment_secret>("secret")}});
    return k;
}

} // namespace

json::object make_keyring() {
    json::array cases;
    const std::string passphrase = "정말 긴 passphrase";
    const argon2_cost cost{1, 8'192};
    const auto add = [&](std::string_view name, const bytes& file, std::string_view typed,
                         std::string_view expect, std::string_view text = {}, std::string_view holds = {}) {
        json::object c{{"name", std::string(name)},
                       {"passphrase", std::string(typed)},
                       {"keyring", b64(file)},
                       {"expect", std::string(expect)}};
        if (expect == "ok") c["json"] = std::string(text);
        if (!holds.empty()) c["holds"] = std::string(holds);
        cases.emplace_back(std::move(c));
    };
    const secret_buffer reviewer = a_reviewer().to_json_text();
    const secret_buffer root = a_root().to_json_text();
    const bytes good = seal_keyring(reviewer.view(), as_bytes(passphrase), cost).value();
    add("a reviewer's", good, passphrase, "ok", reviewer.text(), "reviewer");
    add("an admin's", seal_keyring(root.view(), as_bytes(passphrase), {2, 16'384}).value(), passphrase, "ok",
        root.text(), "root");
    const std::string largest = "{\"x\":\"" + std::string(4'096 - 76 - 1 - 8, 'a') + "\"}";
    add("the most that 4 KiB hold", seal_keyring(as_bytes(largest), as_bytes(passphrase), cost).value(),
        passphrase, "ok", largest);
    const std::string more = largest + " ";
    add("one byte more takes 16 KiB", seal_keyring(as_bytes(more), as_bytes(passphrase), cost).value(),
        passphrase, "ok", more);

    const auto altered = [&](std::string_view name,
                             std::initializer_list<std::pair<std::size_t, byte>> changes,
                             std::string_view expect) {
        bytes b = good;
        for (const auto& [at, value] : changes) b[at] = value;
        add(name, b, passphrase, expect);
    };
    add("another passphrase", good, "정말 긴 passphrasf", "wrong_passphrase");
    add("no passphrase", good, "", "wrong_passphrase");
    altered("an altered body", {{2'000, static_cast<byte>(good[2'000] ^ 1U)}}, "wrong_passphrase");
    altered("an altered salt", {{20, static_cast<byte>(good[20] ^ 1U)}}, "wrong_passphrase");
    altered("no passes", {{15, 0}}, "bad_parameters");
    altered("eleven passes", {{15, 11}}, "bad_parameters");
    altered("a byte less than 8 MiB", {{18, 0x1F}, {19, 0xFF}}, "bad_parameters");
    altered("more than 1 GiB", {{17, 0x10}, {18, 0}, {19, 1}}, "bad_parameters");
    altered("4 TiB", {{16, 0xFF}, {17, 0xFF}, {18, 0xFF}, {19, 0xFF}}, "bad_parameters");
    altered("another magic", {{0, 'c'}}, "not_a_keyring");
    altered("version 2", {{8, 2}}, "unknown_version");
    altered("a wrapped keyring", {{9, 2}}, "unknown_version");
    altered("a reserved byte", {{11, 1}}, "nonzero_reserved");
    add("cut short", bytes(good.begin(), good.end() - 1), passphrase, "not_a_keyring");
    add("nothing", {}, passphrase, "not_a_keyring");

    bytes unpadded(good.begin(), good.begin() + 60);
    symmetric_key key;
    if (crypto_pwhash(key.data(), key.size(), passphrase.data(), passphrase.size(), unpadded.data() + 20,
                      cost.passes, std::size_t{cost.memory_kib} * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0)
        throw std::bad_alloc();
    const bytes zeros(4'096 - 76);
    bytes sealed(zeros.size() + 16);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data(), nullptr, zeros.data(), zeros.size(),
                                               unpadded.data(), unpadded.size(), nullptr,
                                               unpadded.data() + 36, key.data());
    append(unpadded, sealed);
    add("no padding", unpadded, passphrase, "bad_padding");
    return file_of("Keyring files. Argon2id costs little here: passes and memory are in each file.",
                   std::move(cases));
}

json::object make_locker() {
    json::array cases;
    const std::string passphrase = "liberty absorb crater vivid salon orbit";
    const locker l = locker::open(as_bytes(passphrase), office::org, 3);
    const auto p = made_of<pepper>("pepper");
    const symmetric_key key = l.wrapping_key(p);
    cases.emplace_back(json::object{{"name", "a locker"},
                                    {"expect", "ok"},
                                    {"passphrase", passphrase},
                                    {"org", b64(office::org)},
                                    {"number", 3},
                                    {"locker_public_key", b64(l.key().public_key)},
                                    {"pepper", b64(p)},
                                    {"wrapping_key", b64(key)}});
    const std::string text = R"({"kind":"reviewer"})";
    const bytes good = wrap_keyring(as_bytes(text), key).value();
    const auto add = [&](std::string_view name, const bytes& wrapped, const symmetric_key& with,
                         std::string_view expect) {
        json::object c{{"name", std::string(name)},
                       {"wrapped", b64(wrapped)},
                       {"wrapping_key", b64(with)},
                       {"expect", std::string(expect)}};
        if (expect == "ok") c["json"] = text;
        cases.emplace_back(std::move(c));
    };
    const auto altered = [&](std::string_view name, std::size_t at, byte value, std::string_view expect) {
        bytes b = good;
        b[at] = value;
        add(name, b, key, expect);
    };
    add("a wrapped keyring", good, key, "ok");
    add("another pepper", good, l.wrapping_key(made_of<pepper>("another pepper")), "wrong_passphrase");
    altered("altered", 100, static_cast<byte>(good[100] ^ 1U), "wrong_passphrase");
    altered("a file under a passphrase", 9, 1, "unknown_version");
    altered("Argon2id parameters where zeros belong", 15, 3, "nonzero_reserved");
    altered("another magic", 7, 'L', "not_a_keyring");
    return file_of("Keyrings that the server keeps: what the passphrase gives, and the wrapped keyring.",
                   std::move(cases));
}

} // namespace changgu::vectors
