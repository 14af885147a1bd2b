// Where a passphrase, a receipt or a code comes from: a prompt without echo, a file, a descriptor or standard
// input. Never an argument or the environment, which other processes of the machine can read.
#pragma once

#include "crypto/secret.hpp"
#include "server/cli/terminal.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace changgu::cli {

inline constexpr std::size_t max_secret = 1024; ///< bytes, without the newline

/// Filled by the options; by default the prompt.
struct secret_source {
    std::string file; ///< "-" is standard input
    int fd = -1;
};

/// Adds `--NAME-file FILE` and `--NAME-fd N`, of which at most one can be given, described in the terminal's
/// language.
void add_secret_options(CLI::App& app, const std::string& name, secret_source& into,
                        const terminal* term = nullptr);

/// The secret without the newline that ends it. Errors: std::errc::no_such_device_or_address (nothing to
/// prompt on), operation_canceled (Ctrl-C, or Ctrl-D on an empty line), message_size (longer than
/// max_secret), invalid_argument (empty), and those of opening and reading.
boost::system::result<crypto::secret_buffer> read_secret(const secret_source& from, terminal& term,
                                                         std::string_view prompt);
/// A new passphrase: prompts twice, and says so when they differ, up to three times; from a file or a
/// descriptor once.
boost::system::result<crypto::secret_buffer> read_new_secret(const secret_source& from, terminal& term,
                                                             std::string_view prompt, std::string_view again);

/// The pieces, for tests: one line from a terminal with echo off, and a whole small file.
boost::system::result<crypto::secret_buffer> prompt_on(int tty, std::string_view prompt);
boost::system::result<crypto::secret_buffer> secret_from_fd(int fd);

} // namespace changgu::cli
