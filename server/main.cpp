// One binary for everybody: employees, reviewers, admins. This file only puts the commands together.
#include "server/cli/admin_commands.hpp"
#include "server/cli/admin_messages.hpp"

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
    app.require_subcommand(1);
    app.set_version_flag("--version", std::string("changgu ") + CHANGGU_VERSION);
    add_global_options(app, context);
    for (const auto add : {add_report, add_answers, add_follow_up, add_burn}) add(app, context);
    for (const auto add : {add_enrol, add_inbox, add_show, add_reply, add_case}) add(app, context);
    for (const auto add : {add_init, add_serve, add_keys, add_reviewers, add_backup, add_restore, add_poster,
                           add_doctor, add_verify_site})
        add(app, context);
    return run(app, argc, argv, context);
}
