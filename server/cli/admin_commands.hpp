// The admin's subcommands; the others' are in command.hpp.
#pragma once

#include "crypto/statement.hpp"
#include "server/cli/command.hpp"

namespace changgu::cli {

void add_init(CLI::App& app, command_context& context);
void add_serve(CLI::App& app, command_context& context);
void add_keys(CLI::App& app, command_context& context);
/// To `keys`.
void add_roots(CLI::App& keys, command_context& context);
/// {"roots":[names],"threshold","recovery"}
crypto::json::object root_names(const crypto::root_set& set);
void add_reviewers(CLI::App& app, command_context& context);
void add_backup(CLI::App& app, command_context& context);
void add_restore(CLI::App& app, command_context& context);
void add_poster(CLI::App& app, command_context& context);
void add_doctor(CLI::App& app, command_context& context);
void add_verify_site(CLI::App& app, command_context& context);

} // namespace changgu::cli
