// reviewer::destroy, and what keeps files alive until then.
#include "crypto/calendar.hpp"
#include "server/client/random_order.hpp"
#include "server/client/reviewer.hpp"

#include <algorithm>

namespace changgu::client {
namespace {

// Of all chunks of all files of the cases, mixed: which belong together is not shown.
std::vector<crypto::token> file_tokens(std::span<const case_view* const> cases) {
    std::vector<crypto::token> out;
    for (const case_view* c : cases)
        for (const case_message& m : c->messages)
            for (const crypto::attachment& file : m.attachments())
                for (std::uint32_t j = 0; j < file.chunks; ++j)
                    out.push_back(crypto::blob_token(file.key, j));
    put_in_random_order(out);
    return out;
}

} // namespace

result<void> reviewer::forget_case(const crypto::thread_id& thread) {
    keyring_.cases.erase(thread);
    return save_(keyring_);
}

result<void> reviewer::purge(purge_kind kind, std::span<const crypto::token> tokens) {
    for (; !tokens.empty(); tokens = tokens.subspan(std::min(shown_at_once, tokens.size())))
        if (auto ok = channel_.purge(kind, tokens.first(std::min(shown_at_once, tokens.size()))); !ok)
            return ok;
    return {};
}

// The event goes before the purge: as a place is written once, a hold either stands before it, and then it
// does not count, or whoever holds finds it there. Event 0 goes last: while it is there, something is left.
result<void> reviewer::destroy(const crypto::thread_id& thread) {
    const auto found = keyring_.cases.find(thread);
    if (found == keyring_.cases.end()) return errc::no_such_case;
    const crypto::case_key key = found->second.clone();
    auto view = view_of(thread, key);
    if (!view) return view.error();
    const auto stage = [&] { return view->stage(channel_.log().rules(), now_()); };
    if (!view->ended()) {
        if (stage() == crypto::case_stage::held) return errc::case_held;
        if (stage() != crypto::case_stage::due) return errc::not_due;
        auto announced = append(*view, {{"type", "destroy"}});
        if (!announced && !view->ended()) return announced;
        if (!view->ended()) return stage() == crypto::case_stage::held ? errc::case_held : errc::not_due;
    }
    if (!view->destroyed()) {
        const case_view* all[] = {&*view};
        if (auto ok = purge(purge_kind::file_chunks, file_tokens(all)); !ok) return ok;
        std::vector<crypto::token> events;
        for (std::uint64_t j = view->next; j > 0; --j) events.push_back(crypto::case_token(key, j - 1));
        if (auto ok = purge(purge_kind::case_events, events); !ok) return ok;
        auto after = view_of(thread, key);
        if (!after) return after.error();
        if (!after->destroyed()) return errc::bad_answer;
    }
    return forget_case(thread);
}

// Once a month, since the server counts in months.
result<void> reviewer::keep_files() {
    const auto month = crypto::month_of(now_());
    if (keyring_.kept_month == month) return {};
    auto all = cases();
    if (!all) return all.error();
    std::vector<const case_view*> alive;
    for (const case_view& c : *all) {
        const auto stage = c.stage(channel_.log().rules(), now_());
        if (stage != crypto::case_stage::due && stage != crypto::case_stage::begun) alive.push_back(&c);
    }
    const auto tokens = file_tokens(alive);
    for (auto rest = std::span(tokens); !rest.empty();
         rest = rest.subspan(std::min(shown_at_once, rest.size())))
        if (auto ok = channel_.keep(rest.first(std::min(shown_at_once, rest.size()))); !ok) return ok;
    keyring_.kept_month = month; // saved with what else the visit brought
    return {};
}

} // namespace changgu::client
