// changgu reply: an answer for the sender of a tip.
#include "server/cli/messages.hpp"
#include "server/cli/reviewer_session.hpp"

#include <CLI/CLI.hpp>

namespace changgu::cli {
namespace {

struct reply_arguments {
    reviewer_arguments session;
    std::string name;
    std::string file;
    std::string status = "reviewing";
    std::string as = "office";
};

void reply(command_context& context, const reply_arguments& o) {
    auto text = read_file(o.file, crypto::max_text);
    if (!text) return fail(context, exit_code::usage, message::cannot_read_file, o.file);
    if (text->empty()) return fail(context, exit_code::usage, message::failed_empty_secret);
    auto session = reviewer_session::open(context, o.session);
    if (!session) return;
    auto c = session->read_case(context, o.name);
    if (!c) return;
    auto sent =
        session->reviewer().reply(*c, std::string(crypto::as_text(*text)), o.status, o.as == "office");
    if (!sent) return fail(context, sent.error());
    context.term.say(message::reply_sent, c->number);
    if (context.term.json())
        context.term.print_json(crypto::json::object{{"number", c->number}, {"status", c->status}});
}

} // namespace

void add_reply(CLI::App& app, command_context& context) {
    const auto text = [&](message id) { return std::string(context.term.text(id)); };
    auto* command =
        app.add_subcommand("reply", text(message::help_reply))->group(text(message::help_reviewer_group));
    auto o = std::make_shared<reply_arguments>();
    add_reviewer_options(*command, context, o->session);
    command->add_option("CASE", o->name, text(message::help_case_name))->required();
    command->add_option("--file", o->file, text(message::help_file))->type_name("FILE")->required();
    command->add_option("--status", o->status, text(message::help_status))
        ->check(
            [](const std::string& s) { return crypto::is_status(s) ? std::string() : "not a status: " + s; })
        ->capture_default_str();
    command->add_option("--as", o->as, text(message::help_as))
        ->check(CLI::IsMember({"office", "role"}))
        ->capture_default_str();
    command->callback([&context, o] { reply(context, *o); });
}

} // namespace changgu::cli
