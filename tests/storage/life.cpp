#include "tests/storage/life.hpp"

#include "storage/backup.hpp"
#include "tests/storage/fault_disk.hpp"

#include <future>
#include <sstream>

namespace changgu::test {
namespace {

constexpr month_number first_month = 2026 * 12;
constexpr const char* log_place = "key log";
constexpr const char* keyring_place = "keyring";
constexpr const char* prekeys_place = "prekeys";
constexpr std::uint64_t restored_at = 1'800'000'000;

std::string envelope_place(std::uint64_t n) {
    return "envelope " + std::to_string(n);
}
std::string item_place(item_kind kind, std::uint64_t n) {
    constexpr std::array names{"", "reply ", "event ", "blob "};
    return names.at(static_cast<std::size_t>(kind)) + std::to_string(n);
}
std::string name_of(item_state s) {
    constexpr std::array names{"unknown", "present", "burned", "expired"};
    return names.at(static_cast<std::size_t>(s));
}

bytes envelope_of(std::uint64_t n) {
    return body(n);
}
bytes item_of(item_kind kind, std::uint64_t n) {
    return body(1000 * static_cast<std::uint64_t>(kind) + n,
                kind == item_kind::blob ? 20'000 : envelope_bytes);
}
bytes keyring_of(const std::string& label, const pepper& p) {
    bytes b;
    crypto::append(b, crypto::blake2b<crypto::hash256>({p.view()}).view());
    crypto::append(b, crypto::as_bytes(label));
    return b;
}

std::function<std::string(const std::string&)> to(std::string state) {
    return [state = std::move(state)](const std::string&) { return state; };
}
std::function<std::string(const std::string&)> from_to(std::string from, std::string state) {
    return [from = std::move(from), state = std::move(state)](const std::string& s) {
        return s == from ? state : s;
    };
}

std::uint64_t number_in(const std::string& place) {
    return std::stoull(place.substr(place.find(' ') + 1));
}

/// The state of a place in an open store.
std::string look(reader& r, const std::string& place) {
    if (place == log_place) {
        std::string all;
        for (const auto& note : r.read_key_log(0, 100, 1 << 20)) all += note.text;
        return all;
    }
    if (place == keyring_place) {
        const auto k = r.find_keyring(1);
        if (!k) return "";
        if (!k->wrap_pepper) return "without its pepper";
        const auto hash = crypto::blake2b<crypto::hash256>({k->wrap_pepper->view()});
        if (!std::equal(hash.value.begin(), hash.value.end(), k->body.begin()))
            return "with another's pepper";
        return std::string(crypto::as_text(crypto::bytes_view(k->body).subspan(32)));
    }
    if (place == prekeys_place) {
        std::string all;
        for (const auto& k : r.list_prekeys()) all += std::to_string(k.key.epoch) + " ";
        return all;
    }
    if (place.starts_with("envelope "))
        return r.has_envelope(id_of(envelope_of(number_in(place)))) ? "present" : "absent";
    for (const auto kind : {item_kind::reply, item_kind::case_event, item_kind::blob}) {
        const auto n = number_in(place);
        if (place != item_place(kind, n)) continue;
        const auto at = address_of(n);
        const auto found = r.read(kind, std::span(&at, 1)).at(0);
        if (found.state == item_state::present && found.body != item_of(kind, n)) return "another";
        return name_of(found.state);
    }
    return "?";
}

std::string joined(const std::set<std::string>& all) {
    std::string out;
    for (const auto& s : all) out += (out.empty() ? "" : " or ") + (s.empty() ? "nothing" : s);
    return out;
}

/// Looks at every place; narrows `expected` to what is there.
void look_everywhere(store& s, states& expected, const std::string& when, std::vector<std::string>& wrong) {
    auto r = s.make_reader();
    for (auto& [place, allowed] : expected) {
        const auto there = look(r, place);
        if (!allowed.contains(there)) {
            std::string sentence = place;
            sentence.append(" is ").append(joined({there})).append(", not ").append(joined(allowed));
            wrong.push_back(sentence.append(", ").append(when));
        }
        allowed = {there};
    }
    for (auto problem : r.check()) wrong.push_back(problem.append(", ").append(when));
}

std::vector<std::string> wrongs_in(const options& opts, states expected, bool traces) {
    std::vector<std::string> wrong;
    std::vector<bytes> deleted;
    for (const auto& [place, allowed] : expected) {
        if (place.starts_with("envelope ") && allowed == std::set<std::string>{"absent"})
            deleted.push_back(envelope_of(number_in(place)));
        for (const auto kind : {item_kind::reply, item_kind::case_event, item_kind::blob})
            if (place.starts_with(item_place(kind, 0).substr(0, 3)) &&
                (allowed == std::set<std::string>{"burned"} || allowed == std::set<std::string>{"expired"}))
                deleted.push_back(item_of(kind, number_in(place)));
    }
    try {
        store s(opts);
        look_everywhere(s, expected, "after the start", wrong);
        if (traces && !deleted.empty())
            if (const auto n = pieces_on_disk(opts.directory, deleted); n != 0)
                wrong.push_back(std::to_string(n) + " pieces of what was deleted are on the disk");
        const auto fresh = body(500);
        if (wait<put_outcome>([&](auto done) { s.put_envelope(id_of(fresh), 1, fresh, std::move(done)); }) !=
            put_outcome::stored)
            wrong.emplace_back("nothing can be put");
        if (!wait<result<release_report>>([&](auto done) {
                s.release({.epoch = 0, .fill = 1, .today = 60, .month = first_month, .make_chaff = {}},
                          std::move(done));
            }))
            wrong.emplace_back("nothing can be released");
        look_everywhere(s, expected, "after a release", wrong);
        auto r = s.make_reader();
        auto cursor = r.open_inbox(0);
        std::map<envelope_id, int> inbox;
        while (cursor.remaining > 0) {
            const auto some = r.next(cursor, 16).value();
            if (some.empty()) break;
            for (const auto& e : some) inbox[e.id] += id_of(e.body) == e.id ? 1 : 1000;
        }
        for (const auto& [place, allowed] : expected) {
            if (!place.starts_with("envelope ")) continue;
            const auto found = inbox.find(id_of(envelope_of(number_in(place))));
            const int times = found == inbox.end() ? 0 : found->second;
            if (times != (allowed.contains("present") ? 1 : 0))
                wrong.push_back(place + " is in the batches " + std::to_string(times) + " times");
        }
    } catch (const std::exception& e) {
        wrong.push_back(std::string("it threw: ") + e.what());
    }
    return wrong;
}

} // namespace

states chronicle::at(std::uint64_t moment) const {
    states all;
    for (const auto& s : steps_) {
        auto& here = all[s.place];
        if (here.empty())
            here = {s.place.starts_with("envelope ")                                 ? "absent"
                    : s.place.find(' ') != std::string::npos && s.place != log_place ? "unknown"
                                                                                     : ""};
        if (s.begun > moment) continue;
        std::set<std::string> next;
        for (const auto& before : here) next.insert(s.change(before));
        if (s.ended > moment || !s.acknowledged) next.insert(here.begin(), here.end());
        here = std::move(next);
    }
    return all;
}

options life_options(const std::filesystem::path& root) {
    options o;
    o.directory = root / "data";
    o.spool_file = 81'920;
    return o;
}
std::filesystem::path life_backup(const std::filesystem::path& root) {
    return root / "backup";
}

life::life(const std::filesystem::path& root, std::function<std::uint64_t()> clock)
    : opts_(life_options(root)), backup_file_(life_backup(root)), clock_(std::move(clock)) {
    if (!clock_) clock_ = [this] { return ++steps_; };
}

void life::run() {
    open();
    submit();
    write_keys();
    first_batch_ = tick(0);
    erase();
    back_up_all();
    compact();
    open(); // again
    put(std::array<std::uint64_t, 1>{8}, 1);
    put_item(item_kind::reply, 9);
    tick(40);
    const exposed now;
    store_.reset();
}

template <class Call> bool life::acknowledged(const Call& call) {
    if (!store_) return false;
    try {
        const exposed now;
        return call();
    } catch (const std::bad_alloc&) {
        return false;
    } catch (const std::runtime_error&) {
        return false;
    }
}

void life::tell(std::vector<chronicle::step> steps, std::uint64_t begun, bool acknowledged) {
    const auto ended = clock_();
    for (auto& s : steps) {
        s.begun = begun;
        s.ended = ended;
        s.acknowledged = acknowledged;
        chronicle_.add(std::move(s));
    }
}

void life::open() {
    store_.reset();
    try {
        const exposed now;
        store_ = std::make_unique<store>(opts_);
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): it says so, and is not there
    }
}

// Together, so that they are a group.
void life::put(std::span<const std::uint64_t> envelopes, std::uint32_t epoch) {
    const auto begun = clock_();
    std::vector<std::pair<std::uint64_t, std::future<put_outcome>>> answers;
    for (const auto n : envelopes) {
        std::promise<put_outcome> told;
        auto answer = told.get_future();
        const bool submitted = acknowledged([&] {
            store_->put_envelope(id_of(envelope_of(n)), epoch, envelope_of(n),
                                 [told = std::move(told)](put_outcome o) mutable { told.set_value(o); });
            return true;
        });
        if (submitted)
            answers.emplace_back(n, std::move(answer));
        else
            tell({{.place = envelope_place(n), .change = to("present")}}, begun, false);
    }
    for (auto& [n, answer] : answers) {
        const auto o = answer.get();
        tell({{.place = envelope_place(n), .change = to("present")}}, begun,
             o == put_outcome::stored || o == put_outcome::exists);
    }
}

void life::put_item(item_kind kind, std::uint64_t n) {
    const auto begun = clock_();
    const auto o = acknowledged([&] {
        const auto outcome = wait<put_outcome>([&](auto done) {
            const auto at = address_of(n);
            auto b = item_of(kind, n);
            if (kind == item_kind::reply)
                store_->put_reply(at, std::move(b), std::move(done));
            else if (kind == item_kind::case_event)
                store_->put_case_event(at, std::move(b), std::move(done));
            else
                store_->put_blob(at, std::move(b), std::move(done));
        });
        return outcome == put_outcome::stored || outcome == put_outcome::exists;
    });
    tell({{.place = item_place(kind, n), .change = from_to("unknown", "present")}}, begun, o);
}

void life::burn(item_kind kind, std::uint64_t n) {
    const auto begun = clock_();
    const auto done = acknowledged([&] {
        return wait<edit_outcome>([&](auto d) {
                   if (kind == item_kind::reply)
                       store_->burn({address_of(n)}, std::move(d));
                   else
                       store_->purge(kind, {address_of(n)}, std::move(d));
               }) == edit_outcome::done;
    });
    tell({{.place = item_place(kind, n), .change = from_to("present", "burned")}}, begun, done);
}

void life::append_notes(std::uint64_t next, std::vector<std::string> notes) {
    const auto begun = clock_();
    std::string added;
    for (const auto& n : notes) added += n;
    const auto done = acknowledged([&] {
        return wait<edit_outcome>([&](auto d) { store_->append_key_log(next, notes, std::move(d)); }) ==
               edit_outcome::done;
    });
    tell({{.place = log_place,
           .change =
               [added, next](const std::string& before) {
                   return before.size() == next ? before + added : before; // a letter a note
               }}},
         begun, done);
}

void life::put_keyring(const std::string& label) {
    const auto begun = clock_();
    auto p = pepper::random();
    const auto content = keyring_of(label, p);
    const auto done = acknowledged([&] {
        std::optional<keyring_etag> after;
        const auto outcome = wait<edit_outcome>([&](auto d) {
            store_->put_keyring(1, etag_, {}, content, std::move(p),
                                [&after, d = std::move(d)](edit_outcome o, keyring_etag e) mutable {
                                    after = e;
                                    d(o);
                                });
        });
        if (outcome == edit_outcome::done) etag_ = after;
        return outcome == edit_outcome::done;
    });
    tell({{.place = keyring_place, .change = to(label)}}, begun, done);
}

void life::put_prekeys(std::uint32_t epoch) {
    const auto begun = clock_();
    const auto done = acknowledged([&] {
        return wait<edit_outcome>([&](auto d) {
                   store_->put_prekeys(1, {{epoch, {}, {}}, {epoch + 1, {}, {}}}, std::move(d));
               }) == edit_outcome::done;
    });
    tell({{.place = prekeys_place,
           .change = to(std::to_string(epoch) + " " + std::to_string(epoch + 1) + " ")}},
         begun, done);
}

void life::submit() {
    put(std::array<std::uint64_t, 3>{1, 2, 3}, 1);
    put(std::array<std::uint64_t, 1>{4}, 2);
    for (const std::uint64_t n : {1U, 2U}) put_item(item_kind::reply, n);
    for (const std::uint64_t n : {1U, 2U}) put_item(item_kind::case_event, n);
    for (const std::uint64_t n : {1U, 2U}) put_item(item_kind::blob, n);
}

void life::write_keys() {
    append_notes(0, {"a", "b"});
    put_prekeys(3);
    put_keyring("first");
    put_keyring("second");
}

bool life::tick(day_number today) {
    return acknowledged([&] {
        std::uint64_t n = 100 + 10 * today;
        return wait<result<release_report>>([&](auto done) {
                   store_->release({.epoch = 1,
                                    .fill = 2,
                                    .today = today,
                                    .month = first_month,
                                    .make_chaff = [&n] { return body(++n); }},
                                   std::move(done));
               })
            .has_value();
    });
}

void life::erase() {
    put(std::array<std::uint64_t, 1>{5}, 1);
    put_item(item_kind::reply, 3);
    burn(item_kind::reply, 1);
    burn(item_kind::reply, 3); // not released yet
    burn(item_kind::case_event, 1);
    burn(item_kind::blob, 1);
    put(std::array<std::uint64_t, 1>{6}, 2);
    tick(1);
    put(std::array<std::uint64_t, 1>{7}, 2);
    auto begun = clock_();
    const bool deleted = acknowledged([&] {
        return wait<result<std::uint64_t>>([&](auto done) { store_->delete_epoch(2, std::move(done)); })
            .has_value();
    });
    tell({{.place = envelope_place(4), .change = to("absent")},
          {.place = envelope_place(6), .change = to("absent")},
          {.place = envelope_place(7), .change = to("absent")}},
         begun, deleted);
    begun = clock_();
    const bool expired = acknowledged([&] {
        return wait<result<std::uint64_t>>([&](auto done) {
                   store_->expire(first_month + 5, {.reply_months = 1, .blob_months = 0}, std::move(done));
               })
            .has_value();
    });
    tell({{.place = item_place(item_kind::reply, 2), .change = from_to("present", "expired")}}, begun,
         expired && first_batch_); // what is spooled does not expire
    // Where they could not be burned; of the third, where the second batch came.
    for (const std::uint64_t n : {1U, 3U})
        tell({{.place = item_place(item_kind::reply, n), .change = from_to("present", "expired")}}, begun,
             false);
}

void life::back_up_all() {
    put(std::array<std::uint64_t, 1>{10}, 1);
    put_item(item_kind::reply, 4);
    backup_.begun = clock_();
    backup_.acknowledged = acknowledged([&] {
        return changgu::storage::back_up(opts_.directory, backup_file_, vault::recipients).has_value();
    });
    backup_.ended = clock_();
}

void life::compact() {
    (void)acknowledged([&] {
        return wait<result<compact_report>>([&](auto done) { store_->compact(30, std::move(done)); })
            .has_value();
    });
    append_notes(2, {"c"});
    put_keyring("third");
}

std::vector<std::string> wrongs(const std::filesystem::path& root, const states& expected, bool traces) {
    return wrongs_in(life_options(root), expected, traces);
}

std::vector<std::string> wrongs_of_backup(const std::filesystem::path& root, const states& expected) {
    auto opts = life_options(root);
    opts.directory = root / "restored";
    try {
        const auto problems =
            changgu::storage::restore(life_backup(root), &vault::opener(), opts.directory, restored_at);
        if (!problems) return {"it cannot be restored"};
        if (!problems->empty()) return *problems;
    } catch (const std::exception& e) {
        return {std::string("restoring threw: ") + e.what()};
    }
    auto there = expected;
    there[keyring_place] = {""};
    return wrongs_in(opts, there, false);
}

} // namespace changgu::test
