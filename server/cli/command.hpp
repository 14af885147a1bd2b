// A subcommand a file: each exposes `void add_NAME(CLI::App& app, command_context& context)`, whose callback
// does the work and leaves its exit code in the context. main() builds the App with all of them and hands it
// to run().
#pragma once

#include "server/cli/terminal.hpp"

#include <boost/system/error_code.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace changgu::cli {

/// Documented in the handbook; scripts rely on the numbers.
enum class exit_code : int {
    ok = 0,
    failure = 1,     // anything that has no number of its own: a file, memory
    usage = 2,       // the options make no sense
    unreachable = 3, // no connection, or no answer to be had
    untrusted = 4,   // the key log does not lead to the organisation's fingerprint, is forked or expired, or
                     // omits the server
    bad_secret = 5,  // a receipt, passphrase or code that is wrong
    refused = 6,     // the server understood and refused
    nothing = 7,     // there is nothing there (yet)
};

struct command_context {
    terminal& term;
    std::function<std::uint64_t()> now; ///< seconds since 1970
    exit_code exit = exit_code::ok;
};

/// Which exit code an error of crypto, of the client or of HTTPS means.
exit_code exit_code_of(const boost::system::error_code& error) noexcept;
/// Says what went wrong, in words, and leaves the exit code in the context.
void fail(command_context& context, const boost::system::error_code& error);
template <message_id Id, class... Arguments>
void fail(command_context& context, exit_code code, Id id, const Arguments&... arguments) {
    context.term.end_progress();
    context.term.say(id, arguments...);
    context.exit = code;
}

/// --lang and --json, which every subcommand takes.
void add_global_options(CLI::App& app, command_context& context);
/// Parses and runs. CLI11's errors are exit 2 and its help exit 0; exceptions of a command are exit 1 without
/// a trace.
int run(CLI::App& app, int argc, const char* const* argv, command_context& context);

/// A whole file, pipe, or standard input ("-"), at most `max` bytes. Errors: std::errc (file_too_large beyond
/// the limit).
boost::system::result<crypto::bytes> read_file(const std::filesystem::path& file, std::size_t max);

// --- employees
void add_report(CLI::App& app, command_context& context);
void add_answers(CLI::App& app, command_context& context);
void add_follow_up(CLI::App& app, command_context& context);
void add_burn(CLI::App& app, command_context& context);
// --- reviewers
void add_enrol(CLI::App& app, command_context& context);
void add_inbox(CLI::App& app, command_context& context);
void add_show(CLI::App& app, command_context& context);
void add_reply(CLI::App& app, command_context& context);
void add_case(CLI::App& app, command_context& context);
void add_retention(CLI::App& app, command_context& context);
// --- reviewers and admins
void add_access_log(CLI::App& app, command_context& context);

} // namespace changgu::cli
