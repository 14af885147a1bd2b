#include "server/api/access_log.hpp"
#include "server/api/answer.hpp"
#include "server/api/authorise.hpp"
#include "server/api/await_store.hpp"
#include "server/api/routes.hpp"

namespace changgu::api {

using http::problem;

answering get_prekeys(context& c, http::request r) {
    if (const auto who = authorise(c, r, {scope::admin}); !who) co_return problem(who.error());
    crypto::json::array list;
    for (const auto& p : c.reader.list_prekeys()) {
        auto object = crypto::to_json(crypto::prekey{p.key.epoch, p.key.key, p.key.signature});
        object["number"] = p.number;
        list.emplace_back(std::move(object));
    }
    co_return answer(200, {{"prekeys", std::move(list)}});
}

answering put_prekeys(context& c, http::request r) {
    const auto who = authorise(c, r, {scope::reviewer});
    if (!who) co_return problem(who.error());
    const auto object = json_body(r);
    if (!object) co_return problem(object.error());
    const auto log = c.shared.key_log();
    const auto keys =
        read_prekeys(*object, log->org(), who->number, log->find_reviewer(who->number)->entry.identity);
    if (!keys) co_return problem(keys.error());
    std::vector<storage::prekey> rows;
    for (const auto& k : *keys) rows.push_back({k.epoch, k.key, k.signed_by_identity});
    const auto count = std::to_string(rows.size());
    const auto outcome = co_await await_store<storage::edit_outcome>(
        [&](auto done) { c.shared.store().put_prekeys(who->number, std::move(rows), std::move(done)); });
    co_return answer(co_await note_if_done(c, outcome, actor_of(*who, *log), "prekeys-put " + count), 204);
}

} // namespace changgu::api
