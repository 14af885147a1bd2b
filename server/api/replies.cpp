#include "server/api/answer.hpp"
#include "server/api/authorise.hpp"
#include "server/api/await_store.hpp"
#include "server/api/read_items.hpp"
#include "server/api/routes.hpp"

namespace changgu::api {

using http::problem;
using http::problem_kind;

namespace {

constexpr std::size_t width = crypto::suite1::envelope_size;

checked<std::vector<crypto::address>> addresses_of_tokens(const http::request& r) {
    const auto body = binary_body(r);
    if (!body) return refused(body.error());
    const auto tokens = values_of<crypto::token>(*body, tokens_a_call, tokens_a_call);
    if (!tokens) return refused(tokens.error());
    std::vector<crypto::address> out;
    for (const auto& t : *tokens) out.push_back(crypto::reply_address(t));
    return out;
}

answering look(context& c, http::request r) {
    const auto addresses = addresses_of_tokens(r);
    if (!addresses) co_return problem(addresses.error());
    // Whatever is there: the same size, the same random fill, and bytes that look alike on the wire.
    crypto::bytes records(tokens_a_call * (1 + width));
    crypto::fill_random(records);
    read_over(records, c.reader, storage::item_kind::reply, *addresses, width);
    co_return http::binary_response(200, std::move(records));
}

answering burn(context& c, http::request r) {
    auto addresses = addresses_of_tokens(r);
    if (!addresses) co_return problem(addresses.error());
    co_return answer(co_await await_store<storage::edit_outcome>(
                         [&](auto done) { c.shared.store().burn(std::move(*addresses), std::move(done)); }),
                     204);
}

answering put(context& c, http::request r) {
    const auto who = authorise(c, r, {scope::reviewer});
    if (!who) co_return problem(who.error());
    if (!c.shared.puts.allow(who->number, c.shared.clock.even()))
        co_return problem(problem_kind::rate_limited);
    const auto at = path_value<crypto::address>(r);
    if (!at) co_return problem(at.error());
    const auto body = binary_body(r);
    if (!body) co_return problem(body.error());
    const auto header = crypto::read_header(*body);
    if (!header || header->epoch != 0 || header->suite != c.shared.key_log()->rules().suite)
        co_return problem(problem_kind::bad_envelope);
    co_return answer(co_await await_store<storage::put_outcome>(
        [&](auto done) { c.shared.store().put_reply(*at, std::move(r.body), std::move(done)); }));
}

} // namespace

answering get_reply_index(context& c, http::request) {
    co_return http::binary_response(200, c.reader.reply_index().prefixes);
}

answering read_replies(context& c, http::request r) {
    return on_grid(c.shared.replies().read, look(c, std::move(r)));
}

answering burn_replies(context& c, http::request r) {
    return on_grid(c.shared.replies().burn, burn(c, std::move(r)));
}

answering put_reply(context& c, http::request r) {
    return on_grid(c.shared.replies().put, put(c, std::move(r)));
}

} // namespace changgu::api
