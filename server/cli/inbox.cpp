// changgu inbox: takes in what came, then lists the cases.
#include "server/cli/messages.hpp"
#include "server/cli/reporter_input.hpp"
#include "server/cli/reviewer_session.hpp"

#include <CLI/CLI.hpp>

namespace changgu::cli {
namespace {

namespace json = crypto::json;

void warn(terminal& term, const client::alarm& a) {
    switch (a.what) {
    case client::alarm::kind::damaged: return term.say(message::alarm_damaged, a.batch, a.error.message());
    case client::alarm::kind::forked_log: return term.say(message::alarm_forked, a.batch);
    case client::alarm::kind::bad_case: return term.say(message::alarm_bad_case, a.batch, a.error.message());
    }
}

json::object to_json(const client::sync_report& r) {
    constexpr std::array<std::string_view, 3> kinds{"damaged", "forked_log", "bad_case"};
    constexpr std::array<std::string_view, 3> reasons{"no_case_key", "too_large", "excludes_a_reader"};
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
    return {{"envelopes", r.envelopes},
            {"opened", r.opened.size()},
            {"changed", r.changed.size()},
            {"strays", strays},
            {"alarms", alarms},
            {"forgotten", crypto::write_numbers(r.forgotten)}};
}

json::array to_json(const std::vector<client::case_view>& cases) {
    json::array out;
    for (const auto& c : cases)
        out.emplace_back(json::object{{"number", c.number},
                                      {"thread", crypto::to_hex(c.thread.view())},
                                      {"status", c.status},
                                      {"assignee", c.assignee},
                                      {"messages", c.messages.size()},
                                      {"replies", c.replies.size()},
                                      {"unreadable", c.unreadable.size()}});
    return out;
}

std::string first_line(const client::case_view& c) {
    constexpr std::size_t width = 60;
    if (c.messages.empty()) return "";
    std::string line = c.messages.front().text().substr(0, c.messages.front().text().find('\n'));
    if (line.size() > width) {
        std::size_t end = width;
        while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80) --end;
        line.resize(end);
        line += "…";
    }
    return line;
}

void print(terminal& term, const client::sync_report& report, const std::vector<client::case_view>& cases) {
    constexpr std::array explanations{message::stray_no_key, message::stray_too_large,
                                      message::stray_excludes_a_reader};
    for (const auto& s : report.strays) {
        term.print(explanations[static_cast<std::size_t>(s.why)],
                   crypto::to_hex(s.thread.view()).substr(0, 8));
        term.print_line(s.text);
    }
    for (const auto& c : cases)
        term.print(message::case_line, c.number, status_words(term, c.status),
                   c.assignee == 0 ? std::string(term.text(message::nobody)) : std::to_string(c.assignee),
                   first_line(c));
}

void sync(command_context& context, const reviewer_arguments& o, const std::optional<std::uint32_t>& from) {
    auto& term = context.term;
    auto session = reviewer_session::open(context, o);
    if (!session) return;
    term.progress(message::reading_inbox);
    auto report = session->reviewer().sync(from);
    if (!report) return fail(context, report.error());
    auto cases = session->reviewer().cases();
    if (!cases) return fail(context, cases.error());
    term.end_progress();

    term.say(message::read_so_far, report->envelopes, report->opened.size(), report->changed.size());
    for (const std::uint32_t n : report->forgotten) term.say(message::keys_forgotten, n);
    if (term.json())
        term.print_json(json::object{{"sync", to_json(*report)}, {"cases", to_json(*cases)}});
    else
        print(term, *report, *cases);
    if (cases->empty()) fail(context, exit_code::nothing, message::no_cases);
    for (const auto& a : report->alarms) {
        warn(term, a);
        if (a.what == client::alarm::kind::forked_log) context.exit = exit_code::untrusted;
    }
}

} // namespace

void add_inbox(CLI::App& app, command_context& context) {
    const auto text = [&](message id) { return std::string(context.term.text(id)); };
    auto* command =
        app.add_subcommand("inbox", text(message::help_inbox))->group(text(message::help_reviewer_group));
    auto o = std::make_shared<reviewer_arguments>();
    auto from = std::make_shared<std::optional<std::uint32_t>>();
    add_reviewer_options(*command, context, *o);
    command->add_option("--again-from", *from, text(message::help_again_from))->type_name("BATCH");
    command->callback([&context, o, from] { sync(context, *o, *from); });
}

} // namespace changgu::cli
