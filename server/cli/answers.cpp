// changgu answers: what came back, read with the receipt alone. Reading changes nothing.
#include "server/cli/found_reply.hpp"
#include "server/cli/messages.hpp"
#include "server/cli/reporter_input.hpp"

#include <CLI/CLI.hpp>

namespace changgu::cli {
namespace {

namespace json = crypto::json;
using client::found_reply;
using client::item_state;

void check(command_context& context, const channel_arguments& where, const secret_source& from) {
    auto receipt = ask_for_receipt(context, from);
    if (!receipt) return;
    auto channel = connect(context, where);
    if (!channel) return;
    auto found = client::find_replies(*channel, keys_of(context, *receipt, channel->org()));
    if (!found) return fail(context, found.error());

    bool any = false;
    json::array list;
    for (const found_reply& r : *found) {
        any |= r.state == item_state::present;
        if (context.term.json())
            list.emplace_back(to_json(r));
        else
            print(context.term, r, channel->log().organisation());
    }
    if (context.term.json()) context.term.print_json(json::object{{"answers", list}});
    if (!any) return fail(context, exit_code::nothing, message::no_answers);
    for (const found_reply& r : *found) {
        if (r.state != item_state::present) continue;
        if (!r.message) context.exit = exit_code::untrusted;
        if (r.forked) fail(context, exit_code::untrusted, message::answer_forked);
    }
}

} // namespace

void add_answers(CLI::App& app, command_context& context) {
    const auto text = [&](message id) { return std::string(context.term.text(id)); };
    auto* command =
        app.add_subcommand("answers", text(message::help_answers))->group(text(message::help_employee_group));
    auto where = std::make_shared<channel_arguments>();
    auto from = std::make_shared<secret_source>();
    add_channel_options(*command, context, *where);
    add_secret_options(*command, "receipt", *from, &context.term);
    command->callback([&context, where, from] { check(context, *where, *from); });
}

} // namespace changgu::cli
