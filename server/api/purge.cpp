#include "server/api/answer.hpp"
#include "server/api/await_store.hpp"
#include "server/api/routes.hpp"

namespace changgu::api {

using http::problem;
using http::problem_kind;

answering post_purge(context& c, http::request r) {
    const auto body = binary_body(r);
    if (!body) co_return problem(body.error());
    if (body->empty()) co_return problem(problem_kind::bad_request);
    const auto kind = static_cast<storage::item_kind>(body->front());
    if (kind != storage::item_kind::case_event && kind != storage::item_kind::blob)
        co_return problem(problem_kind::bad_request);
    const auto tokens = values_of<crypto::token>(body->subspan(1), 1, max_shown);
    if (!tokens) co_return problem(tokens.error());
    std::vector<crypto::address> addresses;
    for (const auto& t : *tokens)
        addresses.push_back(kind == storage::item_kind::blob ? crypto::blob_id(t) : crypto::case_address(t));
    co_return answer(co_await await_store<storage::edit_outcome>([&](auto done) {
                         c.shared.store().purge(kind, std::move(addresses), std::move(done));
                     }),
                     204);
}

} // namespace changgu::api
