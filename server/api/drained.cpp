#include "crypto/signing.hpp"
#include "server/api/access_log.hpp"
#include "server/api/answer.hpp"
#include "server/api/authorise.hpp"
#include "server/api/await_store.hpp"
#include "server/api/routes.hpp"

namespace changgu::api {

using http::problem;
using http::problem_kind;

answering post_drained(context& c, http::request r) {
    const auto who = authorise(c, r, {scope::reviewer});
    if (!who) co_return problem(who.error());
    const auto object = json_body(r);
    if (!object) co_return problem(object.error());
    const auto number = crypto::read_integer(*object, "epoch", UINT32_MAX);
    const auto signature = crypto::read_fixed<crypto::signature>(*object, "signature");
    if (!number || !signature) co_return problem(problem_kind::bad_request);

    // Only of an epoch that can get no more, by one whom it names: anything else would delete what is still
    // to be read.
    const auto log = c.shared.key_log();
    const auto epoch = static_cast<std::uint32_t>(*number);
    const auto* found = log->find_epoch(epoch);
    if (found == nullptr || !found->retired || !found->slot_of(who->number) ||
        !crypto::verify_drained(log->find_reviewer(who->number)->entry.identity, *signature, log->org(),
                                who->number, epoch))
        co_return problem(problem_kind::bad_request);
    const auto outcome = co_await await_store<storage::edit_outcome>(
        [&](auto done) { c.shared.store().put_drained(epoch, {who->number, *signature}, std::move(done)); });
    const auto what = "drained " + std::to_string(epoch);
    co_return answer(co_await note_if_done(c, outcome, actor_of(*who, *log), what), 204);
}

} // namespace changgu::api
