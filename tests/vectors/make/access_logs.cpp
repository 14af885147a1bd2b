// access_log: a log, and what somebody saw of one before.
#include "crypto/access_log.hpp"
#include "tests/vectors/make/office.hpp"

namespace changgu::vectors {
namespace {

using entries = std::vector<std::string>;

access_position position_after(const entries& log, std::size_t count) {
    access_chain chain(office::org);
    for (std::size_t i = 0; i < count; ++i) chain.append(log[i]).value();
    return chain.at();
}

} // namespace

json::object make_access_log() {
    json::array cases;
    const entries log{"29743221 reviewer 1 session-opened reviewer",
                      "29743221 reviewer 1 prekeys-put 26",
                      "29743230 admin root-a session-opened admin",
                      "29743231 admin root-a enrolment-opened 4",
                      "29743301 code enrolment-submitted 4",
                      "29743302 roots statement 7 reviewer",
                      "29743320 server sign-ins-refused reviewer 3 keyring 0 admin 12",
                      "29743321 reviewer 1 session-ended reviewer"};
    const auto add = [&](std::string_view name, std::string_view expect, const entries& shown,
                         std::optional<access_position> seen = {}) {
        json::array list;
        for (const auto& e : shown) list.emplace_back(e);
        json::object c{{"name", std::string(name)},
                       {"expect", std::string(expect)},
                       {"org", b64(office::org)},
                       {"entries", std::move(list)}};
        if (seen) c["seen"] = to_json(*seen);
        if (expect == "ok") c["end"] = to_json(position_after(shown, shown.size()));
        cases.emplace_back(std::move(c));
    };
    const auto altered = [&](auto change) {
        entries out = log;
        change(out);
        return out;
    };
    const auto seen = position_after(log, 6);
    add("nothing yet", "ok", {});
    add("a log", "ok", log);
    add("a log that was seen before", "ok", log, seen);
    add("nothing new", "ok", log, position_after(log, log.size()));
    add("seen when it was empty", "ok", log, access_position{});
    add("something new that this version does not know", "ok",
        altered([](entries& e) { e.emplace_back("29743400 reviewer 2 something-new 1 2 3"); }), seen);
    const std::string restored = "29743500 server restored";
    add("a backup was restored that lacked nothing", "ok",
        altered([&](entries& e) { e.push_back(restored); }), position_after(log, log.size()));
    add("a backup was restored that lacked what was seen, which the line that says so does not excuse",
        "log_forked", altered([&](entries& e) {
            e.resize(5);
            e.insert(e.end(), {restored, "29743501 reviewer 1 session-opened reviewer"});
        }),
        seen);
    add("an entry altered", "log_forked", altered([](entries& e) { e[1].back() = '7'; }), seen);
    add("an entry taken out", "log_forked", altered([](entries& e) { e.erase(e.begin() + 2); }), seen);
    add("an entry put in", "log_forked",
        altered([](entries& e) { e.insert(e.begin(), "29743220 reviewer 2 keyring-fetched"); }), seen);
    add("two entries change places", "log_forked", altered([](entries& e) { std::swap(e[0], e[1]); }), seen);
    add("the end cut off", "log_forked", altered([](entries& e) { e.resize(5); }), seen);
    add("all of it gone", "log_forked", {}, seen);
    add("another organisation's position", "log_forked", log,
        access_position{6, made_of<hash256>("another head")});
    add("an empty entry", "bad_field", {""});
    add("two lines", "bad_field", {"29743221 server a\nb"});
    add("letters beyond ASCII", "bad_field", {"29743221 server 제보"});
    add("a blank at the end", "bad_field", {"29743221 server a "});
    add("two blanks", "bad_field", {"29743221  server a"});
    add("201 bytes", "bad_field", {std::string(201, 'a')});
    add("200 bytes", "ok", {std::string(200, 'a')});
    return file_of("The access log: `entries` from the first on, and `seen`, a position that it must pass "
                   "through. `end` is where it leads.",
                   std::move(cases));
}

} // namespace changgu::vectors
