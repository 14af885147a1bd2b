// changgu burn: deletes answers for ever. With --all it prints them first: one may have come since they were
// read.
#include "server/cli/found_reply.hpp"
#include "server/cli/messages.hpp"
#include "server/cli/reporter_input.hpp"

#include <CLI/CLI.hpp>

namespace changgu::cli {
namespace {

struct burn_arguments {
    channel_arguments channel;
    secret_source receipt;
    std::vector<std::uint64_t> which;
    bool all = false;
};

void burn(command_context& context, const burn_arguments& o) {
    if (o.all == !o.which.empty()) return fail(context, exit_code::usage, message::which_to_burn);
    auto receipt = ask_for_receipt(context, o.receipt);
    if (!receipt) return;
    auto channel = connect(context, o.channel);
    if (!channel) return;
    const auto keys = keys_of(context, *receipt, channel->org());
    const auto show = [&](auto all, auto which) {
        crypto::json::array list;
        for (const client::found_reply& r : all) {
            if (std::ranges::find(which, r.index) == which.end()) continue;
            if (context.term.json())
                list.emplace_back(to_json(r));
            else
                print(context.term, r, channel->log().organisation());
        }
        if (context.term.json()) context.term.print_json(crypto::json::object{{"answers", list}});
        return context.term.good();
    };
    const auto indices =
        o.all ? client::burn_all(*channel, keys, show) : client::burn(*channel, keys, o.which);
    if (!indices) return fail(context, indices.error());
    if (indices->empty()) return fail(context, exit_code::nothing, message::no_answers);
    context.term.say(message::burned, indices->size());
    if (context.term.json())
        context.term.print_json(
            crypto::json::object{{"burned", crypto::json::array(indices->begin(), indices->end())}});
}

} // namespace

void add_burn(CLI::App& app, command_context& context) {
    const auto text = [&](message id) { return std::string(context.term.text(id)); };
    auto* command =
        app.add_subcommand("burn", text(message::help_burn))->group(text(message::help_employee_group));
    auto o = std::make_shared<burn_arguments>();
    add_channel_options(*command, context, o->channel);
    add_secret_options(*command, "receipt", o->receipt, &context.term);
    command->add_option("--reply", o->which, text(message::help_burn_reply))
        ->type_name("NUMBER")
        ->allow_extra_args(false);
    command->add_flag("--all", o->all, text(message::help_burn_all));
    command->callback([&context, o] { burn(context, *o); });
}

} // namespace changgu::cli
