#include "server/cli/all_commands.hpp"

#include "server/cli/admin_commands.hpp"
#include "server/cli/admin_messages.hpp"

#include <CLI/CLI.hpp>

namespace changgu::cli {

void add_commands(CLI::App& app, command_context& context) {
    app.require_subcommand(1);
    add_global_options(app, context);
    for (const auto add : {add_report, add_answers, add_follow_up, add_burn}) add(app, context);
    for (const auto add :
         {add_enrol, add_inbox, add_show, add_reply, add_case, add_retention, add_access_log})
        add(app, context);
    for (const auto add : {add_init, add_serve, add_keys, add_reviewers, add_backup, add_restore, add_poster,
                           add_doctor, add_verify_site})
        add(app, context);
    const auto ungrouped = [](CLI::App* command) { return command->get_group() == "Subcommands"; };
    for (CLI::App* command : app.get_subcommands(ungrouped))
        command->group(std::string(context.term.text(admin_message::help_admin_group)));
}

} // namespace changgu::cli
