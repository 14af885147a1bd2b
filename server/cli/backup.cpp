// changgu backup, changgu restore
#include "storage/backup.hpp"

#include "server/cli/admin_commands.hpp"
#include "server/cli/admin_messages.hpp"
#include "server/config.hpp"

#include <CLI/CLI.hpp>

namespace changgu::cli {
namespace {

using enum admin_message;

void back_up(command_context& context, const std::string& config, const std::string& to) {
    auto done = storage::back_up(server::load_config(config).data, to);
    if (!done && done.error() == storage::errc::exists)
        return fail(context, exit_code::failure, backup_exists, to);
    if (!done) return fail(context, done.error());
    context.term.say(backup_done, to);
}

void restore(command_context& context, const std::string& from, const std::string& directory) {
    auto problems = storage::restore(from, directory, context.now());
    if (!problems && problems.error() == storage::errc::exists)
        return fail(context, exit_code::failure, restore_not_empty, directory);
    if (!problems) return fail(context, problems.error());
    if (!problems->empty()) return fail(context, exit_code::failure, restore_bad, problems->front());
    context.term.say(restore_done, directory);
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

void add_restore(CLI::App& app, command_context& context) {
    auto* command = app.add_subcommand("restore", std::string(context.term.text(help_restore)));
    auto from = std::make_shared<std::string>();
    auto directory = std::make_shared<std::string>();
    command->add_option("--from", *from, "backup to restore")->required()->check(CLI::ExistingFile);
    command->add_option("--data", *directory, "data directory without a database")->required();
    command->callback([from, directory, &context] { restore(context, *from, *directory); });
}

} // namespace changgu::cli
