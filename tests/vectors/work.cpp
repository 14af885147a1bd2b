#include "crypto/work.hpp"
#include "crypto/hash.hpp"
#include "crypto/labels.hpp"
#include "tests/vectors/vectors.hpp"

namespace changgu::test {
namespace {

std::string_view verify(const json::object& c, const work_proof& p) {
    const auto seed = work_seed(value<org_id>(c, "org"), p.nonce, value<hash256>(c, "id").view());
    if (!has_ticket(seed, p)) return "bad_ticket";
    return is_solved(seed, p) ? "ok" : "not_enough_work";
}

} // namespace

TEST_CASE("vectors: proof of work") {
    for_each_case("work", [](const json::object& c, const std::string& expect, const json::object&) {
        const auto proof = parse_work(text(c, "proof"));
        if (!proof) {
            CHECK(outcome(proof) == expect);
            return;
        }
        CHECK(verify(c, *proof) == expect);
        CHECK(to_text(*proof) == text(c, "proof"));
        CHECK(proof->nonce == value<work_nonce>(c, "nonce"));
        CHECK(bits_of(proof->nonce) == number(c, "bits"));
        const auto seed = work_seed(value<org_id>(c, "org"), proof->nonce, value<hash256>(c, "id").view());
        CHECK(seed == value<hash256>(c, "seed"));
        CHECK(work_hash(seed, proof->nonce, proof->solution) == value<hash256>(c, "hash"));
        const auto salt = blake2b<hash256>({as_bytes(label::work_salt), proof->nonce.view()});
        CHECK(to_base64(salt.view().first(16)) == text(c, "salt"));
        CHECK(blake2b<hash256>({as_bytes(label::work_ticket), seed.view(), proof->solution.view(),
                                proof->ticket.view()}) == value<hash256>(c, "ticket_hash"));
    });
}

} // namespace changgu::test
