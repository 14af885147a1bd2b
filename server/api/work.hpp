// What a submission costs, as the handlers see it.
#pragma once

#include "server/api/context.hpp"
#include "server/http/problem.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>

namespace changgu::api {

/// Nothing when the submission may go on; else the problem to answer. Awaited before the store is asked
/// anything. `id` has 32 bytes.
boost::asio::awaitable<std::optional<http::problem_kind>>
ask_for_work(context& c, const http::request& r, work_gate::kind what, crypto::bytes_view id);

} // namespace changgu::api
