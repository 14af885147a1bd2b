#include "server/cli/found_reply.hpp"

#include "server/cli/messages.hpp"
#include "server/cli/reporter_input.hpp"

namespace changgu::cli {

namespace json = crypto::json;
using client::found_reply;
using client::item_state;

json::object to_json(const found_reply& r) {
    constexpr std::array<std::string_view, 4> states{"unknown", "present", "burned", "expired"};
    json::object out{{"index", r.index}, {"state", states[static_cast<std::size_t>(r.state)]}};
    if (r.state != item_state::present) return out;
    if (!r.message) {
        out["error"] = r.message.error().message();
        return out;
    }
    out["text"] = r.message->text;
    out["status"] = r.message->status;
    out["reviewer"] = r.reviewer;
    out["shown_as"] = r.message->as_office ? "office" : "role";
    out["role"] = crypto::to_json(r.role);
    out["revoked"] = r.revoked;
    out["forked"] = r.forked;
    return out;
}

void print(terminal& term, const found_reply& r, const crypto::localised& office) {
    switch (r.state) {
    case item_state::unknown: return;
    case item_state::burned: return term.print(message::answer_burned, r.index);
    case item_state::expired: return term.print(message::answer_expired, r.index);
    case item_state::present: break;
    }
    if (!r.message) return term.print(message::answer_bad, r.index);
    term.print(message::answer_heading, r.index,
               in_language(r.message->as_office ? office : r.role, term.in()),
               status_words(term, r.message->status));
    if (r.revoked) term.print(message::answer_revoked);
    term.print_line(r.message->text);
    term.print_line("");
}

} // namespace changgu::cli
