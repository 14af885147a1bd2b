// changgu show: one case with all that belongs to it.
#include "server/cli/messages.hpp"
#include "server/cli/reporter_input.hpp"
#include "server/cli/reviewer_session.hpp"

#include <CLI/CLI.hpp>

namespace changgu::cli {
namespace {

namespace json = crypto::json;
using client::case_view;

struct show_arguments {
    reviewer_arguments session;
    std::string name;
    std::string save_to;
};

json::object to_json(const client::case_message& m) {
    json::array files;
    for (const auto& a : m.attachments())
        files.emplace_back(json::object{{"name", a.name}, {"type", a.type}, {"size", a.size}});
    json::object out{{"at", m.at},
                     {"text", m.text()},
                     {"excluded", crypto::write_numbers(m.excluded())},
                     {"attachments", files}};
    const auto* report = std::get_if<crypto::report>(&m.content);
    out["kind"] = report != nullptr ? "report" : "follow_up";
    if (report == nullptr) return out;
    out["category"] = report->category;
    json::object answers;
    for (const auto& a : report->answers) answers[a.question] = a.text;
    out["answers"] = answers;
    return out;
}

json::object to_json(const case_view& c) {
    json::array messages;
    for (const auto& m : c.messages) messages.emplace_back(to_json(m));
    json::array events;
    for (const auto& e : c.events)
        events.emplace_back(json::object{{"index", e.index},
                                         {"by", e.by},
                                         {"by_revoked", e.by_revoked},
                                         {"at", e.at},
                                         {"type", e.type},
                                         {"event", e.body}});
    json::object out{{"number", c.number},
                     {"thread", crypto::to_hex(c.thread.view())},
                     {"status", c.status},
                     {"assignee", c.assignee},
                     {"messages", messages},
                     {"events", events},
                     {"unreadable", json::array(c.unreadable.begin(), c.unreadable.end())}};
    return out;
}

void print(terminal& term, const client::case_message& m, const crypto::policy& rules) {
    const auto label = [&]<class Item>(const std::vector<Item>& from, const std::string& id) {
        const auto found = std::ranges::find(from, id, &Item::id);
        return found == from.end() ? id : in_language(found->text, term.in());
    };
    if (const auto* report = std::get_if<crypto::report>(&m.content)) {
        term.print(message::message_report, label(rules.categories, report->category), time_text(m.at));
        for (const auto& a : report->answers)
            term.print(message::question_line, label(rules.questions, a.question), a.text);
    } else {
        term.print(message::message_follow_up, time_text(m.at));
    }
    term.print_line(m.text());
    for (const auto& a : m.attachments()) term.print(message::file_line, a.name, a.size);
    term.print_line("");
}

void print(terminal& term, const case_view& c, const crypto::policy& rules) {
    term.print(message::case_heading, c.number, status_words(term, c.status),
               c.assignee == 0 ? std::string(term.text(message::nobody)) : std::to_string(c.assignee));
    term.print_line("");
    std::size_t next_message = 0;
    std::size_t next_reply = 0;
    for (const auto& e : c.events) {
        if (e.type == "snapshot") {
            if (next_message < c.messages.size()) print(term, c.messages[next_message++], rules);
        } else if (e.type == "reply") {
            const auto& r = c.replies[next_reply++];
            term.print(message::reply_line, time_text(r.at), r.by, status_words(term, r.status));
            term.print_line(r.text);
            term.print_line("");
        } else if (e.type == "note") {
            term.print(message::note_line, time_text(e.at), e.by);
            auto text = crypto::read_optional_string(e.body, "text", crypto::max_text);
            term.print_line(text ? *text : "?");
            term.print_line("");
        } else {
            term.print(message::event_line, e.type, time_text(e.at), e.by);
            term.print_line(json::serialize(e.body));
        }
    }
    for (const auto j : c.unreadable) term.say(message::event_unreadable, j);
}

// The sender chose the name: only its letters, digits, dots and dashes survive, and never a leading dot.
std::string safe_name(std::size_t i, const std::string& name) {
    std::string out;
    for (const char c : name) {
        const auto b = static_cast<unsigned char>(c);
        const bool plain = b >= 0x80 || (b >= '0' && b <= '9') || (b >= 'A' && b <= 'Z') ||
                           (b >= 'a' && b <= 'z') || b == '-' || b == '_' || (b == '.' && !out.empty());
        if (plain) out += c;
    }
    return std::to_string(i) + '-' + harmless(out);
}

void save_files(command_context& context, reviewer_session& session, const case_view& c,
                const std::string& to) {
    std::filesystem::create_directories(to);
    std::size_t i = 0;
    for (const auto& m : c.messages)
        for (const auto& a : m.attachments()) {
            const auto path = std::filesystem::path(to) / safe_name(++i, a.name);
            auto content = session.reviewer().fetch(a);
            if (!content) {
                fail(context, exit_code::failure, message::file_failed, a.name);
                continue;
            }
            if (write_private_file(path, content->view()))
                context.term.say(message::file_saved, path.string());
            else
                fail(context, exit_code::failure, message::cannot_write_file, path.string());
        }
    if (i > 0) context.term.say(message::file_careful);
}

void show(command_context& context, const show_arguments& o) {
    auto session = reviewer_session::open(context, o.session);
    if (!session) return;
    auto c = session->read_case(context, o.name);
    if (!c) return;
    if (context.term.json())
        context.term.print_json(to_json(*c));
    else
        print(context.term, *c, session->log().rules());
    if (!o.save_to.empty()) save_files(context, *session, *c, o.save_to);
}

} // namespace

void add_show(CLI::App& app, command_context& context) {
    const auto text = [&](message id) { return std::string(context.term.text(id)); };
    auto* command =
        app.add_subcommand("show", text(message::help_show))->group(text(message::help_reviewer_group));
    auto o = std::make_shared<show_arguments>();
    add_reviewer_options(*command, context, o->session);
    command->add_option("CASE", o->name, text(message::help_case_name))->required();
    command->add_option("--save-files", o->save_to, text(message::help_save_files))->type_name("DIRECTORY");
    command->callback([&context, o] { show(context, *o); });
}

} // namespace changgu::cli
