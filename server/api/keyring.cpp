#include "crypto/keyring.hpp"
#include "server/api/access_log.hpp"
#include "server/api/answer.hpp"
#include "server/api/authorise.hpp"
#include "server/api/await_store.hpp"
#include "server/api/routes.hpp"

#include <algorithm>
#include <tuple>

namespace changgu::api {

using http::problem;
using http::problem_kind;

namespace {

using outcome = std::tuple<storage::edit_outcome, storage::keyring_etag>;

crypto::json::value base64_or_null(const std::optional<storage::pepper>& pepper) {
    if (!pepper) return nullptr;
    return crypto::json::string(crypto::to_base64(pepper->view()));
}

checked<crypto::bytes> wrapped_keyring(const crypto::json::object& object) {
    const auto text = crypto::read_string(object, "keyring", limit::keyring);
    if (!text) return refused(problem_kind::bad_request);
    auto body = crypto::from_base64(*text);
    if (!body || std::ranges::find(crypto::keyring_sizes, body->size()) == crypto::keyring_sizes.end())
        return refused(problem_kind::bad_request);
    return std::move(*body);
}

// Once a session: a console stores its keyring when a case has ended too, and of that the log must tell
// nothing.
boost::asio::awaitable<storage::edit_outcome> note_once(context& c, const http::request& r,
                                                        const session& who, deed what) {
    if (c.shared.sessions.is_noted(r.bearer.view(), what)) co_return storage::edit_outcome::done;
    const auto* words = what == deed::keyring_put ? "keyring-put" : "keyring-fetched";
    const auto noted = co_await note_access(c, actor_of(who, *c.shared.key_log()), words);
    if (noted == storage::edit_outcome::done) c.shared.sessions.set_noted(r.bearer.view(), what);
    co_return noted;
}

} // namespace

answering get_keyring(context& c, http::request r) {
    const auto who = authorise(c, r, {scope::reviewer, scope::keyring});
    if (!who) co_return problem(who.error());
    const auto noted = co_await note_once(c, r, *who, deed::keyring_fetched);
    if (noted != storage::edit_outcome::done) co_return answer(noted, 200);
    const auto found = c.reader.find_keyring(who->number);
    const auto next = c.shared.sessions.next_pepper(r.bearer.view());
    crypto::json::object object{
        {"keyring", nullptr}, {"pepper", nullptr}, {"next_pepper", crypto::to_base64(next.view())}};
    if (found) {
        object["keyring"] = crypto::to_base64(found->body);
        object["pepper"] = base64_or_null(found->wrap_pepper);
    }
    auto response = answer(200, object);
    if (found) response.etag = crypto::to_hex(found->etag.view());
    co_return response;
}

answering put_keyring(context& c, http::request r) {
    const auto who = authorise(c, r, {scope::reviewer, scope::keyring});
    if (!who) co_return problem(who.error());
    const auto object = json_body(r);
    if (!object) co_return problem(object.error());
    const auto locker = crypto::read_fixed<crypto::sign_public_key>(*object, "locker");
    auto body = wrapped_keyring(*object);
    if (!locker || !body) co_return problem(problem_kind::bad_request);
    std::optional<storage::keyring_etag> expected;
    if (r.if_match) {
        const auto raw = crypto::from_hex(*r.if_match);
        const auto etag = storage::keyring_etag::from(raw ? crypto::bytes_view(*raw) : crypto::bytes_view());
        if (!etag) co_return problem(problem_kind::precondition_failed);
        expected = *etag;
    }
    auto pepper = c.shared.sessions.pepper_of(r.bearer.view());
    if (!pepper)
        co_return problem(problem_kind::precondition_failed); // no GET in this session, or it was used

    const auto [what, etag] = co_await await_store<outcome>([&](auto done) {
        c.shared.store().put_keyring(
            who->number, expected, *locker, std::move(*body), std::move(*pepper),
            [done = std::move(done)](storage::edit_outcome o, storage::keyring_etag e) mutable {
                done(outcome{o, e});
            });
    });
    auto noted = what;
    if (what == storage::edit_outcome::done) {
        c.shared.sessions.use_up_pepper(r.bearer.view());
        noted = co_await note_once(c, r, *who, deed::keyring_put);
    }
    auto response = answer(noted, 204, problem_kind::precondition_failed);
    if (noted == storage::edit_outcome::done) response.etag = crypto::to_hex(etag.view());
    co_return response;
}

} // namespace changgu::api
