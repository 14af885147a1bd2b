// The release tick and the merging of old batches: what must leave no order of arrival behind.
#include "storage/operations.hpp"

#include "crypto/hash.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace changgu::storage {
namespace {

constexpr int truncate_patience_ms = 200;
constexpr day_number merge_after_days = 14;
constexpr std::size_t index_step = 64;

using prefix = crypto::fixed_bytes<struct prefix_tag, 16>;

// Decoys are permanent: one that came and went would stand out against the real prefixes, which stay for
// ever.
void publish_index(database& main, batch_number batch) {
    std::set<prefix> all;
    {
        auto q =
            main.ask("SELECT substr(address, 1, 16) FROM item WHERE kind = ?1 UNION SELECT prefix FROM decoy",
                     static_cast<std::uint64_t>(item_kind::reply));
        while (q.step()) all.insert(q.fixed<prefix>(0));
    }
    while (all.empty() || all.size() % index_step != 0) {
        const auto decoy = crypto::random_fixed<prefix>();
        if (all.insert(decoy).second) main.run("INSERT INTO decoy(prefix) VALUES(?1)", decoy.view());
    }
    bytes joined;
    joined.reserve(all.size() * prefix::size_bytes);
    for (const auto& p : all) crypto::append(joined, p.view());
    main.run("INSERT OR REPLACE INTO reply_index(only, batch, prefixes) VALUES(1, ?1, ?2)", batch, joined);
}

std::vector<bytes> make_chaff(const release_input& in, std::uint64_t envelopes) {
    std::vector<bytes> chaff;
    if (in.epoch == 0 || !in.make_chaff) return chaff;
    const std::uint64_t fill = std::max(in.fill, 1U);
    for (auto n = fill - envelopes % fill; n > 0; --n) chaff.push_back(in.make_chaff());
    return chaff;
}

struct batch_row {
    std::uint64_t number;
    month_number month;
    bool merged;
    std::uint64_t first_row;
};

// Batches that make one month, in order. Only the beginning of the log of batches counts, up to the first
// that is too new.
std::vector<std::vector<batch_row>> months_to_merge(database& main, day_number today) {
    std::vector<std::vector<batch_row>> months;
    auto q = main.ask("SELECT number, month, day, first_row FROM batch ORDER BY number");
    while (q.step()) {
        if (!q.is_null(2) && q.number<std::uint64_t>(2) + merge_after_days > today) break;
        const batch_row row{q.number<std::uint64_t>(0), q.number<month_number>(1), q.is_null(2),
                            q.number<std::uint64_t>(3)};
        if (months.empty() || months.back().back().month != row.month) months.emplace_back();
        months.back().push_back(row);
    }
    return months;
}

void merge(database& main, const std::vector<batch_row>& month) {
    const auto first = month.front().number;
    const auto last = month.back().number;
    const auto base = month.front().first_row;
    std::vector<std::int64_t> sorted;
    {
        auto q = main.ask("SELECT seq FROM envelope WHERE seq >= ?1 AND batch <= ?2 ORDER BY id", base, last);
        while (q.step()) sorted.push_back(q.integer(0));
    }
    // By way of negative numbers, as the new ones are the old ones in another order.
    std::int64_t place = 0;
    for (const auto seq : sorted)
        main.run("UPDATE envelope SET seq = ?1, batch = ?2 WHERE seq = ?3", --place, last, seq);
    main.run("UPDATE envelope SET seq = ?1 - 1 - seq WHERE seq < 0", base);
    main.run("DELETE FROM batch WHERE number >= ?1 AND number < ?2", first, last);
    main.run("UPDATE batch SET first_row = ?2, envelopes = ?3, day = NULL WHERE number = ?1", last, base,
             sorted.size());
    main.run("UPDATE arrangement SET changes = changes + 1");
}

} // namespace

void publish_first_index(database& main) {
    if (main.ask("SELECT 1 FROM reply_index").step()) return;
    transaction t(main, transaction::kind::write);
    publish_index(main, 0);
    t.commit();
}

release_report release_spool(workplace& w, const release_input& in) {
    auto& main = w.main;
    const auto chaff = make_chaff(in, main.number("SELECT count(*) FROM spool_envelope"));

    release_report report;
    transaction t(main, transaction::kind::write);
    // Chaff goes the same way as everything else, so that nothing about its rows or pages is its own.
    for (const auto& body : chaff) {
        spool_envelope(w, crypto::blake2b<envelope_id>({body}), in.epoch, body);
    }
    report.batch = main.number("SELECT coalesce(max(number), 0) + 1 FROM batch");
    const auto first_row = main.number("SELECT coalesce(max(seq), 0) + 1 FROM envelope");
    // Named indexes: in their order rows are fetched one by one, instead of being sorted, bodies and all, in
    // memory.
    report.envelopes =
        main.run("INSERT INTO envelope(batch, epoch, id, pad, body) SELECT ?1, epoch, id, pad, body "
                 "FROM spool_envelope INDEXED BY spool_envelope_id ORDER BY id",
                 report.batch);
    main.run("INSERT INTO batch(number, month, day, first_row, envelopes) VALUES(?1, ?2, ?3, ?4, ?5)",
             report.batch, in.month, in.today, first_row, report.envelopes);
    report.items = main.run("INSERT INTO item(kind, address, state, month, pad, body) "
                            "SELECT kind, address, state, iif(body IS NULL, 0, ?1), pad, body "
                            "FROM spool_item INDEXED BY spool_item_address ORDER BY kind, address",
                            in.month);
    main.run("DELETE FROM spool_envelope");
    main.run("DELETE FROM spool_item");
    publish_index(main, report.batch);
    t.commit();
    report.log_truncated = main.truncate_log(truncate_patience_ms);
    return report;
}

compact_report compact_batches(workplace& w, day_number today) {
    compact_report report;
    const auto months = months_to_merge(w.main, today);
    {
        transaction t(w.main, transaction::kind::write);
        for (const auto& month : months) {
            if (month.size() == 1) {
                if (!month.front().merged)
                    w.main.run("UPDATE batch SET day = NULL WHERE number = ?1", month.front().number);
                continue;
            }
            merge(w.main, month);
            report.merged += month.size() - 1;
        }
        t.commit();
    }
    // The rewritten file has every table in the order of its key: nothing is left of which items came in one
    // release. VACUUM holds a copy in memory, since a temporary file would leave one more trace on the disk.
    if (report.merged != 0 && w.main.used() <= w.opts.rewrite_limit) {
        w.main.script("VACUUM");
        report.rewritten = true;
    }
    return report;
}

} // namespace changgu::storage
