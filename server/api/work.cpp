#include "server/api/work.hpp"

#include "server/api/answer.hpp"
#include "server/api/authorise.hpp"
#include "server/api/await_store.hpp"
#include "server/api/routes.hpp"

namespace changgu::api {

using http::problem_kind;

boost::asio::awaitable<std::optional<problem_kind>>
ask_for_work(context& c, const http::request& r, work_gate::kind what, crypto::bytes_view id) {
    const work_gate::submission s{what, crypto::hash256::from(id).value(), r.work, r.from};
    const auto org = c.shared.key_log()->org();
    switch (co_await await_store<work_gate::verdict>([&](auto done) {
        c.shared.work.admit(s, org, c.shared.store().used(), c.shared.clock.even(), std::move(done));
    })) {
    case work_gate::verdict::admitted: co_return std::nullopt;
    case work_gate::verdict::work_required: co_return problem_kind::work_required;
    case work_gate::verdict::busy: break;
    }
    co_return problem_kind::busy;
}

answering get_work(context& c, http::request r) {
    const auto nonce = c.shared.work.issue(r.from, c.shared.store().used(), c.shared.clock.even());
    if (!nonce) co_return answer(200, {{"bits", 0}});
    co_return answer(200, {{"bits", crypto::bits_of(*nonce)},
                           {"nonce", crypto::to_base64(nonce->view())},
                           {"expires_in", work_gate::lifetime}});
}

answering get_condition(context& c, http::request r) {
    if (const auto who = authorise(c, r, {scope::reviewer, scope::admin}); !who)
        co_return problem(who.error());
    const auto now = c.shared.work.look(c.shared.store().used(), c.shared.clock.even());
    constexpr std::array<std::string_view, 3> bands{"ample", "low", "full"};
    const auto band = c.shared.store().healthy() ? bands[static_cast<std::size_t>(now.storage)]
                                                 : std::string_view("failed");
    co_return answer(200, {{"storage", crypto::json::string_view(band.data(), band.size())},
                           {"load", now.high_load ? "high" : "calm"}});
}

} // namespace changgu::api
