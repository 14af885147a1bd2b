// retention: how long a case is kept.
#include "crypto/case_life.hpp"
#include "tests/vectors/make/maker.hpp"

#include <chrono>

namespace changgu::vectors {
namespace {

namespace chrono = std::chrono;

std::uint64_t at(int year, unsigned month, unsigned day, std::uint64_t seconds = 0) {
    const chrono::sys_days date(chrono::year(year) / static_cast<int>(month) / static_cast<int>(day));
    return static_cast<std::uint64_t>(date.time_since_epoch().count()) * 86'400 + seconds;
}

json::object event(std::string_view type, std::uint64_t when, const json::object& more = {}) {
    json::object out{{"type", std::string(type)}, {"at", when}, {"by", 1}};
    for (const auto& [member, value] : more) out[member] = value;
    return out;
}

policy rules() {
    policy p;
    p.case_keep_months = 24;
    p.categories = {{"corruption", {"부패행위", "Corruption"}, 120},
                    {"idea", {"업무개선 제안", "Idea for better work"}, 1},
                    {"other", {"그 밖의 소통", "Anything else"}}};
    return p;
}

class writer {
  public:
    void add(std::string_view name, json::array events, std::string_view category,
             std::initializer_list<std::uint64_t> moments, const json::object& written = to_json(rules())) {
        json::object c{{"name", std::string(name)},
                       {"policy", written},
                       {"category", std::string(category)},
                       {"events", events}};
        const auto read = policy_from_json(parse_json(json::serialize(written)).value()).value();
        c["months"] = read.months_kept(category);
        case_life life;
        for (const json::value& e : events) {
            if (e.is_null())
                life.miss();
            else
                life.take(e.as_object(), e.at("by").to_number<std::uint32_t>());
        }
        json::array holders;
        for (const case_hold& h : life.holds) holders.emplace_back(h.by);
        c["holders"] = holders;
        if (const auto due = life.due(read, category)) c["due"] = *due;
        json::array stages;
        for (const auto now : moments)
            stages.emplace_back(json::object{
                {"now", now}, {"stage", std::string(crypto::name(life.stage(read, category, now)))}});
        c["stages"] = stages;
        c["expect"] = "ok";
        cases.emplace_back(std::move(c));
    }
    void refused(std::string_view name, const json::object& written) {
        cases.emplace_back(
            json::object{{"name", std::string(name)}, {"policy", written}, {"expect", "bad_field"}});
    }
    json::array cases;
};

} // namespace

json::object make_retention() {
    writer w;
    const auto report = event("snapshot", at(2025, 1, 10, 3'600));
    const auto closed = event("close", at(2026, 1, 31, 36'060), {{"reason", "done"}});
    const auto hold = [](std::uint32_t by) {
        return event("hold", at(2026, 2, 2), {{"reason", "a court asks"}, {"by", by}});
    };
    const auto unhold = event("unhold", at(2026, 3, 3), {{"reason", "the court is done"}});
    const auto status = [](std::string_view s, std::uint64_t when) {
        return event("status", when, {{"status", std::string(s)}});
    };
    const auto destroy = event("destroy", at(2030, 1, 1));
    const auto due2 = at(2028, 1, 31, 36'060); // 24 months later
    const auto late = at(2100, 1, 1);

    w.add("open", {report, status("investigating", at(2025, 2, 1))}, "other", {at(2025, 3, 1), late});
    w.add("closed", {report, closed}, "other", {due2 - 1, due2, late});
    w.add("closed by a status", {report, status("closed", at(2026, 1, 31, 36'060))}, "other",
          {due2 - 1, due2});
    w.add("closed by an answer",
          {report, event("reply", at(2026, 1, 31, 36'060), {{"status", "closed"}, {"text", ""}})}, "other",
          {due2 - 1, due2});
    w.add("its category says how long", {report, closed}, "corruption", {due2, at(2036, 1, 31, 36'060)});
    w.add("a month later, which is shorter", {report, closed}, "idea",
          {at(2026, 2, 28, 36'059), at(2026, 2, 28, 36'060)});
    w.add("a leap year", {report, event("close", at(2028, 1, 30), {{"reason", ""}})}, "idea",
          {at(2028, 2, 28, 86'399), at(2028, 2, 29)});
    w.add("over the end of the year", {report, event("close", at(2026, 12, 31), {{"reason", ""}})}, "idea",
          {at(2027, 1, 30), at(2027, 1, 31)});
    w.add("a category that the policy does not have", {report, closed}, "none", {due2 - 1, due2});
    json::object older = to_json(rules());
    older.erase("case_keep_months");
    w.add("a policy that says nothing", {report, closed}, "other",
          {at(2029, 1, 31, 36'059), at(2029, 1, 31, 36'060)}, older);
    w.add("closed again while closed: the first counts", {report, closed, status("closed", at(2027, 5, 5))},
          "other", {due2 - 1, due2});
    w.add("opened again", {report, closed, status("reviewing", at(2026, 2, 1))}, "other", {late});
    w.add("opened again by an answer",
          {report, closed, event("reply", at(2026, 2, 1), {{"status", "reviewing"}, {"text", ""}})}, "other",
          {late});
    w.add("opened and closed again",
          {report, closed, status("reviewing", at(2026, 2, 1)), status("closed", at(2026, 4, 1))}, "other",
          {due2, at(2028, 4, 1)});
    w.add("an addition after the closing: from then on", {report, closed, event("snapshot", at(2026, 6, 1))},
          "other", {due2, at(2028, 6, 1)});
    json::object undated = closed;
    undated.erase("at");
    w.add("closed, nobody knows when", {report, undated}, "other", {late});
    w.add("closed beyond all calendars",
          {report, event("close", (std::uint64_t{1} << 53U) - 1, {{"reason", ""}})}, "other", {late});
    w.add("due beyond all calendars", {report, event("close", at(9999, 1, 1), {{"reason", ""}})}, "other",
          {late});
    w.add("held while open", {report, hold(1)}, "other", {late});
    w.add("held by two, and closed", {report, hold(1), closed, hold(2)}, "other", {due2, late});
    w.add("no longer held by anybody", {report, hold(1), closed, hold(2), unhold}, "other", {due2 - 1, due2});
    w.add("held again", {report, hold(1), closed, unhold, hold(3)}, "other", {late});
    w.add("an unknown type", {report, closed, event("poll", at(2026, 2, 1), {{"status", "reviewing"}})},
          "other", {due2 - 1, due2});
    w.add("its destruction has begun", {report, closed, destroy}, "other", {at(2026, 2, 1), late});
    w.add("a hold that comes too late", {report, closed, destroy, hold(2)}, "other", {late});
    w.add("opened again too late", {report, closed, destroy, status("reviewing", at(2030, 1, 1))}, "other",
          {late});
    w.add("a hold came first", {report, closed, hold(2), destroy}, "other", {late});
    w.add("a hold came first, and was taken back", {report, closed, hold(2), destroy, unhold}, "other",
          {due2 - 1, due2});
    w.add("somebody opened it first", {report, closed, status("reviewing", at(2029, 1, 1)), destroy}, "other",
          {late});
    w.add("an event is gone", {report, nullptr, nullptr}, "other", {at(2026, 2, 1), late});
    w.add("an event is gone, and yet it is held", {nullptr, hold(2), closed}, "other", {late});

    const auto altered = [](json::string_view member, const json::value& value) {
        json::object p = to_json(rules());
        p[member] = value;
        return p;
    };
    const auto kept = [&](const json::value& months) {
        json::object one{{"id", "other"}, {"ko", "그 밖의 소통"}, {"en", "Anything else"}};
        one["keep_months"] = months;
        return altered("categories", json::array{one});
    };
    w.add("the longest", {report, closed}, "other", {late}, kept(1'200));
    w.refused("a category kept for no month", kept(0));
    w.refused("a category kept for too many months", kept(1'201));
    w.refused("a category kept for a text", kept("12"));
    w.refused("a category kept for null", kept(nullptr));
    w.refused("kept for no month", altered("case_keep_months", 0));
    w.refused("kept for too many months", altered("case_keep_months", 1'201));
    w.refused("kept for less than nothing", altered("case_keep_months", -1));
    return file_of("How long a case is kept: `events` in order (null: purged), with `by`, the reviewer who "
                   "signed each; `months` after its closing, `due` in seconds, `stages` at moments, "
                   "`holders` by reviewer.",
                   std::move(w.cases));
}

} // namespace changgu::vectors
