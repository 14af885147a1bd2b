// Which channel an employee's or a new reviewer's command talks to: public facts, from options or from a
// small TOML file.
#pragma once

#include "server/cli/command.hpp"
#include "server/client/channel.hpp"

#include <optional>
#include <string>

namespace changgu::cli {

struct channel_arguments {
    std::string server;
    std::string org;      ///< words or hexadecimal
    std::string org_file; ///< a file with the same
    std::string ca;
    std::string channel_file; ///< `server`, `org`, `ca`; options given beside it win
    std::string socks;
};

void add_channel_options(CLI::App& app, command_context& context, channel_arguments& into);
/// Says that there is work to be done before something is sent, and how far it is.
client::channel::work_teller tell_work(command_context& context);
/// Resolves, connects and verifies; on failure says why and returns nothing.
std::optional<client::channel> connect(command_context& context, const channel_arguments& from);

} // namespace changgu::cli
