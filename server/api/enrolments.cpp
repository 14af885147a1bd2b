#include "crypto/enrolment.hpp"
#include "server/api/access_log.hpp"
#include "server/api/answer.hpp"
#include "server/api/authorise.hpp"
#include "server/api/await_store.hpp"
#include "server/api/routes.hpp"

namespace changgu::api {

using http::problem;
using http::problem_kind;
using storage::edit_outcome;
using storage::enrolment_state;

namespace {

std::string_view to_string(enrolment_state state) noexcept {
    switch (state) {
    case enrolment_state::open: return "open";
    case enrolment_state::submitted: return "submitted";
    case enrolment_state::killed: break;
    }
    return "killed";
}

/// The request as it is kept: the members that are known, each checked, and no others. The MAC is for the
/// admin to verify.
checked<std::string> request_text(const crypto::json::object& object, const crypto::org_id& org,
                                  std::uint32_t number) {
    const auto said = read_reviewer_number(object);
    const auto identity = crypto::read_fixed<crypto::sign_public_key>(object, "identity");
    const auto mac = crypto::read_fixed<crypto::enrolment_mac>(object, "mac");
    if (!said || *said != number || !identity || !mac) return refused(problem_kind::bad_request);
    const auto keys = read_prekeys(object, org, number, *identity);
    if (!keys) return refused(keys.error());
    crypto::json::array prekeys;
    for (const auto& k : *keys) prekeys.emplace_back(crypto::to_json(k));
    return crypto::json::serialize(crypto::json::object{{"number", number},
                                                        {"identity", crypto::to_base64(identity->view())},
                                                        {"prekeys", std::move(prekeys)},
                                                        {"mac", crypto::to_base64(mac->view())}});
}

/// Whether neither the key log nor a submitted code knows a person under this number.
bool is_nobodys(context& c, std::uint32_t number) {
    return c.shared.key_log()->find_reviewer(number) == nullptr &&
           std::ranges::none_of(c.reader.list_enrolments(), [number](const storage::enrolment& e) {
               return e.number == number && e.state == enrolment_state::submitted;
           });
}

} // namespace

answering get_enrolment(context& c, http::request r) {
    const auto id = path_value<storage::enrolment_id>(r);
    if (!id) co_return problem(id.error());
    const auto found = c.reader.find_enrolment(*id);
    if (!found || found->state != enrolment_state::open) co_return problem(problem_kind::not_found);
    co_return answer(200, {{"number", found->number}});
}

answering post_enrolment(context& c, http::request r) {
    const auto id = path_value<storage::enrolment_id>(r);
    if (!id) co_return problem(id.error());
    const auto object = json_body(r);
    if (!object) co_return problem(object.error());
    const auto found = c.reader.find_enrolment(*id);
    if (!found || found->state == enrolment_state::killed) co_return problem(problem_kind::not_found);
    const auto text = request_text(*object, c.shared.key_log()->org(), found->number);
    if (!text) co_return problem(text.error());
    // Not under the MAC, and not kept with the request: it only says who may store a sealed keyring under
    // this number, which nobody but its owner can open, and the server, which could let in anybody, decides
    // that anyway.
    std::optional<crypto::sign_public_key> locker;
    if (object->contains("locker")) {
        const auto given = crypto::read_fixed<crypto::sign_public_key>(*object, "locker");
        if (!given) co_return problem(problem_kind::bad_request);
        locker = *given;
    }
    const auto body = crypto::as_bytes(*text);
    const auto outcome = co_await await_store<edit_outcome>([&](auto done) {
        c.shared.store().submit_enrolment(*id, {body.begin(), body.end()}, locker, std::move(done));
    });
    // The same again changes nothing, and whoever has the code could send it for ever.
    if (found->state != enrolment_state::open) co_return answer(outcome, 201);
    const auto what = "enrolment-submitted " + std::to_string(found->number);
    co_return answer(co_await note_if_done(c, outcome, "code", what), 201);
}

answering put_enrolment(context& c, http::request r) {
    const auto who = authorise(c, r, {scope::admin});
    if (!who) co_return problem(who.error());
    const auto id = path_value<storage::enrolment_id>(r);
    if (!id) co_return problem(id.error());
    const auto object = json_body(r);
    if (!object) co_return problem(object.error());
    const auto number = read_reviewer_number(*object);
    if (!number) co_return problem(number.error());
    // A number is never given to another person.
    if (c.shared.key_log()->find_reviewer(*number) != nullptr) co_return problem(problem_kind::taken);
    const auto outcome = co_await await_store<edit_outcome>(
        [&](auto done) { c.shared.store().open_enrolment(*id, *number, std::move(done)); });
    const auto what = "enrolment-opened " + std::to_string(*number);
    co_return answer(co_await note_if_done(c, outcome, actor_of(*who, *c.shared.key_log()), what), 201);
}

answering delete_enrolment(context& c, http::request r) {
    const auto who = authorise(c, r, {scope::admin});
    if (!who) co_return problem(who.error());
    const auto id = path_value<storage::enrolment_id>(r);
    if (!id) co_return problem(id.error());
    const auto killed = c.reader.find_enrolment(*id);
    const auto outcome = co_await await_store<edit_outcome>(
        [&](auto done) { c.shared.store().kill_enrolment(*id, std::move(done)); });
    if (outcome == edit_outcome::done && killed && is_nobodys(c, killed->number))
        co_await await_store<edit_outcome>(
            [&](auto done) { c.shared.store().remove_keyring(killed->number, std::move(done)); });
    const auto what = "enrolment-killed " + std::to_string(killed ? killed->number : 0);
    co_return answer(co_await note_if_done(c, outcome, actor_of(*who, *c.shared.key_log()), what), 204);
}

answering list_enrolments(context& c, http::request r) {
    if (const auto who = authorise(c, r, {scope::admin}); !who) co_return problem(who.error());
    crypto::json::array list;
    for (const auto& e : c.reader.list_enrolments()) {
        crypto::json::value request = nullptr;
        if (e.state == enrolment_state::submitted) request = crypto::json::parse(crypto::as_text(e.request));
        list.emplace_back(crypto::json::object{{"id", crypto::to_hex(e.id.view())},
                                               {"number", e.number},
                                               {"state", to_string(e.state)},
                                               {"request", std::move(request)}});
    }
    co_return answer(200, {{"enrolments", std::move(list)}});
}

} // namespace changgu::api
