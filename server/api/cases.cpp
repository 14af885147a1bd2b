#include "server/api/answer.hpp"
#include "server/api/authorise.hpp"
#include "server/api/await_store.hpp"
#include "server/api/read_items.hpp"
#include "server/api/routes.hpp"

namespace changgu::api {

using http::problem;
using http::problem_kind;

answering put_case_event(context& c, http::request r) {
    const auto who = authorise(c, r, {scope::reviewer});
    if (!who) co_return problem(who.error());
    if (!c.shared.puts.allow(who->number, c.shared.clock.even()))
        co_return problem(problem_kind::rate_limited);
    const auto at = path_value<crypto::address>(r);
    if (!at) co_return problem(at.error());
    if (const auto body = binary_body(r, crypto::case_event::size); !body) co_return problem(body.error());
    co_return answer(co_await await_store<storage::put_outcome>(
        [&](auto done) { c.shared.store().put_case_event(*at, std::move(r.body), std::move(done)); }));
}

answering read_case_events(context& c, http::request r) {
    if (const auto who = authorise(c, r, {scope::reviewer}); !who) co_return problem(who.error());
    const auto body = binary_body(r);
    if (!body) co_return problem(body.error());
    const auto addresses = values_of<crypto::address>(*body, 1, max_events_read);
    if (!addresses) co_return problem(addresses.error());
    co_return http::binary_response(
        200, read_records(c.reader, storage::item_kind::case_event, *addresses, crypto::case_event::size));
}

} // namespace changgu::api
