#include "crypto/key_log.hpp"

#include "crypto/fingerprint.hpp"
#include "crypto/hash.hpp"
#include "crypto/signing.hpp"

namespace changgu::crypto {
namespace {

result<void> require(const note& n, const note_key& key) {
    switch (check_signature(n, key)) {
    case note_check::valid: return {};
    case note_check::absent: return errc::not_enough_signatures;
    case note_check::wrong: break;
    }
    return errc::bad_signature;
}

result<void> require_threshold(const note& n, const root_set& set) {
    std::uint32_t count = 0;
    for (const note_key& key : set.roots) {
        const note_check checked = check_signature(n, key);
        if (checked == note_check::wrong) return errc::bad_signature;
        if (checked == note_check::valid) ++count;
    }
    if (count < set.threshold) return errc::not_enough_signatures;
    return {};
}

std::vector<note_key> all_keys(const root_set& set) {
    std::vector<note_key> keys = set.roots;
    keys.push_back(set.recovery);
    return keys;
}

} // namespace

std::optional<std::size_t> epoch::slot_of(std::uint32_t number) const noexcept {
    for (std::size_t k = 0; k < entry.recipients.size(); ++k)
        if (entry.recipients[k].number == number) return k;
    return std::nullopt;
}

std::string genesis_text(const genesis& g) {
    return statement_text({0, {}, statement_type::genesis, to_json(g)});
}

result<key_log> key_log::verify(const org_id& expected, std::span<const std::string> notes) {
    if (notes.empty()) return errc::bad_note;
    auto log = start(notes.front());
    if (!log) return log.error();
    if (log->org() != expected) return errc::wrong_org;
    for (const std::string& note : notes.subspan(1))
        if (auto ok = log->append(note); !ok) return ok.error();
    return log;
}

result<key_log> key_log::start(std::string_view genesis_note) {
    key_log log;
    if (auto ok = log.append(genesis_note); !ok) return ok.error();
    return log;
}

result<void> key_log::append(std::string_view whole_note) {
    auto n = parse_note(whole_note);
    if (!n) return n.error();
    auto s = parse_statement(n->text);
    if (!s) return s.error();
    if (s->seq != size() || s->prev != (hashes_.empty() ? hash256{} : hashes_.back()))
        return errc::broken_chain;
    if ((s->type == statement_type::genesis) != hashes_.empty()) return errc::bad_transition;
    if (auto ok = check_signatures(*n, *s); !ok) return ok;
    const hash256 hash = sha256(as_bytes(n->text));
    if (auto ok = apply(*s, hash); !ok) return ok;
    if (hashes_.empty()) org_ = org_of(n->text);
    hashes_.push_back(hash);
    return {};
}

result<void> key_log::check_signatures(const note& n, const statement& s) const {
    if (s.type == statement_type::genesis) {
        auto keys = root_set_from_json(s.body);
        if (!keys) return keys.error();
        for (const note_key& key : all_keys(*keys))
            if (auto ok = require(n, key); !ok) return ok;
        return {};
    }
    auto enough = require_threshold(n, roots_);
    if (s.type != statement_type::roots) return enough;
    if (!enough) {
        if (enough.error() == errc::bad_signature) return enough;
        if (auto recovered = require(n, roots_.recovery); !recovered) return recovered;
    }
    auto next = root_set_from_json(s.body);
    if (!next) return next.error();
    const std::vector<note_key> known = all_keys(roots_);
    for (const note_key& key : all_keys(*next))
        if (std::ranges::find(known, key) == known.end())
            if (auto ok = require(n, key); !ok) return ok;
    return {};
}

result<void> key_log::apply(const statement& s, const hash256& hash) {
    switch (s.type) {
    case statement_type::genesis: {
        auto g = genesis_from_json(s.body);
        if (!g) return g.error();
        name_ = std::move(g->name);
        roots_ = std::move(g->keys);
        origins_ = std::move(g->origins);
        policy_ = std::move(g->rules);
        return {};
    }
    case statement_type::roots: {
        auto next = root_set_from_json(s.body);
        if (!next) return next.error();
        roots_ = std::move(*next);
        return {};
    }
    case statement_type::policy: {
        auto p = policy_entry_from_json(s.body);
        if (!p) return p.error();
        policy_ = std::move(p->rules);
        if (!p->origins.empty()) origins_ = std::move(p->origins);
        return {};
    }
    case statement_type::reviewer: {
        auto entry = reviewer_from_json(s.body);
        if (!entry) return entry.error();
        return apply_reviewer(*entry);
    }
    case statement_type::revoke: {
        auto number = revoke_from_json(s.body);
        if (!number) return number.error();
        return apply_revoke(*number);
    }
    case statement_type::epoch: {
        auto entry = epoch_from_json(s.body);
        if (!entry) return entry.error();
        return apply_epoch(std::move(*entry), hash);
    }
    case statement_type::retire: {
        auto entry = retire_from_json(s.body);
        if (!entry) return entry.error();
        return apply_retire(*entry);
    }
    }
    return errc::bad_statement;
}

result<void> key_log::apply_reviewer(const reviewer_entry& entry) {
    const auto known = reviewers_.find(entry.number);
    if (known != reviewers_.end()) {
        if (known->second.revoked) return errc::revoked_reviewer;
        if (known->second.entry.identity != entry.identity) return errc::bad_transition;
    } else if (find_reviewer(entry.identity) != nullptr) {
        return errc::bad_transition;
    }
    reviewers_[entry.number].entry = entry;
    return {};
}

result<void> key_log::apply_revoke(std::uint32_t number) {
    const auto known = reviewers_.find(number);
    if (known == reviewers_.end()) return errc::unknown_reviewer;
    if (known->second.revoked) return errc::revoked_reviewer;
    known->second.revoked = true;
    for (auto& [_, e] : epochs_)
        if (e.slot_of(number)) e.names_revoked = true;
    return {};
}

result<void> key_log::apply_epoch(epoch_entry entry, const hash256& hash) {
    if (entry.epoch != last_epoch() + 1 || entry.valid_until <= entry.valid_from ||
        entry.valid_until - entry.valid_from > max_epoch_length)
        return errc::bad_transition;
    for (const epoch_recipient& r : entry.recipients) {
        const reviewer* who = find_reviewer(r.number);
        if (who == nullptr) return errc::unknown_reviewer;
        if (who->revoked) return errc::revoked_reviewer;
        if (auto ok =
                verify_prekey(who->entry.identity, r.signed_by_identity, org_, r.number, entry.epoch, r.key);
            !ok)
            return ok;
    }
    epoch e;
    e.entry = std::move(entry);
    e.statement = hash;
    epochs_.emplace(e.entry.epoch, std::move(e));
    return {};
}

result<void> key_log::apply_retire(const retire_entry& entry) {
    const auto known = epochs_.find(entry.epoch);
    if (known == epochs_.end()) return errc::unknown_epoch;
    epoch& e = known->second;
    if (e.retired && (entry.purge_reason.empty() || e.purge_forced)) return errc::retired_epoch;
    if (!e.retired) e.retired_at = entry.at;
    e.retired = true;
    e.purge_forced = !entry.purge_reason.empty();
    return {};
}

result<void> key_log::passes_through(const log_position& seen) const {
    if (seen.seq >= size() || hashes_[seen.seq] != seen.hash) return errc::log_forked;
    return {};
}

const reviewer* key_log::find_reviewer(std::uint32_t number) const noexcept {
    const auto found = reviewers_.find(number);
    return found == reviewers_.end() ? nullptr : &found->second;
}

const reviewer* key_log::find_reviewer(const sign_public_key& identity) const noexcept {
    for (const auto& [_, r] : reviewers_)
        if (r.entry.identity == identity) return &r;
    return nullptr;
}

const epoch* key_log::find_epoch(std::uint32_t number) const noexcept {
    const auto found = epochs_.find(number);
    return found == epochs_.end() ? nullptr : &found->second;
}

result<void> key_log::check_origin(std::string_view origin) const {
    if (std::ranges::find(origins_, origin) == origins_.end()) return errc::origin_not_listed;
    return {};
}

result<const epoch*> key_log::sealing_epoch(std::uint64_t now) const {
    for (const std::uint64_t tolerance : {std::uint64_t{0}, clock_tolerance})
        for (auto it = epochs_.rbegin(); it != epochs_.rend(); ++it) {
            const epoch_entry& e = it->second.entry;
            if (it->second.usable() && e.valid_from <= now + tolerance && now < e.valid_until + tolerance)
                return &it->second;
        }
    return errc::epoch_not_valid;
}

result<void> key_log::accepts(std::uint32_t epoch_number, std::uint64_t now) const {
    const epoch* e = find_epoch(epoch_number);
    if (e == nullptr) return errc::unknown_epoch;
    if (e->retired) return errc::retired_epoch;
    if (e->names_revoked) return errc::revoked_reviewer;
    if (e->entry.valid_from > now + clock_tolerance || now >= e->entry.valid_until + clock_tolerance)
        return errc::epoch_not_valid;
    for (auto later = epochs_.upper_bound(epoch_number); later != epochs_.end(); ++later)
        if (later->second.usable() && later->second.entry.valid_from + policy_.overlap <= now &&
            now < later->second.entry.valid_until)
            return errc::epoch_not_valid;
    return {};
}

std::string key_log::next_text(statement_type type, json::object body) const {
    return statement_text({size(), hashes_.back(), type, std::move(body)});
}

} // namespace changgu::crypto
