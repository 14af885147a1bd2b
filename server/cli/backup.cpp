// changgu backup
#include "storage/backup.hpp"

#include "server/api/service.hpp"
#include "server/cli/admin_commands.hpp"
#include "server/cli/admin_messages.hpp"
#include "server/config.hpp"

#include <CLI/CLI.hpp>

namespace changgu::cli {
namespace {

using enum admin_message;

// To the recovery key in force, which no server needs.
crypto::backup_recipients recovery_key(storage::reader& copy) {
    const auto log = api::load_key_log(copy);
    return {log.org(), {log.roots().recovery.key}};
}

void back_up(command_context& context, const std::string& config, const std::string& to) {
    auto done = storage::back_up(server::load_config(config).data, to, recovery_key);
    if (!done && done.error() == storage::errc::exists)
        return fail(context, exit_code::failure, backup_exists, to);
    if (!done) return fail(context, done.error());
    context.term.say(backup_done, to);
}

} // namespace

void add_backup(CLI::App& app, command_context& context) {
    auto* command = app.add_subcommand("backup", std::string(context.term.text(help_backup)));
    auto config = std::make_shared<std::string>();
    auto to = std::make_shared<std::string>();
    command->add_option("--config", *config, "configuration file of the server")->required();
    command->add_option("--to", *to, "file to write; it must not exist")->required();
    command->callback([config, to, &context] { back_up(context, *config, *to); });
}

} // namespace changgu::cli
