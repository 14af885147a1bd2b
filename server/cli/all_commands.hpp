// Every subcommand of changgu, in the order of its help. What runs them and what writes the manual about them
// read the same list.
#pragma once

#include "server/cli/command.hpp"

namespace changgu::cli {

void add_commands(CLI::App& app, command_context& context);

} // namespace changgu::cli
