#include "server/api/answer.hpp"
#include "server/api/routes.hpp"

namespace changgu::api {

answering get_channel(context& c, http::request) {
    const auto log = c.shared.key_log();
    const auto sealing = c.shared.sealing_epoch(*log);
    co_return answer(200, {{"protocol", 1},
                           {"org", crypto::to_base64(log->org().view())},
                           {"statements", log->size()},
                           {"epoch", sealing ? (*sealing)->entry.epoch : 0},
                           {"tick", log->rules().tick}});
}

} // namespace changgu::api
