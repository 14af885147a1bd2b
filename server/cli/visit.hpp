// What a visit to the inbox found besides the cases themselves: whatever is shown once, for the inbox moves
// on.
#pragma once

#include "server/cli/command.hpp"
#include "server/client/reviewer.hpp"

namespace changgu::cli {

crypto::json::object visit_json(const client::sync_report& report,
                                const std::vector<crypto::thread_id>& destroyed);
/// Strays on standard output, unless it is for JSON; the rest on standard error. A forked log is left in the
/// context as exit 4.
void tell_visit(command_context& context, const client::sync_report& report,
                const std::vector<crypto::thread_id>& destroyed);

} // namespace changgu::cli
