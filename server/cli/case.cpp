// changgu case: what reviewers record among themselves.
#include "server/cli/messages.hpp"
#include "server/cli/reviewer_session.hpp"

#include <CLI/CLI.hpp>

namespace changgu::cli {
namespace {

namespace json = crypto::json;

struct case_arguments {
    reviewer_arguments session;
    std::string name;
    std::string status;
    std::uint32_t number = 0;
    std::string file;
    std::string tag;
    std::string other;
};

void record(command_context& context, const case_arguments& o, json::object event) {
    auto session = reviewer_session::open(context, o.session);
    if (!session) return;
    if (o.number != 0) {
        const auto* assignee = session->log().find_reviewer(o.number);
        if (assignee == nullptr || assignee->revoked)
            return fail(context, make_error_code(client::errc::unknown_reviewer));
    }
    auto c = session->read_case(context, o.name);
    if (!c) return;
    const auto held = c->life.holds;
    if (auto ok = session->reviewer().append(*c, std::move(event)); !ok) return fail(context, ok.error());
    context.term.say(message::case_changed, c->number);
    if (c->life.holds.empty())
        for (const auto& h : held) context.term.say(message::hold_ended, h.by, h.reason);
    if (context.term.json())
        context.term.print_json(
            json::object{{"number", c->number}, {"status", c->status}, {"assignee", c->assignee}});
}

// All who read a case read what it is linked to: it must not tell one of them of a case that they were
// excluded from.
bool tells_whom_it_must_not(const crypto::key_log& log, const client::case_view& in,
                            const client::case_view& of) {
    return std::ranges::any_of(of.excluded(), [&](std::uint32_t number) {
        const auto* who = log.find_reviewer(number);
        return who != nullptr && !who->revoked && !in.excludes(number);
    });
}

// Said in the one case only, as the console does: whoever reads that one may not be a reader of the other.
void link_similar(command_context& context, const case_arguments& o) {
    auto session = reviewer_session::open(context, o.session);
    if (!session) return;
    auto c = session->read_case(context, o.name);
    if (!c) return;
    const auto other = session->read_case(context, o.other);
    if (!other) return;
    if (other->thread == c->thread) return fail(context, exit_code::usage, message::failed_same_case);
    if (tells_whom_it_must_not(session->log(), *c, *other))
        return fail(context, exit_code::usage, message::failed_link_tells, other->number);
    if (auto ok = session->reviewer().append(*c, {{"type", "similar"}, {"case", other->number}}); !ok)
        return fail(context, ok.error());
    context.term.say(message::case_changed, c->number);
    if (context.term.json())
        context.term.print_json(json::object{{"number", c->number}, {"similar_to", other->number}});
}

void hand_over(command_context& context, const case_arguments& o) {
    auto session = reviewer_session::open(context, o.session);
    if (!session) return;
    auto c = session->read_case(context, o.name);
    if (!c) return;
    if (auto ok = session->reviewer().hand_over(*c, o.number); !ok) return fail(context, ok.error());
    context.term.say(message::case_handed_over, c->number, o.number);
    if (context.term.json())
        context.term.print_json(json::object{{"number", c->number}, {"handed_over_to", o.number}});
}

// The text of --file under `member`, as an event of `type`.
void record_text(command_context& context, const case_arguments& o, std::string_view type,
                 std::string_view member) {
    auto text = read_file(o.file, crypto::max_text);
    if (!text) return fail(context, exit_code::usage, message::cannot_read_file, o.file);
    record(context, o, {{"type", type}, {member, crypto::as_text(*text)}});
}

} // namespace

void add_case(CLI::App& app, command_context& context) {
    const auto text = [&](message id) { return std::string(context.term.text(id)); };
    auto* group =
        app.add_subcommand("case", text(message::help_case))->group(text(message::help_reviewer_group));
    group->require_subcommand(1);
    auto o = std::make_shared<case_arguments>();
    const auto add = [&](const char* name, message help) {
        auto* command = group->add_subcommand(name, text(help));
        add_reviewer_options(*command, context, o->session);
        command->add_option("CASE", o->name, text(message::help_case_name))->required();
        return command;
    };
    auto* status = add("status", message::help_case_status);
    status->add_option("STATUS", o->status, text(message::help_status))
        ->required()
        ->check(
            [](const std::string& s) { return crypto::is_status(s) ? std::string() : "not a status: " + s; });
    status->callback([&context, o] { record(context, *o, {{"type", "status"}, {"status", o->status}}); });

    auto* assign = add("assign", message::help_case_assign);
    assign->add_option("NUMBER", o->number, text(message::help_case_assign))->required();
    assign->callback([&context, o] { record(context, *o, {{"type", "assign"}, {"number", o->number}}); });

    auto* note = add("note", message::help_case_note);
    note->add_option("--file", o->file, text(message::help_file))->type_name("FILE")->required();
    note->callback([&context, o] { record_text(context, *o, "note", "text"); });

    auto* close = add("close", message::help_case_close);
    close->add_option("--file", o->file, text(message::help_file))->type_name("FILE")->required();
    close->callback([&context, o] { record_text(context, *o, "close", "reason"); });

    auto* similar = add("similar", message::help_case_similar);
    similar->add_option("OTHER", o->other, text(message::help_case_name))->required();
    similar->callback([&context, o] { link_similar(context, *o); });

    auto* give = add("hand-over", message::help_case_hand_over);
    give->add_option("NUMBER", o->number, text(message::help_case_hand_over))->required();
    give->callback([&context, o] { hand_over(context, *o); });

    for (const auto& [name, help] :
         {std::pair{"recusal", message::help_case_recusal},
          std::pair{"extension", message::help_case_extension}, std::pair{"hold", message::help_case_hold},
          std::pair{"unhold", message::help_case_unhold}}) {
        auto* command = add(name, help);
        command->add_option("--file", o->file, text(message::help_file))->type_name("FILE")->required();
        command->callback([&context, o, type = name] { record_text(context, *o, type, "reason"); });
    }

    for (const auto& [name, help] :
         {std::pair{"tag", message::help_case_tag}, std::pair{"untag", message::help_case_untag}}) {
        auto* command = add(name, help);
        command->add_option("TAG", o->tag, text(help))->required();
        command->callback(
            [&context, o, type = name] { record(context, *o, {{"type", type}, {"tag", o->tag}}); });
    }
}

} // namespace changgu::cli
