#include "crypto/work.hpp"

#include "crypto/hash.hpp"
#include "crypto/labels.hpp"

#include <sodium.h>

#include <bit>
#include <new>

namespace changgu::crypto {
namespace {

constexpr unsigned long long argon2_passes = 1;

unsigned leading_zero_bits(bytes_view b) noexcept {
    unsigned n = 0;
    for (const byte one : b) {
        n += static_cast<unsigned>(std::countl_zero(one));
        if (one != 0) break;
    }
    return n;
}

hash256 ticket_hash(const hash256& seed, const work_solution& s, const work_ticket& t) noexcept {
    return blake2b<hash256>({as_bytes(label::work_ticket), seed.view(), s.view(), t.view()});
}

/// The values from a random one on.
template <class Counter> class counting {
  public:
    counting() { fill_random(raw_); }
    Counter next() noexcept {
        raw_ = big_endian(from_big_endian<std::uint64_t>(raw_) + 1);
        return Counter::from(raw_).value();
    }

  private:
    std::array<byte, 8> raw_{};
};

} // namespace

result<work_proof> parse_work(std::string_view text) {
    if (text.size() != work_text_size) return errc::bad_length;
    const auto raw = from_base64(text);
    if (!raw) return raw.error();
    if (raw->size() != work_proof::size_bytes) return errc::bad_length;
    const bytes_view b(*raw);
    return work_proof{work_nonce::from(b.first(32)).value(), work_ticket::from(b.subspan(32, 8)).value(),
                      work_solution::from(b.subspan(40)).value()};
}

std::string to_text(const work_proof& proof) {
    bytes raw;
    append(raw, proof.nonce.view());
    append(raw, proof.ticket.view());
    append(raw, proof.solution.view());
    return to_base64(raw);
}

hash256 work_seed(const org_id& org, const work_nonce& nonce, bytes_view id) noexcept {
    return blake2b<hash256>({as_bytes(label::work), org.view(), nonce.view(), id});
}

hash256 work_hash(const hash256& seed, const work_nonce& nonce, const work_solution& solution) {
    std::array<byte, hash256::size_bytes + work_solution::size_bytes> password{};
    std::ranges::copy(seed.value, password.begin());
    std::ranges::copy(solution.value, password.begin() + hash256::size_bytes);
    const auto salt = blake2b<hash256>({as_bytes(label::work_salt), nonce.view()});
    static_assert(crypto_pwhash_SALTBYTES == 16);
    hash256 out;
    if (crypto_pwhash(out.data(), out.size(), reinterpret_cast<const char*>(password.data()), password.size(),
                      salt.data(), argon2_passes, work_memory, crypto_pwhash_ALG_ARGON2ID13) != 0)
        throw std::bad_alloc();
    return out;
}

bool has_ticket(const hash256& seed, const work_proof& proof) noexcept {
    return leading_zero_bits(ticket_hash(seed, proof.solution, proof.ticket).view()) >= work_ticket_bits;
}

bool is_solved(const hash256& seed, const work_proof& proof) {
    return leading_zero_bits(work_hash(seed, proof.nonce, proof.solution).view()) >= bits_of(proof.nonce);
}

std::optional<work_proof> do_work(const org_id& org, const work_nonce& nonce, bytes_view id,
                                  const std::function<bool(std::uint64_t attempts)>& go_on) {
    if (bits_of(nonce) > most_work_bits) return std::nullopt;
    const auto seed = work_seed(org, nonce, id);
    work_proof proof;
    proof.nonce = nonce;
    counting<work_solution> solutions;
    for (std::uint64_t attempts = 0;; ++attempts) {
        if (go_on && !go_on(attempts)) return std::nullopt;
        proof.solution = solutions.next();
        if (is_solved(seed, proof)) break;
    }
    counting<work_ticket> tickets;
    do proof.ticket = tickets.next();
    while (!has_ticket(seed, proof));
    return proof;
}

} // namespace changgu::crypto
