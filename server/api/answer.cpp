#include "server/api/answer.hpp"

namespace changgu::api {

using http::problem_kind;

http::response answer(storage::put_outcome outcome) {
    switch (outcome) {
    case storage::put_outcome::stored:
    case storage::put_outcome::exists: return http::empty_response(201);
    case storage::put_outcome::taken: return http::problem(problem_kind::taken);
    case storage::put_outcome::full: return http::problem(problem_kind::storage_full);
    case storage::put_outcome::busy: return http::problem(problem_kind::busy);
    case storage::put_outcome::failed: break;
    }
    return http::problem(problem_kind::unavailable);
}

http::response answer(storage::edit_outcome outcome, std::uint16_t done, problem_kind conflict) {
    switch (outcome) {
    case storage::edit_outcome::done: return http::empty_response(done);
    case storage::edit_outcome::conflict: return http::problem(conflict);
    case storage::edit_outcome::taken: return http::problem(problem_kind::taken);
    case storage::edit_outcome::unknown: return http::problem(problem_kind::not_found);
    case storage::edit_outcome::busy: return http::problem(problem_kind::busy);
    case storage::edit_outcome::failed: break;
    }
    return http::problem(problem_kind::unavailable);
}

http::response answer(std::uint16_t status, const crypto::json::object& object) {
    return http::json_response(status, crypto::json::serialize(object));
}

} // namespace changgu::api
