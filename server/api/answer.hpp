// What became of a request, as an answer: the only place where an outcome turns into a status.
#pragma once

#include "crypto/json.hpp"
#include "server/http/message.hpp"
#include "server/http/problem.hpp"
#include "storage/types.hpp"

namespace changgu::api {

/// 201 for stored and exists alike; taken, storage_full, busy, unavailable.
http::response answer(storage::put_outcome outcome);
/// `done` is the status of success; `conflict` the problem of a conflict. Else taken, not_found, busy,
/// unavailable.
http::response answer(storage::edit_outcome outcome, std::uint16_t done,
                      http::problem_kind conflict = http::problem_kind::conflict);

http::response answer(std::uint16_t status, const crypto::json::object& object);

} // namespace changgu::api
