// What reviewers and admins did, into the access log (docs/protocol.md, section 9.2) before their call is
// answered. The only place where a call's entry is written, and nothing of a reporter's call gets here; the
// server's own are written in upkeep.cpp and, of a restore, in storage/access.cpp.
#pragma once

#include "server/api/context.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <string_view>

namespace changgu::api {

/// "reviewer 3", or "admin NAME" by the name of the root's key.
std::string actor_of(const session& who, const crypto::key_log& log);

/// Adds `actor what` at this minute. done, busy, failed.
boost::asio::awaitable<storage::edit_outcome> note_access(context& c, std::string actor, std::string what);

/// After a change: its outcome, and if it was done, that of noting it.
boost::asio::awaitable<storage::edit_outcome> note_if_done(context& c, storage::edit_outcome changed,
                                                           std::string actor, std::string what);

} // namespace changgu::api
