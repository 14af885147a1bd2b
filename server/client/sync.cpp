// reviewer::sync: the inbox into cases, and the ratchet forward.
#include "crypto/signing.hpp"
#include "server/client/reviewer.hpp"

#include <algorithm>

namespace changgu::client {
namespace json = crypto::json;

namespace {

// Whether a message excludes somebody who has the case's key: kept there, they could read it.
bool excludes_a_reader(const case_view& in, const std::vector<std::uint32_t>& excluded) {
    return std::ranges::any_of(excluded, [&](std::uint32_t n) { return !in.excludes(n); });
}

} // namespace

/// An envelope whose slot is ours and which opened.
struct reviewer::arrival {
    std::uint32_t batch = 0;
    std::uint32_t epoch = 0;
    crypto::context_id context;
    crypto::opened_envelope opened;
    crypto::thread_id thread;
    std::optional<crypto::message_id> id; ///< of a follow-up
    crypto::log_position log;
    std::string text;
    std::vector<std::uint32_t> excluded;
    std::optional<crypto::case_key> case_key; ///< of a hand-over
};

struct reviewer::arrivals {
    std::vector<arrival> reports;
    std::vector<arrival> handovers;
    std::vector<arrival> follow_ups;
    std::map<std::uint32_t, std::optional<crypto::box_key_pair>> intake; ///< by epoch; empty: not ours
    std::vector<sealed_envelope> aside;                                  ///< not opened yet
    std::uint32_t newest_batch = 0;
};

result<sync_report> reviewer::sync(std::optional<std::uint32_t> from) {
    sync_report report;
    if (auto ok = publish(); !ok) return ok.error();
    // As known before the inbox is read: only then is the spool of that moment in the batch after the newest
    // one read.
    std::vector<std::uint32_t> retired;
    for (const auto& [n, e] : channel_.log().epochs())
        if (e.retired && n >= keyring_.keys.index()) retired.push_back(n);
    const std::uint32_t after = std::min(from.value_or(keyring_.after_batch), keyring_.after_batch);
    auto arrived = read_inbox(after, report);
    if (!arrived) return arrived.error();

    // Senders may have seen a later log than the one this visit began with.
    if (auto ok = channel_.refresh(); !ok) return ok.error();
    for (const auto* list : {&arrived->reports, &arrived->handovers, &arrived->follow_ups})
        for (const arrival& a : *list)
            if (auto ok = channel_.log().passes_through(a.log); !ok)
                report.alarms.push_back({alarm::kind::forked_log, a.batch, a.epoch, ok.error()});

    // Reports first: a follow-up of the same batch may stand before its report, or before the hand-over of
    // its case.
    for (const arrival& a : arrived->reports)
        if (auto ok = open_case(a, report); !ok) return ok.error();
    for (const arrival& a : arrived->handovers)
        if (auto ok = take_over(a, report); !ok) return ok.error();
    for (const arrival& a : arrived->follow_ups)
        if (auto ok = add_follow_up(a, report); !ok) return ok.error();

    keyring_.after_batch = std::max(keyring_.after_batch, arrived->newest_batch);
    keyring_.log = channel_.log().head();
    report.forgotten = turn_ratchet(retired);
    if (auto ok = keep_files(); !ok) report.not_kept = ok.error();
    if (auto ok = save_(keyring_); !ok) return ok.error();
    if (auto ok = tell_drained(); !ok) return ok.error();
    return report;
}

// The server learns nothing from the same keys again, but there is no need to write them at each visit.
result<void> reviewer::publish() {
    if (keyring_.log && keyring_.log->seq == channel_.log().head().seq) return {};
    const std::uint32_t first = std::max(channel_.log().last_epoch() + 1, keyring_.keys.index());
    auto prekeys = keyring_.keys.publish(keyring_.identity(), channel_.org(), keyring_.number, first);
    if (!prekeys) return prekeys.error();
    return channel_.put_prekeys(*prekeys);
}

// --- the inbox ------------------------------------------------------------------------------------------

result<reviewer::arrivals> reviewer::read_inbox(std::uint32_t after, sync_report& report) {
    arrivals out;
    auto streamed = channel_.inbox(after, [&](std::uint32_t batch, bytes_view envelope) {
        ++report.envelopes;
        out.newest_batch = batch;
        set_aside(batch, envelope, out);
        if (out.aside.size() == opened_together) open_aside(out, report);
        return true;
    });
    if (!streamed) return streamed.error();
    open_aside(out, report);
    return out;
}

void reviewer::set_aside(std::uint32_t batch, bytes_view envelope, arrivals& into) {
    auto header = crypto::read_header(envelope);
    const crypto::epoch* epoch = header ? channel_.log().find_epoch(header->epoch) : nullptr;
    const auto slot = epoch != nullptr ? epoch->slot_of(keyring_.number) : std::nullopt;
    if (!slot) return; // not sealed to us, or by nobody who knows this protocol
    auto known = into.intake.find(header->epoch);
    if (known == into.intake.end()) {
        auto pair = keyring_.keys.intake(header->epoch);
        known = into.intake.emplace(header->epoch, std::nullopt).first;
        if (pair) known->second = std::move(*pair);
    }
    if (!known->second) return; // forgotten
    into.aside.push_back({batch, epoch, *slot, &*known->second, {envelope.begin(), envelope.end()}});
}

void reviewer::open_aside(arrivals& into, sync_report& report) {
    auto opened = open_all(channel_.org(), into.aside);
    for (std::size_t i = 0; i < opened.size(); ++i) {
        const auto& from = into.aside[i];
        if (opened[i])
            take_in(from, std::move(*opened[i]), into, report);
        else if (crypto::is_alarm(opened[i].error()))
            report.alarms.push_back(
                {alarm::kind::damaged, from.batch, from.epoch->entry.epoch, opened[i].error()});
    }
    into.aside.clear();
}

void reviewer::take_in(const sealed_envelope& from, crypto::opened_envelope opened, arrivals& into,
                       sync_report& report) {
    const auto number = from.epoch->entry.epoch;
    auto raise = [&](const boost::system::error_code& error) {
        report.alarms.push_back({alarm::kind::damaged, from.batch, number, error});
    };
    const auto thread = crypto::thread_of(opened.message.signer);
    arrival a{
        from.batch, number, crypto::context_of(from.epoch->statement), std::move(opened), thread, {}, {}, {},
        {},         {}};
    if (a.opened.message.kind == crypto::message_kind::report) {
        auto m = crypto::report_of(a.opened.message);
        if (!m) return raise(m.error());
        a.log = m->log;
        a.text = std::move(m->text);
        a.excluded = std::move(m->excluded);
        into.reports.push_back(std::move(a));
    } else if (a.opened.message.kind == crypto::message_kind::handover) {
        auto m = crypto::handover_of(a.opened.message);
        if (!m) return raise(m.error());
        a.log = m->log;
        a.thread = m->thread;
        a.case_key = std::move(m->key);
        into.handovers.push_back(std::move(a));
    } else {
        auto m = crypto::follow_up_of(a.opened.message); // any other kind is wrong_kind
        if (!m) return raise(m.error());
        a.log = m->log;
        a.id = m->id;
        a.text = std::move(m->text);
        a.excluded = std::move(m->excluded);
        into.follow_ups.push_back(std::move(a));
    }
}

// Writes the message into its case, unless it is there.
result<void> reviewer::keep(case_view& in, const arrival& a, sync_report& report) {
    if (a.id ? in.has_message(*a.id) : in.has_message(a.opened.message.signed_by_signer)) return {};
    json::object event = crypto::snapshot_of(a.opened.message, a.opened.header_hash, a.context);
    if (in.next == 0) event["case_number"] = new_case_number();
    auto kept = append(in, std::move(event));
    if (!kept && kept.error() == crypto::errc::too_large) {
        report.strays.push_back({stray_message::reason::too_large, a.thread, a.text});
        return {};
    }
    return kept;
}

result<void> reviewer::open_case(const arrival& a, sync_report& report) {
    const bool fresh = !keyring_.cases.contains(a.thread);
    if (fresh) keyring_.cases.emplace(a.thread, crypto::case_key_of(a.opened.key));
    auto view = view_of(a.thread, keyring_.cases.at(a.thread));
    if (!view) return view.error();
    // The report outlives its case in the inbox: it must not bring it back.
    if (view->destroyed()) {
        if (fresh) keyring_.cases.erase(a.thread);
        return {};
    }
    if (view->ended()) return {};
    // A second one under the same receipt: no client of ours sends it.
    if (!fresh && !view->messages.empty() && excludes_a_reader(*view, a.excluded)) {
        report.strays.push_back({stray_message::reason::excludes_a_reader, a.thread, a.text});
        return {};
    }
    if (auto ok = keep(*view, a, report); !ok) return ok;
    if (view->messages.empty()) { // nothing that this key opens: no case, and no key to keep for it
        const bool damaged = view->next > 0;
        if (fresh) keyring_.cases.erase(a.thread);
        if (damaged)
            report.alarms.push_back(
                {alarm::kind::bad_case, a.batch, a.epoch, make_error_code(errc::bad_case)});
        return {};
    }
    if (fresh) report.opened.push_back(a.thread);
    return {};
}

// A case that another reviewer gives us. Its first event must be the thread's own report, whose author signed
// whom it excludes: a giver who disregards that is found out here.
result<void> reviewer::take_over(const arrival& a, sync_report& report) {
    const auto refuse = [&](const boost::system::error_code& why) -> result<void> {
        report.alarms.push_back({alarm::kind::bad_case, a.batch, a.epoch, why});
        return {};
    };
    if (const auto known = keyring_.cases.find(a.thread); known != keyring_.cases.end())
        return known->second == *a.case_key ? result<void>() : refuse(make_error_code(errc::bad_case));
    const crypto::reviewer* giver = channel_.log().find_reviewer(a.opened.message.signer);
    if (giver == nullptr) return refuse(make_error_code(crypto::errc::wrong_signer));
    if (giver->revoked) return refuse(make_error_code(crypto::errc::revoked_reviewer));

    const auto taken = keyring_.cases.emplace(a.thread, a.case_key->clone()).first;
    auto view = view_of(a.thread, taken->second);
    if (!view && view.error() != errc::bad_case) {
        keyring_.cases.erase(taken);
        return view.error();
    }
    if (view && view->destroyed()) {
        keyring_.cases.erase(taken);
        return {};
    }
    const bool begins = view && view->begins_with_report();
    const bool excluded = begins && view->excludes(keyring_.number);
    if (!begins || excluded) {
        keyring_.cases.erase(taken);
        return refuse(make_error_code(excluded ? errc::excluded_in_case : errc::bad_case));
    }
    report.opened.push_back(a.thread);
    return {};
}

result<void> reviewer::add_follow_up(const arrival& a, sync_report& report) {
    if (!keyring_.cases.contains(a.thread)) {
        report.strays.push_back({stray_message::reason::no_case_key, a.thread, a.text});
        return {};
    }
    auto view = view_of(a.thread, keyring_.cases.at(a.thread));
    if (!view) return view.error();
    if (view->ended()) {
        report.strays.push_back({stray_message::reason::case_destroyed, a.thread, a.text});
        return {};
    }
    if (excludes_a_reader(*view, a.excluded)) {
        report.strays.push_back({stray_message::reason::excludes_a_reader, a.thread, a.text});
        return {};
    }
    if (auto ok = keep(*view, a, report); !ok) return ok;
    if (std::ranges::find(report.changed, a.thread) == report.changed.end())
        report.changed.push_back(a.thread);
    return {};
}

// --- the ratchet ----------------------------------------------------------------------------------------

// An epoch has drained once a batch has been read that is newer than the newest when its retirement was first
// seen: the spool of that moment was released into it. At the latest it has when the policy says so. The
// ratchet turns past the lowest epochs that have, and no further.
std::vector<std::uint32_t> reviewer::turn_ratchet(std::span<const std::uint32_t> retired) {
    std::vector<std::uint32_t> forgotten;
    const auto& log = channel_.log();
    bool in_order = true;
    for (std::uint32_t n = keyring_.keys.index(); const crypto::epoch* e = log.find_epoch(n); ++n) {
        if (std::ranges::find(retired, n) == retired.end()) {
            in_order = false;
            continue;
        }
        bool drained = !e->slot_of(keyring_.number);
        if (!drained) {
            auto known = std::ranges::find(keyring_.draining, n, &crypto::draining_epoch::epoch);
            if (known == keyring_.draining.end()) {
                keyring_.draining.push_back({n, keyring_.after_batch});
                known = std::prev(keyring_.draining.end());
            }
            drained = keyring_.after_batch > known->seen_at_batch ||
                      e->retired_at + log.rules().drain_max <= now_();
        }
        in_order = in_order && drained;
        if (in_order && keyring_.keys.advance_to(n + 1)) forgotten.push_back(n);
    }
    return forgotten;
}

// Tells the server of epochs whose secret is gone: only after the keyring without it is on the disk.
result<void> reviewer::tell_drained() {
    const auto identity = keyring_.identity();
    bool told = false;
    for (auto it = keyring_.draining.begin(); it != keyring_.draining.end();) {
        if (it->epoch >= keyring_.keys.index()) {
            ++it;
            continue;
        }
        auto signature =
            crypto::sign_drained(identity.secret_key, channel_.org(), keyring_.number, it->epoch);
        if (auto ok = channel_.post_drained(it->epoch, signature); !ok) return ok;
        it = keyring_.draining.erase(it);
        told = true;
    }
    if (!told) return {};
    return save_(keyring_);
}

} // namespace changgu::client
