#include "crypto/calendar.hpp"
#include "server/api/answer.hpp"
#include "server/api/await_store.hpp"
#include "server/api/routes.hpp"

namespace changgu::api {

using http::problem;
using http::problem_kind;

// Nothing is answered that tells whether there was something to keep.
answering post_keep(context& c, http::request r) {
    const auto body = binary_body(r);
    if (!body) co_return problem(body.error());
    if (body->empty() || static_cast<storage::item_kind>(body->front()) != storage::item_kind::blob)
        co_return problem(problem_kind::bad_request);
    const auto tokens = values_of<crypto::token>(body->subspan(1), 1, max_shown);
    if (!tokens) co_return problem(tokens.error());
    std::vector<crypto::address> blobs;
    for (const auto& t : *tokens) blobs.push_back(crypto::blob_id(t));
    co_return answer(co_await await_store<storage::edit_outcome>([&](auto done) {
                         c.shared.store().keep(std::move(blobs), crypto::month_of(c.shared.clock.latest()),
                                               std::move(done));
                     }),
                     204);
}

} // namespace changgu::api
