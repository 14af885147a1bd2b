// One binary for everybody: employees, reviewers, admins. This file only puts the commands together.
#include "server/cli/admin_messages.hpp"
#include "server/cli/all_commands.hpp"

#include <CLI/CLI.hpp>

#include <chrono>

int main(int argc, char** argv) {
    using namespace changgu::cli;
    changgu::crypto::initialise();
    terminal term(1, 2, language_of(argc, argv));
    const auto now = [] {
        const auto since = std::chrono::system_clock::now().time_since_epoch();
        return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(since).count());
    };
    command_context context{term, now};

    CLI::App app(std::string(term.text(admin_message::help_app)), "changgu");
    app.set_version_flag("--version", std::string("changgu ") + CHANGGU_VERSION);
    add_commands(app, context);
    return run(app, argc, argv, context);
}
