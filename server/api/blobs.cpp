#include "server/api/answer.hpp"
#include "server/api/authorise.hpp"
#include "server/api/await_store.hpp"
#include "server/api/read_items.hpp"
#include "server/api/routes.hpp"
#include "server/api/work.hpp"

namespace changgu::api {

using http::problem;

answering put_blob(context& c, http::request r) {
    const auto at = path_value<crypto::address>(r);
    if (!at) co_return problem(at.error());
    if (const auto body = binary_body(r, crypto::chunk_size); !body) co_return problem(body.error());
    if (const auto refused = co_await ask_for_work(c, r, work_gate::kind::chunk, at->view()))
        co_return problem(*refused);
    co_return answer(co_await await_store<storage::put_outcome>(
        [&](auto done) { c.shared.store().put_blob(*at, std::move(r.body), std::move(done)); }));
}

answering read_blobs(context& c, http::request r) {
    if (const auto who = authorise(c, r, {scope::reviewer}); !who) co_return problem(who.error());
    const auto body = binary_body(r);
    if (!body) co_return problem(body.error());
    const auto ids = values_of<crypto::address>(*body, 1, max_blobs_read);
    if (!ids) co_return problem(ids.error());
    co_return http::binary_response(
        200, read_records(c.reader, storage::item_kind::blob, *ids, crypto::chunk_size));
}

} // namespace changgu::api
