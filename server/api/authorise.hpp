// Who asks: the bearer of a request against the table of sessions, and the session against the key log as it
// is now.
#pragma once

#include "server/api/context.hpp"
#include "server/api/input.hpp"

#include <initializer_list>

namespace changgu::api {

/// The session of this request, if its scope is one of `allowed`. A session ends at once when its reviewer is
/// revoked or its root is no longer in force. Errors: unauthorised, forbidden.
checked<session> authorise(context& c, const http::request& r, std::initializer_list<scope> allowed);

} // namespace changgu::api
