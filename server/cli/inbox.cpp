// changgu inbox: takes in what came, then lists the cases.
#include "server/cli/messages.hpp"
#include "server/cli/reporter_input.hpp"
#include "server/cli/reviewer_session.hpp"
#include "server/cli/visit.hpp"

#include <CLI/CLI.hpp>

namespace changgu::cli {
namespace {

namespace json = crypto::json;

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

void say(terminal& term, const client::channel::condition& c) {
    if (c.storage == "low") term.say(message::storage_low);
    if (c.storage == "full") term.say(message::storage_full);
    if (c.storage == "failed") term.say(message::storage_failed);
    if (c.load == "high") term.say(message::load_high);
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

void print(terminal& term, const std::vector<client::case_view>& cases) {
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
    const auto condition = session->channel().read_condition(); // without it the inbox is as good
    term.end_progress();

    if (condition) say(term, *condition);
    const auto& destroyed = session->reviewer().found_destroyed();
    term.say(message::read_so_far, report->envelopes, report->opened.size(), report->changed.size());
    if (term.json()) {
        json::object document{{"sync", visit_json(*report, destroyed)}, {"cases", to_json(*cases)}};
        if (condition)
            document["condition"] = json::object{{"storage", condition->storage}, {"load", condition->load}};
        term.print_json(document);
    }
    tell_visit(context, *report, destroyed);
    if (!term.json()) print(term, *cases);
    if (cases->empty() && context.exit == exit_code::ok) fail(context, exit_code::nothing, message::no_cases);
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
