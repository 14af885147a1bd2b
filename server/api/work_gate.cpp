#include "server/api/work_gate.hpp"

#include "crypto/hash.hpp"
#include "crypto/secret.hpp"

#include <algorithm>
#include <new>

namespace changgu::api {

namespace {

constexpr std::size_t authenticated = 16; // bytes of a nonce, before its MAC
constexpr std::size_t issued_size = 8;
constexpr double share_of_source = 0.25; // of the free rate
constexpr double blur = 0.25;            // at most so much more or less than 1
constexpr std::uint64_t blur_lifetime = 10;
constexpr double forgotten = 0.01; // a source's level that is as good as none

std::uint64_t issued_at(const crypto::work_nonce& nonce) noexcept {
    return crypto::from_big_endian<std::uint64_t>(nonce.view().first(issued_size));
}

/// Calls back each of them; outside any lock.
template <class Claims> void turn_away(Claims claims) {
    for (auto& c : claims) c.done(work_gate::verdict::busy);
}

} // namespace

work_gate::work_gate(const work_options& options) : options_(options) {
    crypto::fill_random(key_);
    crypto::fill_random(blur_key_);
    if (!options_.demand) return;
    for (unsigned i = 0; i < options_.verifiers; ++i) threads_.emplace_back([this] { loop(); });
}

work_gate::~work_gate() {
    stop();
    crypto::wipe(key_);
}

void work_gate::stop() {
    std::vector<claim> left;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        left = empty_queue();
    }
    wake_.notify_all();
    turn_away(std::move(left));
    const std::lock_guard joining(join_mutex_);
    for (auto& t : threads_) t.join();
    threads_.clear();
}

std::vector<work_gate::claim> work_gate::empty_queue() {
    std::vector<claim> out;
    while (auto one = waiting_.pop()) out.push_back(std::move(*one));
    return out;
}

// --- nonces ----------------------------------------------------------------------------------------------

crypto::work_nonce work_gate::authentic(crypto::work_nonce nonce, const http::source& from) const {
    using mac = crypto::fixed_bytes<struct work_mac_tag, crypto::work_nonce::size_bytes - authenticated>;
    const auto tag = crypto::blake2b_keyed<mac>(key_, {nonce.view().first(authenticated), from.view()});
    std::ranges::copy(tag.value, nonce.value.begin() + authenticated);
    return nonce;
}

bool work_gate::is_good(const crypto::work_nonce& nonce, const http::source& from, std::uint64_t now) const {
    if (!crypto::equal_constant_time(authentic(nonce, from).view(), nonce.view())) return false;
    return issued_at(nonce) <= now && now - issued_at(nonce) < lifetime;
}

std::optional<crypto::work_nonce> work_gate::issue(const http::source& from, std::uint64_t stored,
                                                   std::uint64_t now) {
    if (!options_.demand) return std::nullopt;
    unsigned bits = 0;
    {
        const std::lock_guard lock(mutex_);
        redraw_blur(now);
        bits = bits_for(load_of(from, stored, now), options_.most_bits);
    }
    if (bits == 0) return std::nullopt;
    auto nonce = crypto::random_fixed<crypto::work_nonce>();
    std::ranges::copy(crypto::big_endian(now), nonce.value.begin());
    nonce.value[crypto::work_bits_offset] = static_cast<crypto::byte>(bits);
    return authentic(nonce, from);
}

// --- what is measured ------------------------------------------------------------------------------------

double work_gate::weight_of(kind what) const noexcept {
    return meter::weight_at(what == kind::envelope ? options_.free_envelopes : options_.free_chunks);
}

double work_gate::blur_of(const http::source& from) const noexcept {
    const auto drawn = crypto::blake2b_keyed<crypto::hash256>(blur_key_, {from.view()});
    const auto at = crypto::from_big_endian<std::uint16_t>(drawn.view().first(2));
    return 1 + blur * (2.0 * at / 65'535 - 1);
}

void work_gate::redraw_blur(std::uint64_t now) {
    if (now < blur_until_ && blur_until_ - now <= blur_lifetime) return;
    blur_until_ = now + blur_lifetime;
    crypto::fill_random(blur_key_);
    std::erase_if(by_source_, [now](const auto& one) { return one.second.level(now) < forgotten; });
}

load work_gate::load_of(const http::source& from, std::uint64_t stored, std::uint64_t now) const {
    load out;
    out.rate = all_.level(now) * blur_of(http::no_source);
    if (const auto found = by_source_.find(from); found != by_source_.end())
        out.source = found->second.level(now) * blur_of(from);
    out.queue = waiting_.filled();
    const auto begins = options_.storage_limit - std::min(options_.storage_reserve, options_.storage_limit);
    if (options_.storage_reserve != 0 && stored > begins)
        out.reserve = static_cast<double>(stored - begins) / static_cast<double>(options_.storage_reserve);
    return out;
}

void work_gate::count(const http::source& from, double weight, bool admitted, std::uint64_t now) {
    if (admitted) all_.add(weight, now);
    if (from == http::no_source) return;
    auto found = by_source_.find(from);
    if (found == by_source_.end()) {
        if (by_source_.size() >= most_remembered) return;
        found = by_source_.try_emplace(from).first;
    }
    found->second.add(weight / share_of_source, now);
}

void work_gate::forget_quiet(std::uint64_t now) {
    const std::lock_guard lock(mutex_);
    redraw_blur(now);
}

std::size_t work_gate::sources() const {
    const std::lock_guard lock(mutex_);
    return by_source_.size();
}

condition work_gate::look(std::uint64_t stored, std::uint64_t now) const {
    const std::lock_guard lock(mutex_);
    auto l = load_of(http::no_source, stored, now);
    condition out;
    if (l.reserve > 0) out.storage = condition::storage_band::low;
    if (l.reserve >= 1) out.storage = condition::storage_band::full;
    l.reserve = 0;
    out.high_load = options_.demand && common_bits(l, options_.most_bits) != 0;
    return out;
}

// --- proofs ----------------------------------------------------------------------------------------------

void work_gate::remember(const claim_id& id, bool is_so, std::uint64_t until, std::uint64_t now) {
    while (!by_end_.empty() && (by_end_.begin()->first <= now || by_end_.size() >= most_remembered)) {
        known_.erase(by_end_.begin()->second);
        by_end_.erase(by_end_.begin());
    }
    if (known_.try_emplace(id, remembered{is_so, until}).second) by_end_.emplace(until, id);
}

std::optional<bool> work_gate::recall(const claim_id& id, std::uint64_t now) const {
    const auto found = known_.find(id);
    if (found == known_.end() || found->second.until <= now) return std::nullopt;
    return found->second.holds;
}

void work_gate::admit(const submission& s, const crypto::org_id& org, std::uint64_t stored, std::uint64_t now,
                      storage::callback<verdict> done) {
    if (!options_.demand) return done(verdict::admitted);
    const double weight = weight_of(s.what);
    {
        std::unique_lock lock(mutex_);
        redraw_blur(now);
        if (bits_for(load_of(s.from, stored, now), options_.most_bits) == 0) {
            count(s.from, weight, true, now);
            lock.unlock();
            return done(verdict::admitted);
        }
    }
    const auto proof = crypto::parse_work(s.proof);
    if (!proof || !is_good(proof->nonce, s.from, now)) return done(verdict::work_required);
    const auto seed = crypto::work_seed(org, proof->nonce, s.id.view());
    if (!crypto::has_ticket(seed, *proof)) return done(verdict::work_required);

    const auto id = crypto::blake2b_keyed<claim_id>(key_, {seed.view(), proof->solution.view()});
    std::unique_lock lock(mutex_);
    if (const auto known = recall(id, now)) {
        count(s.from, weight, false, now); // for its sender only: nothing was paid for it
        lock.unlock();
        return done(*known ? verdict::admitted : verdict::work_required);
    }
    if (stopping_) {
        lock.unlock();
        return done(verdict::busy);
    }
    auto out = waiting_.push(s.from, claim{id, seed, *proof, s.from, weight, now, std::move(done)});
    lock.unlock();
    wake_.notify_one();
    if (out) out->done(verdict::busy);
}

void work_gate::loop() {
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return stopping_ || waiting_.size() != 0; });
        auto next = waiting_.pop();
        if (!next) return; // stopping, and nothing is left
        auto is_so = recall(next->id, next->now);
        const bool again = is_so.has_value(); // the same twice in the queue
        bool no_memory = false;
        if (!again) {
            lock.unlock();
            try {
                is_so = crypto::is_solved(next->seed, next->proof);
            } catch (const std::bad_alloc&) {
                no_memory = true;
            }
            lock.lock();
        }
        if (!no_memory) {
            remember(next->id, *is_so, issued_at(next->proof.nonce) + lifetime, next->now);
            count(next->from, next->weight, *is_so && !again, next->now);
        }
        lock.unlock();
        next->done(no_memory ? verdict::busy : *is_so ? verdict::admitted : verdict::work_required);
        next.reset();
        lock.lock();
    }
}

} // namespace changgu::api
