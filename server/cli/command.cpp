#include "server/cli/command.hpp"

#include "server/cli/messages.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <iostream>
#include <unistd.h>

namespace changgu::cli {

void add_global_options(CLI::App& app, command_context& context) {
    app.fallthrough();
    // Read by language_of() before there is an App; here it is only known, checked and described.
    app.add_option_function<std::string>(
           "--lang", [](const std::string&) {}, std::string(context.term.text(message::help_lang)))
        ->check(CLI::IsMember({"ko", "en"}));
    app.add_flag_callback(
        "--json", [&context] { context.term.set_json(true); },
        std::string(context.term.text(message::help_json)));
}

int run(CLI::App& app, int argc, const char* const* argv, command_context& context) {
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& done) { // help or version
        return app.exit(done);
    } catch (const CLI::ParseError& e) {
        app.exit(e, std::cerr, std::cerr);
        return static_cast<int>(exit_code::usage);
    } catch (const std::bad_alloc&) {
        fail(context, exit_code::failure, message::failed_memory);
    } catch (const std::exception& e) {
        fail(context, exit_code::failure, message::failed_unknown, e.what());
    }
    context.term.end_progress();
    if (!context.term.good() && context.exit == exit_code::ok)
        fail(context, exit_code::failure, message::failed_output);
    return static_cast<int>(context.exit);
}

boost::system::result<crypto::bytes> read_file(const std::filesystem::path& file, std::size_t max) {
    namespace errc = boost::system::errc;
    const auto last_error = [] { return boost::system::error_code(errno, boost::system::system_category()); };
    const bool standard_input = file == "-";
    const int fd = standard_input ? STDIN_FILENO : ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return last_error();
    crypto::bytes out;
    boost::system::error_code ec;
    std::array<crypto::byte, 65'536> slice;
    while (!ec) {
        const ::ssize_t n = ::read(fd, slice.data(), slice.size());
        if (n == 0) break;
        if (n > 0 && out.size() + static_cast<std::size_t>(n) > max)
            ec = errc::make_error_code(errc::file_too_large);
        else if (n > 0)
            crypto::append(out, std::span(slice).first(static_cast<std::size_t>(n)));
        else if (errno != EINTR)
            ec = last_error();
    }
    crypto::wipe(slice);
    if (!standard_input) ::close(fd);
    if (ec) return ec;
    return out;
}

} // namespace changgu::cli
