#include "server/api/answer.hpp"
#include "server/api/await_store.hpp"
#include "server/api/routes.hpp"
#include "server/api/work.hpp"

namespace changgu::api {

using http::problem;
using http::problem_kind;

answering post_envelope(context& c, http::request r) {
    const auto body = binary_body(r);
    if (!body) co_return problem(body.error());
    const auto header = crypto::read_header(*body);
    const auto log = c.shared.key_log();
    if (!header || header->epoch == 0 || header->suite != log->rules().suite)
        co_return problem(problem_kind::bad_envelope);
    const auto id = crypto::id_of(*body);
    // Before anything is looked up: what is stored already must cost what is new.
    if (const auto refused = co_await ask_for_work(c, r, work_gate::kind::envelope, id.view()))
        co_return problem(*refused);
    if (!c.shared.accepts(*log, header->epoch)) {
        // Its sender may have lost the answer to the first attempt, made while the epoch was open; to be told
        // now that it is closed would make the same report come in twice.
        if (c.reader.has_envelope(id)) co_return http::empty_response(201);
        co_return problem(problem_kind::epoch_closed);
    }
    co_return answer(co_await await_store<storage::put_outcome>([&](auto done) {
        c.shared.store().put_envelope(id, header->epoch, std::move(r.body), std::move(done));
    }));
}

} // namespace changgu::api
