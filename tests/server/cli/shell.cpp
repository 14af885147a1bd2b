#include "tests/server/cli/shell.hpp"

#include "server/cli/all_commands.hpp"

#include <CLI/CLI.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <sstream>

namespace changgu::test {

using namespace cli;

std::string slurp(const std::filesystem::path& file) {
    std::ostringstream out;
    out << std::ifstream(file).rdbuf();
    return out.str();
}

outcome shell::run(std::vector<std::string> arguments) {
    const auto out = dir / "out";
    const auto err = dir / "err";
    const int out_fd = ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int err_fd = ::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    terminal term(out_fd, err_fd, language::english);
    command_context context{term, [this] { return at.now(); }};
    CLI::App app("", "changgu");
    add_commands(app, context);
    arguments.insert(arguments.begin(), "changgu");
    std::vector<const char*> argv;
    for (const auto& a : arguments) argv.push_back(a.c_str());
    const int exit = cli::run(app, static_cast<int>(argv.size()), argv.data(), context);
    ::close(out_fd);
    ::close(err_fd);
    return {exit, slurp(out), slurp(err)};
}

} // namespace changgu::test
