// One answer as a reporter is shown it.
#pragma once

#include "server/cli/terminal.hpp"
#include "server/client/reporter.hpp"

namespace changgu::cli {

crypto::json::object to_json(const client::found_reply& r);
void print(terminal& term, const client::found_reply& r, const crypto::localised& office);

} // namespace changgu::cli
