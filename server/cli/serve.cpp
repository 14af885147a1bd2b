// changgu serve: the server in the foreground, as systemd wants it.
#include "server/serve.hpp"
#include "server/cli/admin_commands.hpp"
#include "server/cli/admin_messages.hpp"
#include "server/config.hpp"

#include <CLI/CLI.hpp>

namespace changgu::cli {

void add_serve(CLI::App& app, command_context& context) {
    auto* serve = app.add_subcommand("serve", std::string(context.term.text(admin_message::help_serve)));
    auto file = std::make_shared<std::string>();
    auto check_only = std::make_shared<bool>(false);
    serve->add_option("--config", *file, "configuration file")->required();
    serve->add_flag("--check-config", *check_only,
                    "read the configuration, say what is wrong with it, and end");
    serve->callback([file, check_only, &context] {
        const server::config config = server::load_config(*file);
        if (*check_only) return context.term.say(admin_message::config_good, *file);
        context.term.say(admin_message::starting, config.origins.front());
        context.exit = static_cast<exit_code>(server::serve(config));
    });
}

} // namespace changgu::cli
