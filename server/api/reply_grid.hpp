// When answers about replies leave. To find, to delete or to refuse takes longer or shorter by what is at an
// address, and every answer of these calls has one size, so that its time would be all that tells: a present
// reply from none, a burn that met something from one that did not, an address that is taken from one that
// was burned. So the work begins at once, and the answer leaves at the next multiple of a step after the
// request has come in (docs/decisions/0025).
#pragma once

#include "server/http/message.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace changgu::api {

/// Steps; each is several times what the work takes on a slow machine. 0: at once.
struct reply_grid {
    std::chrono::milliseconds read{20};
    std::chrono::milliseconds burn{250};
    std::chrono::milliseconds put{50};
};

/// The answer of `work`, or what it throws, at the next multiple of `step` after this was called.
boost::asio::awaitable<http::response> on_grid(std::chrono::milliseconds step,
                                               boost::asio::awaitable<http::response> work);

} // namespace changgu::api
