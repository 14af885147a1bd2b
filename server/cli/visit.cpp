#include "server/cli/visit.hpp"

#include "server/cli/messages.hpp"

namespace changgu::cli {
namespace {

namespace json = crypto::json;

std::string short_name(const crypto::thread_id& thread) {
    return crypto::to_hex(thread.view()).substr(0, 8);
}

void warn(terminal& term, const client::alarm& a) {
    switch (a.what) {
    case client::alarm::kind::damaged: return term.say(message::alarm_damaged, a.batch, a.error.message());
    case client::alarm::kind::forked_log: return term.say(message::alarm_forked, a.batch);
    case client::alarm::kind::bad_case: return term.say(message::alarm_bad_case, a.batch, a.error.message());
    }
}

} // namespace

json::object visit_json(const client::sync_report& r, const std::vector<crypto::thread_id>& destroyed) {
    constexpr std::array<std::string_view, 3> kinds{"damaged", "forked_log", "bad_case"};
    constexpr std::array<std::string_view, 4> reasons{"no_case_key", "too_large", "excludes_a_reader",
                                                      "case_destroyed"};
    json::array strays;
    for (const auto& s : r.strays)
        strays.emplace_back(json::object{{"thread", crypto::to_hex(s.thread.view())},
                                         {"reason", reasons[static_cast<std::size_t>(s.why)]},
                                         {"text", s.text}});
    json::array alarms;
    for (const auto& a : r.alarms)
        alarms.emplace_back(json::object{{"kind", kinds[static_cast<std::size_t>(a.what)]},
                                         {"batch", a.batch},
                                         {"epoch", a.epoch},
                                         {"error", a.error.message()}});
    json::array gone;
    for (const auto& thread : destroyed) gone.emplace_back(crypto::to_hex(thread.view()));
    json::object out{{"envelopes", r.envelopes},
                     {"opened", r.opened.size()},
                     {"changed", r.changed.size()},
                     {"strays", strays},
                     {"alarms", alarms},
                     {"forgotten", crypto::write_numbers(r.forgotten)},
                     {"destroyed", gone}};
    if (r.not_kept.failed()) out["not_kept"] = r.not_kept.message();
    return out;
}

void tell_visit(command_context& context, const client::sync_report& report,
                const std::vector<crypto::thread_id>& destroyed) {
    auto& term = context.term;
    constexpr std::array explanations{message::stray_no_key, message::stray_too_large,
                                      message::stray_excludes_a_reader, message::stray_destroyed};
    for (const std::uint32_t n : report.forgotten) term.say(message::keys_forgotten, n);
    for (const auto& s : report.strays) {
        if (term.json()) break;
        term.print(explanations[static_cast<std::size_t>(s.why)], short_name(s.thread));
        term.print_line(s.text);
    }
    for (const auto& thread : destroyed) term.say(message::found_destroyed, short_name(thread));
    if (report.not_kept.failed()) term.say(message::files_not_kept, report.not_kept.message());
    for (const auto& a : report.alarms) {
        warn(term, a);
        if (a.what == client::alarm::kind::forked_log) context.exit = exit_code::untrusted;
    }
}

} // namespace changgu::cli
