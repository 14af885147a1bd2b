#include "server/api/access_log.hpp"

#include "server/api/answer.hpp"
#include "server/api/authorise.hpp"
#include "server/api/await_store.hpp"
#include "server/api/routes.hpp"

namespace changgu::api {

using http::problem;
using storage::edit_outcome;

namespace {

constexpr std::size_t page_entries = 256;

} // namespace

std::string actor_of(const session& who, const crypto::key_log& log) {
    if (who.what != scope::admin) return "reviewer " + std::to_string(who.number);
    for (const auto& root : log.roots().roots)
        if (root.key == who.root) return "admin " + root.name;
    return "admin"; // replaced since the session was looked up
}

boost::asio::awaitable<edit_outcome> note_access(context& c, std::string actor, std::string what) {
    co_return co_await await_store<edit_outcome>([&](auto done) {
        c.shared.store().append_access(c.shared.key_log()->org(),
                                       crypto::access_entry(c.shared.now(), actor, what), std::move(done));
    });
}

boost::asio::awaitable<edit_outcome> note_if_done(context& c, edit_outcome changed, std::string actor,
                                                  std::string what) {
    if (changed != edit_outcome::done) co_return changed;
    co_return co_await note_access(c, std::move(actor), std::move(what));
}

answering get_access_log(context& c, http::request r) {
    if (const auto who = authorise(c, r, {scope::reviewer, scope::admin}); !who)
        co_return problem(who.error());
    const auto from = query_number(r, "from", crypto::json_max_integer);
    if (!from) co_return problem(from.error());
    const auto page = c.reader.read_access_log(*from, page_entries);
    crypto::json::array entries;
    for (const auto& e : page.entries) entries.emplace_back(e);
    co_return answer(200, {{"from", *from}, {"size", page.head.size}, {"entries", std::move(entries)}});
}

} // namespace changgu::api
