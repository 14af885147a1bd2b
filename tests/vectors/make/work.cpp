// work: proofs that hold, and ways not to.
#include "crypto/work.hpp"
#include "crypto/envelope.hpp"
#include "crypto/labels.hpp"
#include "tests/vectors/make/maker.hpp"

namespace changgu::vectors {
namespace {

work_nonce nonce_of(std::string_view name, unsigned bits) {
    auto nonce = made_of<work_nonce>(name);
    nonce.value[work_bits_offset] = static_cast<byte>(bits);
    return nonce;
}

json::object describe(std::string name, std::string_view expect, const org_id& org, bytes_view id,
                      const work_proof& p) {
    const auto seed = work_seed(org, p.nonce, id);
    const auto salt = blake2b<hash256>({as_bytes(label::work_salt), p.nonce.view()});
    return {{"name", std::move(name)},
            {"expect", json::string_view(expect.data(), expect.size())},
            {"org", b64(org)},
            {"id", b64(id)},
            {"proof", to_text(p)},
            {"nonce", b64(p.nonce)},
            {"bits", bits_of(p.nonce)},
            {"seed", b64(seed)},
            {"salt", b64(salt.view().first(16))},
            {"hash", b64(work_hash(seed, p.nonce, p.solution))},
            {"ticket_hash", b64(blake2b<hash256>({as_bytes(label::work_ticket), seed.view(),
                                                  p.solution.view(), p.ticket.view()}))}};
}

// A ticket for a solution that is none.
work_proof with_ticket_alone(const org_id& org, const work_nonce& nonce, bytes_view id) {
    work_proof p{nonce, {}, made_of<work_solution>("no solution")};
    const auto seed = work_seed(org, nonce, id);
    for (std::uint64_t n = 0; !has_ticket(seed, p); ++n) p.ticket = work_ticket::from(big_endian(n)).value();
    return p;
}

} // namespace

json::object make_work() {
    json::array cases;
    const auto org = made_of<org_id>("organisation");
    const auto id = made_of<envelope_id>("an envelope");
    const auto add = [&](std::string name, std::string_view expect, const org_id& of, bytes_view what,
                         const work_proof& p) {
        cases.emplace_back(describe(std::move(name), expect, of, what, p));
    };
    work_proof good;
    for (const unsigned bits : {0U, 1U, 4U, 6U}) {
        good = do_work(org, nonce_of("nonce " + std::to_string(bits), bits), id.view(), {}).value();
        add(std::to_string(bits) + " bits", "ok", org, id.view(), good);
    }
    add("a chunk", "ok", org, made_of<address>("a chunk").view(),
        do_work(org, nonce_of("nonce of a chunk", 2), made_of<address>("a chunk").view(), {}).value());

    auto bad = good;
    bad.ticket.value[7] ^= 1U;
    add("another ticket", "bad_ticket", org, id.view(), bad);
    bad = good;
    bad.solution.value[7] ^= 1U;
    add("another solution", "bad_ticket", org, id.view(), bad);
    bad = good;
    bad.nonce.value[work_bits_offset] = 0;
    add("fewer bits than the nonce was made with", "bad_ticket", org, id.view(), bad);
    add("another envelope", "bad_ticket", org, made_of<envelope_id>("another").view(), good);
    add("another organisation", "bad_ticket", made_of<org_id>("another"), id.view(), good);
    add("a ticket without a solution", "not_enough_work", org, id.view(),
        with_ticket_alone(org, nonce_of("nonce", 8), id.view()));

    const std::string text = to_text(good);
    const auto refuse = [&](std::string_view name, std::string_view expect, const std::string& proof) {
        cases.emplace_back(json::object{{"name", json::string_view(name.data(), name.size())},
                                        {"expect", json::string_view(expect.data(), expect.size())},
                                        {"org", b64(org)},
                                        {"id", b64(id)},
                                        {"proof", proof}});
    };
    refuse("empty", "bad_length", "");
    refuse("too short", "bad_length", text.substr(0, 60));
    refuse("too long", "bad_length", text + "AAAA");
    refuse("not base64", "bad_encoding", text.substr(0, 63) + "-");
    refuse("padded", "bad_length", to_base64(bytes_view(from_base64(text).value()).first(46)));
    return file_of("Proof of work. The ticket is looked at before Argon2id is run.", std::move(cases));
}

} // namespace changgu::vectors
