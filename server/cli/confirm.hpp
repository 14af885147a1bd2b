// A question before something that cannot be undone.
#pragma once

#include "server/cli/terminal.hpp"

#include <boost/system/error_code.hpp>

#include <expected>
#include <string_view>

namespace changgu::cli {

/// Asks on the controlling terminal, whatever standard input is; true when exactly `expected` was typed.
/// Errors: std::errc::no_such_device_or_address (there is none to ask on), and those of reading.
std::expected<bool, boost::system::error_code> confirm(terminal& term, std::string_view question,
                                                       std::string_view expected);

/// The piece, for tests.
std::expected<bool, boost::system::error_code> confirm_on(int tty, std::string_view question,
                                                          std::string_view expected);

} // namespace changgu::cli
