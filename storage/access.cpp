// The access log: entries are added at its end and never touched again.
#include "crypto/key_log.hpp"
#include "storage/operations.hpp"

namespace changgu::storage {
namespace {

// The org that the entries are chained for, from the key log's first statement.
std::optional<crypto::org_id> org_of(database& main) {
    auto q = main.ask("SELECT note FROM key_note WHERE seq = 0");
    if (!q.step()) return std::nullopt;
    const auto log = crypto::key_log::start(q.text(0));
    if (!log) return std::nullopt;
    return log->org();
}

} // namespace

crypto::access_position access_head(database& access) {
    auto q = access.ask("SELECT seq, hash FROM access_entry ORDER BY seq DESC LIMIT 1");
    if (!q.step()) return {};
    return {q.number<std::uint64_t>(0), q.fixed<crypto::hash256>(1)};
}

edit_outcome append_access(database& access, const crypto::org_id& org, std::string_view entry) {
    if (!crypto::is_access_entry(entry)) return edit_outcome::failed;
    transaction t(access, transaction::kind::write);
    const auto at = access_head(access);
    access.run("INSERT INTO access_entry(seq, entry, hash) VALUES(?1, ?2, ?3)", at.size + 1, entry,
               crypto::next_access_hash(org, at.hash, entry).view());
    t.commit();
    return edit_outcome::done;
}

void note_restored(database& main, database& access, std::uint64_t now) {
    if (const auto org = org_of(main))
        append_access(access, *org, crypto::access_entry(now, "server", "restored"));
}

void check_access_log(database& main, database& access, std::vector<std::string>& problems) {
    const auto org = org_of(main);
    if (!org) return; // then there is nothing that anybody could have done
    const transaction snapshot(access, transaction::kind::read);
    crypto::access_chain chain(*org);
    auto q = access.ask("SELECT seq, entry, hash FROM access_entry ORDER BY seq");
    while (q.step())
        if (!chain.append(q.text(1)) || chain.at().size != q.number<std::uint64_t>(0) ||
            chain.at().hash != q.fixed<crypto::hash256>(2)) {
            problems.emplace_back("the access log does not chain");
            return;
        }
}

} // namespace changgu::storage
