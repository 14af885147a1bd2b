// note, key_log: what root keys sign.
#include "crypto/key_log.hpp"
#include "tests/crypto/log_writer.hpp"
#include "tests/vectors/make/office.hpp"

namespace changgu::vectors {
namespace {

using test::log_writer;
using test::root_named;
constexpr std::uint64_t day = log_writer::day;
constexpr std::uint64_t t0 = log_writer::start_of_time;

json::array strings(const std::vector<std::string>& items) {
    return json::array(items.begin(), items.end());
}

json::array write_keys(const std::vector<note_key>& keys) {
    json::array out;
    for (const note_key& k : keys) out.emplace_back(json::object{{"name", k.name}, {"key", b64(k.key)}});
    return out;
}

// What a reader must know after the whole log.
json::object state_of(const key_log& log) {
    json::array reviewers;
    for (const auto& [number, r] : log.reviewers())
        reviewers.emplace_back(
            json::object{{"number", number}, {"identity", b64(r.entry.identity)}, {"revoked", r.revoked}});
    json::array epochs;
    for (const auto& [number, e] : log.epochs()) {
        json::array recipients;
        for (const epoch_recipient& r : e.entry.recipients) recipients.emplace_back(r.number);
        epochs.emplace_back(json::object{{"epoch", number},
                                         {"statement", b64(e.statement)},
                                         {"recipients", recipients},
                                         {"retired", e.retired},
                                         {"purge_forced", e.purge_forced},
                                         {"usable", e.usable()}});
    }
    json::object out{{"head", to_json(log.head())},
                     {"roots", write_keys(log.roots().roots)},
                     {"threshold", log.roots().threshold},
                     {"recovery", write_keys({log.roots().recovery}).front()},
                     {"origins", strings(log.origins())},
                     {"tick", log.rules().tick},
                     {"reviewers", reviewers},
                     {"epochs", epochs}};
    if (!log.rules().departments.empty()) out["departments"] = to_json(log.rules()).at("departments");
    return out;
}

json::object log_case(std::string_view name, const log_writer& w, std::string_view expect) {
    return {{"name", std::string(name)},
            {"org", b64(w.org)},
            {"notes", strings(w.notes)},
            {"expect", std::string(expect)}};
}

} // namespace

json::object make_note() {
    json::array cases;
    const std::string text = "first line\n\nthird line\n";
    const std::array<note_signer, 2> both{root_named("root-a"), root_named("root-b")};
    const std::string good = sign_note(text, both);
    const note_key a = both[0].verifier();
    const note_key b = both[1].verifier();
    const auto add = [&](std::string_view name, std::string_view whole, std::string_view expect,
                         const std::vector<std::pair<note_key, std::string_view>>& checks = {}) {
        json::object c{
            {"name", std::string(name)}, {"note", b64(as_bytes(whole))}, {"expect", std::string(expect)}};
        if (expect == "ok") {
            json::array list;
            for (const auto& [key, check] : checks)
                list.emplace_back(
                    json::object{{"name", key.name}, {"key", b64(key.key)}, {"check", std::string(check)}});
            c["checks"] = std::move(list);
            c["text"] = b64(as_bytes(parse_note(whole).value().text));
        }
        cases.emplace_back(std::move(c));
    };
    const std::size_t lines = text.size() + 1;
    add("two signatures", good, "ok", {{a, "valid"}, {b, "valid"}});
    add("one signature", sign_note(text, std::span(both).first(1)), "ok", {{a, "valid"}, {b, "absent"}});
    add("a key of the same name", good, "ok", {{{"root-a", b.key}, "absent"}});
    add("the same key under another name", good, "ok", {{{"root-c", a.key}, "absent"}});
    std::string altered = good;
    altered[0] = 'F';
    add("altered text", altered, "ok", {{a, "wrong"}, {b, "wrong"}});
    const std::string elsewhere = sign_note("elsewhere\n", std::span(both).first(1));
    add("a valid line and a wrong one of the same key", good + elsewhere.substr(elsewhere.find("\n\n") + 2),
        "ok", {{a, "wrong"}, {b, "valid"}});
    add("no signature", text + "\n", "bad_note");
    add("no blank line", "first line\n" + good.substr(lines), "bad_note");
    add("no newline at the end", good.substr(0, good.size() - 1), "bad_note");
    add("nothing", "", "bad_note");
    add("a hyphen for the dash", text + "\n- root-a " + good.substr(good.find("root-a ") + 7), "bad_note");
    add("no name", text + "\n\u2014 " + good.substr(good.find("root-a ") + 7), "bad_note");
    add("a short signature", text + "\n\u2014 root-a AAAA\n", "bad_note");
    add(
        "base64 without padding",
        [&] {
            std::string s = sign_note(text, std::span(both).first(1));
            while (s[s.size() - 2] == '=') s.erase(s.size() - 2, 1);
            return s + std::string(good.ends_with("=\n") ? "" : " \n");
        }(),
        "bad_note");
    add("a blank at the end of a line", good.substr(0, good.size() - 1) + " \n", "bad_note");
    add(
        "carriage returns",
        [&] {
            std::string s;
            for (const char c : good) s += c == '\n' ? std::string("\r\n") : std::string(1, c);
            return s;
        }(),
        "bad_note");
    std::string many = text + "\n";
    for (int i = 0; i < 17; ++i) many += good.substr(lines, good.find('\n', lines) + 1 - lines);
    add("17 signatures", many, "bad_note");
    return file_of("Signed notes (base64): how they parse, and what a key's signature in them is worth.",
                   std::move(cases));
}

json::object make_key_log() {
    json::array cases;
    using enum statement_type;
    const auto ok = [&cases](std::string_view name, const log_writer& w, json::array queries = {}) {
        json::object c = log_case(name, w, "ok");
        c["state"] = state_of(key_log::verify(w.org, w.notes).value());
        c["queries"] = std::move(queries);
        cases.emplace_back(std::move(c));
    };
    const auto fails = [&cases](std::string_view name, const log_writer& w, errc expect) {
        cases.emplace_back(log_case(name, w, crypto::name(expect)));
    };
    const auto accepts = [](std::uint32_t epoch, std::uint64_t now, std::string_view expect) {
        return json::object{
            {"query", "accepts"}, {"epoch", epoch}, {"now", now}, {"expect", std::string(expect)}};
    };
    const auto sealing = [](std::uint64_t now, std::uint32_t epoch) {
        json::object q{
            {"query", "sealing_epoch"}, {"now", now}, {"expect", epoch == 0 ? "epoch_not_valid" : "ok"}};
        if (epoch != 0) q["epoch"] = epoch;
        return q;
    };
    const auto origin = [](std::string_view text, std::string_view expect) {
        return json::object{
            {"query", "origin"}, {"origin", std::string(text)}, {"expect", std::string(expect)}};
    };
    const auto passes = [](std::uint64_t seq, const hash256& hash, std::string_view expect) {
        return json::object{
            {"query", "passes_through"}, {"seq", seq}, {"hash", b64(hash)}, {"expect", std::string(expect)}};
    };

    log_writer w;
    const hash256 genesis_hash = w.head();
    ok("genesis alone", w,
       {sealing(t0, 0), accepts(1, t0, "unknown_epoch"), origin("https://report.hanbit.example", "ok"),
        origin("https://report.hanbit.example.evil", "origin_not_listed"),
        origin("http://report.hanbit.example", "origin_not_listed"), passes(0, genesis_hash, "ok"),
        passes(0, hash256{}, "log_forked"), passes(1, genesis_hash, "log_forked")});
    w.reviewers({1, 2}).epoch(1, {1, 2}, 0).epoch(2, {1, 2}, 31);
    ok("two epochs", w,
       {sealing(t0 - day - 1, 0), sealing(t0 - day, 1), sealing(t0, 1), sealing(t0 + 31 * day - 1, 1),
        sealing(t0 + 31 * day, 2), sealing(t0 + 62 * day, 2), sealing(t0 + 63 * day - 1, 2),
        sealing(t0 + 63 * day, 0), accepts(1, t0, "ok"), accepts(1, t0 + 32 * day - 1, "ok"),
        accepts(1, t0 + 32 * day, "epoch_not_valid"), accepts(2, t0, "epoch_not_valid"),
        accepts(2, t0 + 30 * day, "ok"), accepts(3, t0, "unknown_epoch"), passes(4, w.head(), "ok")});
    log_writer overlapping;
    overlapping.reviewers({1, 2}).epoch(1, {1, 2}, 0, 38).epoch(2, {1}, 5, 38);
    ok("two epochs at once: the later one seals, the earlier one is taken for the overlap", overlapping,
       {sealing(t0 + 4 * day, 1), sealing(t0 + 5 * day, 2), accepts(1, t0 + 12 * day - 1, "ok"),
        accepts(1, t0 + 12 * day, "epoch_not_valid"), accepts(2, t0 + 12 * day, "ok")});
    log_writer revoked = w;
    revoked.revoke(2);
    ok("a revocation makes every epoch that names the reviewer unusable", revoked,
       {sealing(t0, 0), accepts(1, t0, "revoked_reviewer"), accepts(2, t0 + 32 * day, "revoked_reviewer")});
    revoked.epoch(3, {1}, 0);
    ok("and a new epoch without them follows", revoked, {sealing(t0, 3), accepts(3, t0, "ok")});
    log_writer retired = w;
    retired.retire(1);
    ok("a retired epoch", retired, {sealing(t0, 0), accepts(1, t0, "retired_epoch")});
    retired.retire(1, "전산 장애로 열지 못함");
    ok("retired again, to purge", retired);
    log_writer described = w;
    reviewer_entry renamed = test::reviewer_numbered(1);
    renamed.role = {"감사 담당관", "Chief auditor"};
    described.add(reviewer, to_json(renamed));
    ok("a reviewer described again", described);
    log_writer rules = w;
    crypto::policy p = test::small_policy();
    p.tick = 3'600;
    rules.add(statement_type::policy,
              to_json(policy_entry{p, {"https://new.hanbit.example", "http://hanbitxyz.onion"}}));
    ok("another policy and other origins", rules,
       {origin("http://hanbitxyz.onion", "ok"),
        origin("https://report.hanbit.example", "origin_not_listed")});
    log_writer by_threshold;
    by_threshold.add(roots, to_json(test::roots_named({"root-b", "root-c"}, 1, "recovery")),
                     {"root-a", "root-b", "root-c"});
    by_threshold.add(reviewer, to_json(test::reviewer_numbered(1)), {"root-c"});
    ok("roots replaced by the threshold", by_threshold);
    log_writer by_recovery;
    by_recovery.add(roots, to_json(test::roots_named({"root-x", "root-y"}, 2, "recovery-2")),
                    {"recovery", "root-x", "root-y", "recovery-2"});
    by_recovery.add(reviewer, to_json(test::reviewer_numbered(1)), {"root-x", "root-y"});
    ok("roots replaced by recovery", by_recovery);

    const auto failing = [&](std::string_view name, errc expect, auto change, const log_writer& start) {
        log_writer copy = start;
        change(copy);
        fails(name, copy, expect);
    };
    const auto add = [&](std::string_view name, errc expect, auto change) {
        failing(name, expect, change, w);
    };
    const auto from_genesis = [&](std::string_view name, errc expect, auto change) {
        failing(name, expect, change, log_writer{});
    };
    from_genesis("another organisation", errc::wrong_org,
                 [](log_writer& x) { x.org = made_of<org_id>("another org"); });
    from_genesis("an empty log", errc::bad_note, [](log_writer& x) { x.notes.clear(); });
    from_genesis("no genesis", errc::bad_transition, [](log_writer& x) {
        x.notes.clear();
        x.add_text(statement_text({0, {}, reviewer, to_json(test::reviewer_numbered(1))}));
    });
    from_genesis("genesis without the recovery key's signature", errc::not_enough_signatures,
                 [](log_writer& x) {
                     const std::string text = parse_note(x.notes[0]).value().text;
                     x.notes.clear();
                     x.add_text(text, {"root-a", "root-b"});
                 });
    from_genesis("a second genesis", errc::bad_transition, [](log_writer& x) {
        const statement first = parse_statement(parse_note(x.notes[0]).value().text).value();
        x.add(genesis, first.body, {"root-a", "root-b", "recovery"});
    });
    from_genesis("a gap", errc::broken_chain, [](log_writer& x) {
        x.add_text(statement_text({2, x.head(), reviewer, to_json(test::reviewer_numbered(1))}));
    });
    add("a statement is missing", errc::broken_chain,
        [](log_writer& x) { x.notes.erase(x.notes.begin() + 1); });
    add("two statements change places", errc::broken_chain,
        [](log_writer& x) { std::swap(x.notes[1], x.notes[2]); });
    from_genesis("another statement before it", errc::broken_chain, [](log_writer& x) {
        x.add_text(statement_text({1, hash256{}, reviewer, to_json(test::reviewer_numbered(1))}));
    });
    from_genesis("one signature of two", errc::not_enough_signatures,
                 [](log_writer& x) { x.add(reviewer, to_json(test::reviewer_numbered(1)), {"root-a"}); });
    from_genesis("the same root twice", errc::not_enough_signatures, [](log_writer& x) {
        x.add(reviewer, to_json(test::reviewer_numbered(1)), {"root-a", "root-a"});
    });
    from_genesis("recovery signs what is not for it", errc::not_enough_signatures, [](log_writer& x) {
        x.add(reviewer, to_json(test::reviewer_numbered(1)), {"root-a", "recovery"});
    });
    from_genesis("an unknown root", errc::not_enough_signatures, [](log_writer& x) {
        x.add(reviewer, to_json(test::reviewer_numbered(1)), {"root-a", "root-z"});
    });
    from_genesis("altered text", errc::bad_signature, [](log_writer& x) {
        x.add(reviewer, to_json(test::reviewer_numbered(1)));
        std::string& last = x.notes.back();
        last.replace(last.find("audit"), 5, "Audit");
    });
    from_genesis("new roots without the new root's signature", errc::not_enough_signatures,
                 [](log_writer& x) {
                     x.add(roots, to_json(test::roots_named({"root-b", "root-c"}, 1, "recovery")),
                           {"root-a", "root-b"});
                 });
    from_genesis("new roots signed by themselves alone", errc::not_enough_signatures, [](log_writer& x) {
        x.add(roots, to_json(test::roots_named({"root-x"}, 1, "recovery-2")), {"root-x", "recovery-2"});
    });
    failing(
        "a root that was replaced", errc::not_enough_signatures,
        [](log_writer& x) { x.add(reviewer, to_json(test::reviewer_numbered(2)), {"root-a"}); },
        by_threshold);
    add("an epoch of 38 days and a second", errc::bad_transition, [](log_writer& x) {
        epoch_entry e = x.epoch_of(3, {1}, 62, 38);
        ++e.valid_until;
        x.add(epoch, to_json(e));
    });
    add("an epoch that ends as it starts", errc::bad_transition,
        [](log_writer& x) { x.epoch(3, {1}, 62, 0); });
    add("a number is skipped", errc::bad_transition, [](log_writer& x) { x.epoch(4, {1}, 62); });
    add("a number comes again", errc::bad_transition, [](log_writer& x) { x.epoch(2, {1}, 62); });
    add("an epoch for somebody unknown", errc::unknown_reviewer,
        [](log_writer& x) { x.epoch(3, {1, 9}, 62); });
    add("an epoch for somebody revoked", errc::revoked_reviewer, [](log_writer& x) {
        x.revoke(2);
        x.epoch(3, {1, 2}, 62);
    });
    add("an intake key that its reviewer did not sign for this epoch", errc::bad_signature,
        [](log_writer& x) {
            epoch_entry e = x.epoch_of(3, {1}, 62);
            e.recipients[0] = x.epoch_of(2, {1}, 62).recipients[0];
            x.add(epoch, to_json(e));
        });
    add("the same recipient twice", errc::bad_field, [](log_writer& x) { x.epoch(3, {1, 1}, 62); });
    add("an epoch for nobody", errc::bad_field, [](log_writer& x) { x.epoch(3, {}, 62); });
    add("a revocation of somebody unknown", errc::unknown_reviewer, [](log_writer& x) { x.revoke(9); });
    add("a second revocation", errc::revoked_reviewer, [](log_writer& x) { x.revoke(1).revoke(1); });
    add("a revoked number comes back", errc::revoked_reviewer,
        [](log_writer& x) { x.revoke(1).reviewers({1}); });
    add("a number for another person", errc::bad_transition, [](log_writer& x) {
        reviewer_entry e = test::reviewer_numbered(1);
        e.identity = test::identity_of(8).public_key;
        x.add(reviewer, to_json(e));
    });
    add("a person under a second number", errc::bad_transition, [](log_writer& x) {
        reviewer_entry e = test::reviewer_numbered(8);
        e.identity = test::identity_of(1).public_key;
        x.add(reviewer, to_json(e));
    });
    add("retiring an epoch that is none", errc::unknown_epoch, [](log_writer& x) { x.retire(9); });
    add("retiring twice without a reason", errc::retired_epoch, [](log_writer& x) { x.retire(1).retire(1); });
    from_genesis("one key under two names", errc::bad_field, [](log_writer& x) {
        root_set set = test::roots_named({"root-a", "root-b"}, 2, "recovery");
        set.roots.push_back({"root-aa", set.roots[0].key});
        x.add(roots, to_json(set));
    });
    from_genesis("a threshold beyond the roots", errc::bad_field, [](log_writer& x) {
        x.add(roots, to_json(test::roots_named({"root-a", "root-b"}, 3, "recovery")));
    });
    from_genesis("an unknown type", errc::bad_statement, [](log_writer& x) {
        std::string text = statement_text({1, x.head(), revoke, revoke_json(1)});
        text.replace(text.find("revoke"), 6, "forget");
        x.add_text(text);
    });
    from_genesis("a sequence number with a zero before it", errc::bad_statement, [](log_writer& x) {
        std::string text = statement_text({1, x.head(), revoke, revoke_json(1)});
        text.replace(text.find("seq 1"), 5, "seq 01");
        x.add_text(text);
    });
    from_genesis("a duplicate key in a body", errc::bad_json, [](log_writer& x) {
        std::string text = statement_text({1, x.head(), revoke, revoke_json(1)});
        text.replace(text.find('{'), 1, "{\"number\":2,");
        x.add_text(text);
    });
    p = test::small_policy();
    p.departments = {{"audit", {"감사실", "Audit office"}, 12}, {"police", {"경찰청", "Police"}, 1'000'000}};
    log_writer with_departments = w;
    with_departments.add(statement_type::policy, to_json(policy_entry{p, {"https://report.hanbit.example"}}));
    ok("a policy with departments", with_departments);
    add("a department of nobody", errc::bad_field, [&p](log_writer& x) {
        p.departments[0].people = 0;
        x.add(statement_type::policy, to_json(policy_entry{p, {"https://report.hanbit.example"}}));
    });
    return file_of("Whole key logs: notes from genesis on, the state they lead to and what it answers.",
                   std::move(cases));
}

} // namespace changgu::vectors
