#include "server/client/admin.hpp"

#include "crypto/signing.hpp"

#include <set>

namespace changgu::client {
namespace {

constexpr std::uint64_t day = 86'400;
// Epochs signed ahead begin this long before the one before them ends, so that no clock finds a gap.
constexpr std::uint64_t handover = 3 * day;

} // namespace

// Statements in the making: each is appended to a copy of the log as soon as it is signed, so the next one
// chains to it and none that a client would refuse is ever posted.
struct admin::draft {
    crypto::key_log log;
    std::uint64_t next;
    std::vector<crypto::note_signer> keys;
    std::vector<std::string> notes;

    result<void> add(crypto::statement_type type, crypto::json::object body) {
        std::string note = sign_note(log.next_text(type, std::move(body)), keys);
        if (auto ok = log.append(note); !ok) return ok.error();
        notes.push_back(std::move(note));
        return {};
    }
};

std::vector<crypto::note_signer> admin::signers() const {
    const auto& roots = channel_.log().roots().roots;
    std::vector<crypto::note_signer> out;
    for (const crypto::root_keyring& keyring : keyrings_)
        for (crypto::note_signer& signer : keyring.signers())
            if (std::ranges::find(roots, signer.verifier()) != roots.end()) out.push_back(std::move(signer));
    return out;
}

result<void> admin::sign_in() {
    const auto keys = signers();
    if (keys.empty()) return crypto::errc::not_enough_signatures;
    if (auto ok = channel_.sign_in_admin(keys.front()); !ok) return ok;
    auto prekeys = channel_.list_prekeys();
    if (!prekeys) return prekeys.error();
    auto enrolments = channel_.list_enrolments();
    if (!enrolments) return enrolments.error();
    prekeys_ = std::move(*prekeys);
    enrolments_ = std::move(*enrolments);
    return {};
}

const crypto::prekey* admin::prekey_of(const crypto::key_log& log, std::uint32_t number,
                                       std::uint32_t epoch) const {
    const crypto::reviewer* who = log.find_reviewer(number);
    const auto good = [&](const crypto::prekey& p) {
        return p.epoch == epoch &&
               verify_prekey(who->entry.identity, p.signed_by_identity, log.org(), number, epoch, p.key);
    };
    for (const numbered_prekey& p : prekeys_)
        if (p.number == number && good(p.key)) return &p.key;
    // A reviewer who was just approved has published nothing but what came with the code.
    for (const enrolment_state& e : enrolments_)
        if (e.submitted && e.submitted->request.identity == who->entry.identity)
            for (const crypto::prekey& p : e.submitted->request.prekeys)
                if (good(p)) return &p;
    return nullptr;
}

result<crypto::epoch_entry> admin::next_epoch(const crypto::key_log& log, bool allow_missing) const {
    crypto::epoch_entry entry;
    entry.epoch = log.last_epoch() + 1;
    for (const auto& [number, who] : log.reviewers()) {
        if (who.revoked) continue;
        if (const crypto::prekey* p = prekey_of(log, number, entry.epoch))
            entry.recipients.push_back({number, p->key, p->signed_by_identity});
        else if (!allow_missing)
            return errc::missing_prekeys;
    }
    if (entry.recipients.empty()) return errc::unknown_reviewer;
    return entry;
}

result<void> admin::add_epochs(draft& d, const rotation& how, std::vector<std::uint32_t>& opened) const {
    std::uint64_t from = how.now;
    for (std::uint32_t i = 0; i <= how.ahead; ++i) {
        auto entry = next_epoch(d.log, how.allow_missing);
        if (!entry) return entry.error();
        entry->valid_from = from;
        entry->valid_until = from + how.days * day;
        from = entry->valid_until - std::min<std::uint64_t>(handover, how.days * day / 2);
        opened.push_back(entry->epoch);
        if (auto ok = d.add(crypto::statement_type::epoch, to_json(*entry)); !ok) return ok;
    }
    return {};
}

result<void> admin::post(const draft& d) {
    return channel_.post_statements(d.next, d.notes);
}

result<std::vector<std::uint32_t>> admin::rotate(const rotation& how) {
    draft d{channel_.log(), channel_.log().size(), signers(), {}};
    std::vector<std::uint32_t> opened;
    if (auto ok = add_epochs(d, how, opened); !ok) return ok.error();
    if (auto ok = post(d); !ok) return ok.error();
    return opened;
}

result<void> admin::retire(std::uint32_t epoch, std::uint64_t now, std::string purge_reason) {
    draft d{channel_.log(), channel_.log().size(), signers(), {}};
    if (auto ok = d.add(crypto::statement_type::retire,
                        to_json(crypto::retire_entry{epoch, now, std::move(purge_reason)}));
        !ok)
        return ok;
    return post(d);
}

result<void> admin::set_policy(crypto::policy rules, std::vector<std::string> origins) {
    draft d{channel_.log(), channel_.log().size(), signers(), {}};
    if (auto ok = d.add(crypto::statement_type::policy,
                        to_json(crypto::policy_entry{std::move(rules), std::move(origins)}));
        !ok)
        return ok;
    return post(d);
}

result<void> admin::set_roots(const crypto::root_set& next, std::vector<crypto::note_signer> added) {
    auto keys = signers();
    for (const crypto::root_keyring& keyring : keyrings_)
        for (crypto::note_signer& signer : keyring.signers())
            if (signer.verifier() == channel_.log().roots().recovery) keys.push_back(std::move(signer));
    std::ranges::move(added, std::back_inserter(keys));
    draft d{channel_.log(), channel_.log().size(), std::move(keys), {}};
    if (auto ok = d.add(crypto::statement_type::roots, to_json(next)); !ok) return ok;
    return post(d);
}

std::uint32_t admin::free_number() const {
    std::set<std::uint32_t> used;
    for (const auto& [number, _] : channel_.log().reviewers()) used.insert(number);
    for (const enrolment_state& e : enrolments_) used.insert(e.number);
    for (const crypto::root_keyring& keyring : keyrings_)
        for (const crypto::invitation& i : keyring.invitations) used.insert(i.number);
    return used.empty() ? 1 : *used.rbegin() + 1;
}

result<const crypto::invitation*> admin::invite(std::uint32_t number) {
    auto& invitations = keyrings_.front().invitations;
    if (channel_.log().find_reviewer(number) != nullptr ||
        std::ranges::any_of(invitations, [&](const auto& i) { return i.number == number; }))
        return errc::taken;
    auto code = crypto::enrolment_code::random();
    if (auto ok = channel_.open_enrolment(code.id, number); !ok) return ok.error();
    invitations.push_back({number, std::move(code)});
    return &invitations.back();
}

result<void> admin::approve(crypto::reviewer_entry entry, const std::optional<rotation>& how) {
    for (crypto::root_keyring& keyring : keyrings_) {
        auto& invitations = keyring.invitations;
        const auto invited =
            std::ranges::find_if(invitations, [&](const auto& i) { return i.number == entry.number; });
        if (invited == invitations.end()) continue;
        const auto answered = std::ranges::find_if(
            enrolments_, [&](const enrolment_state& e) { return e.id == invited->code.id && e.submitted; });
        if (answered == enrolments_.end()) return errc::not_found;
        const auto& [request, mac] = *answered->submitted;
        result<void> genuine = verify_enrolment(request, mac, channel_.org(), invited->code);
        if (genuine && request.number != entry.number) genuine = crypto::errc::bad_mac;
        if (!genuine) {
            if (auto killed = channel_.kill_enrolment(invited->code.id); !killed) return killed;
            invitations.erase(invited);
            return genuine;
        }
        entry.identity = request.identity;
        draft d{channel_.log(), channel_.log().size(), signers(), {}};
        if (auto ok = d.add(crypto::statement_type::reviewer, to_json(entry)); !ok) return ok;
        std::vector<std::uint32_t> opened;
        if (how)
            if (auto ok = add_epochs(d, *how, opened); !ok) return ok;
        if (auto ok = post(d); !ok) return ok;
        invitations.erase(invited);
        return {};
    }
    return errc::not_found;
}

result<void> admin::revoke(std::uint32_t number, const rotation& how) {
    draft d{channel_.log(), channel_.log().size(), signers(), {}};
    if (auto ok = d.add(crypto::statement_type::revoke, crypto::revoke_json(number)); !ok) return ok;
    const auto& reviewers = d.log.reviewers();
    if (std::ranges::any_of(reviewers, [](const auto& r) { return !r.second.revoked; })) {
        std::vector<std::uint32_t> opened;
        if (auto ok = add_epochs(d, how, opened); !ok) return ok;
    }
    return post(d);
}

std::vector<recipient_state> admin::recipients() const {
    std::vector<recipient_state> out;
    const crypto::key_log& log = channel_.log();
    for (const auto& [number, who] : log.reviewers()) {
        if (who.revoked) continue;
        std::size_t left = 0;
        while (left < crypto::prekeys_ahead &&
               prekey_of(log, number, log.last_epoch() + 1 + static_cast<std::uint32_t>(left)) != nullptr)
            ++left;
        out.push_back({number, left});
    }
    return out;
}

} // namespace changgu::client
