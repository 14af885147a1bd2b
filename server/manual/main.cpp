// A tool of the build: changgu_manual man-ko|man-en|bash prints what the package installs beside the program.
#include "server/cli/admin_messages.hpp"
#include "server/cli/all_commands.hpp"
#include "server/manual/pages.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>

int main(int argc, char** argv) {
    using namespace changgu;
    const std::string_view wanted = argc == 2 ? argv[1] : "";
    if (wanted != "man-ko" && wanted != "man-en" && wanted != "bash") return 2;
    const auto in = wanted == "man-ko" ? crypto::language::korean : crypto::language::english;
    cli::terminal term(1, 2, in);
    cli::command_context context{term, [] { return std::uint64_t{0}; }};
    CLI::App app(std::string(term.text(cli::admin_message::help_app)), "changgu");
    app.set_version_flag("--version", CHANGGU_VERSION);
    cli::add_commands(app, context);
    const std::string out =
        wanted == "bash" ? manual::bash_completion(app) : manual::man_page(app, in, CHANGGU_VERSION);
    return std::fwrite(out.data(), 1, out.size(), stdout) == out.size() && std::fflush(stdout) == 0 ? 0 : 1;
}
