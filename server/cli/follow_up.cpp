// changgu follow-up: adds to a tip that was sent.
#include "server/cli/messages.hpp"
#include "server/cli/reporter_input.hpp"

#include <CLI/CLI.hpp>

namespace changgu::cli {
namespace {

struct follow_up_arguments {
    channel_arguments channel;
    draft_arguments draft;
    secret_source receipt;
};

void send(command_context& context, const follow_up_arguments& o) {
    auto& term = context.term;
    auto receipt = ask_for_receipt(context, o.receipt);
    if (!receipt) return;
    auto channel = connect(context, o.channel);
    if (!channel) return;
    auto draft = draft_of(context, o.draft, channel->log().rules());
    if (!draft) return;
    const auto keys = keys_of(context, *receipt, channel->org());
    term.progress(message::sending);
    auto sent = client::send_follow_up(*channel, *receipt, keys, *draft, context.now(), tell_upload(context));
    term.end_progress();
    if (!sent) return fail(context, sent.error());
    if (!sent->empty()) term.say(message::excluded_now, names_of(*sent, channel->log(), term.in()));
    term.say(message::follow_up_sent);
    if (term.json()) term.print_json(crypto::json::object{{"excluded", crypto::write_numbers(*sent)}});
}

} // namespace

void add_follow_up(CLI::App& app, command_context& context) {
    const auto text = [&](message id) { return std::string(context.term.text(id)); };
    auto* command = app.add_subcommand("follow-up", text(message::help_follow_up))
                        ->group(text(message::help_employee_group));
    auto o = std::make_shared<follow_up_arguments>();
    add_channel_options(*command, context, o->channel);
    add_draft_options(*command, context, o->draft);
    add_secret_options(*command, "receipt", o->receipt, &context.term);
    command->callback([&context, o] { send(context, *o); });
}

} // namespace changgu::cli
