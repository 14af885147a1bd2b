// Envelopes by epoch, and what is written once at an address.
#include "storage/operations.hpp"
#include "storage/schema.hpp"

#include <algorithm>

namespace changgu::storage {
namespace {

constexpr std::uint64_t code(item_kind k) noexcept {
    return static_cast<std::uint64_t>(k);
}
constexpr auto present = static_cast<std::uint64_t>(item_state::present);
constexpr auto burned = static_cast<std::uint64_t>(item_state::burned);
constexpr auto expired = static_cast<std::uint64_t>(item_state::expired);

std::uint64_t expire_kind(database& main, item_kind kind, month_number now, std::uint32_t months) {
    if (months == 0 || now <= months) return 0;
    return main.run("UPDATE item SET state = ?3, month = 0, pad = x'', body = NULL WHERE kind = ?1 AND state "
                    "= ?2 AND month < ?4",
                    code(kind), present, expired, now - months);
}

} // namespace

put_outcome put_item(workplace& w, item_kind kind, const address& at, bytes_view body) {
    {
        auto q = w.main.ask("SELECT state, body FROM spool_item WHERE kind = ?1 AND address = ?2 UNION ALL "
                            "SELECT state, body FROM item WHERE kind = ?1 AND address = ?2",
                            code(kind), at.view());
        if (q.step()) {
            const bool same = kind == item_kind::blob && q.number<std::uint64_t>(0) == present &&
                              std::ranges::equal(q.blob(1), body);
            return same ? put_outcome::exists : put_outcome::taken;
        }
    }
    if (!w.take_room(body.size(), kind == item_kind::blob)) return put_outcome::full;
    w.main.run("INSERT INTO spool_item(kind, address, state, pad, body) VALUES(?1, ?2, ?3, zeroblob(?4), ?5)",
               code(kind), at.view(), present, padding(w.page_size, body.size()), body);
    return put_outcome::stored;
}

edit_outcome burn_items(workplace& w, item_kind kind, std::span<const address> at) {
    for (const auto& a : at) {
        w.main.run("UPDATE item SET state = ?4, month = 0, pad = x'', body = NULL WHERE kind = ?1 AND "
                   "address = ?2 AND "
                   "state = ?3",
                   code(kind), a.view(), present, burned);
        w.main.run("UPDATE spool_item SET state = ?4, pad = x'', body = NULL WHERE kind = ?1 AND address = "
                   "?2 AND state = ?3",
                   code(kind), a.view(), present, burned);
    }
    return edit_outcome::done;
}

// A record of the same size is overwritten in its place: nothing moves, and no page tells in which order.
edit_outcome keep_blobs(workplace& w, std::span<const address> at, month_number now) {
    for (const auto& a : at)
        w.main.run(
            "UPDATE item SET month = ?4 WHERE kind = ?1 AND address = ?2 AND state = ?3 AND month < ?4",
            code(item_kind::blob), a.view(), present, now);
    return edit_outcome::done;
}

std::uint64_t expire_items(workplace& w, month_number now, const retention& keep) {
    return expire_kind(w.main, item_kind::reply, now, keep.reply_months) +
           expire_kind(w.main, item_kind::blob, now, keep.blob_months);
}

std::uint64_t delete_epoch(workplace& w, std::uint32_t epoch) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> by_batch;
    {
        auto q = w.main.ask("SELECT batch, count(*) FROM envelope WHERE epoch = ?1 GROUP BY batch", epoch);
        while (q.step()) by_batch.emplace_back(q.number<std::uint64_t>(0), q.number<std::uint64_t>(1));
    }
    for (const auto& [batch, count] : by_batch)
        w.main.run("UPDATE batch SET envelopes = envelopes - ?2 WHERE number = ?1", batch, count);
    const auto spooled = w.envelopes.erase_epoch(epoch);
    const auto released = w.main.run("DELETE FROM envelope WHERE epoch = ?1", epoch);
    if (released != 0) w.main.run("UPDATE arrangement SET changes = changes + 1");
    return spooled + released;
}

} // namespace changgu::storage
