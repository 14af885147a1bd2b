// The release tick and the merging of old batches: what must leave no order of arrival behind.
#include "storage/operations.hpp"
#include "storage/schema.hpp"

#include "crypto/hash.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <set>
#include <span>
#include <thread>
#include <utility>

namespace changgu::storage {
namespace {

constexpr int truncate_patience_ms = 200;
constexpr day_number merge_after_days = 14;
constexpr std::size_t index_step = 64;
constexpr std::size_t chunk = 64; // envelopes in a transaction of a release
// While submissions wait, a release pauses after each transaction for as long as that took: both want the
// same disk and processors.
constexpr std::chrono::milliseconds longest_pause{20};
using clock = std::chrono::steady_clock;

using prefix = crypto::fixed_bytes<struct prefix_tag, 16>;

// What was published stays, and what is spooled is added; decoys are permanent too: one that came and went
// would stand out against the real prefixes.
void publish_index(database& main, batch_number batch) {
    std::vector<prefix> published;
    {
        auto q = main.ask("SELECT prefixes FROM reply_index");
        const auto joined = q.step() ? q.blob(0) : bytes_view();
        published.resize(joined.size() / prefix::size_bytes);
        if (!joined.empty()) std::memcpy(published.data(), joined.data(), published.size() * sizeof(prefix));
    }
    std::set<prefix> added;
    const auto add = [&](const prefix& p) {
        return !std::ranges::binary_search(published, p) && added.insert(p).second;
    };
    {
        auto q = main.ask("SELECT substr(address, 1, 16) FROM spool_item WHERE kind = ?1",
                          static_cast<std::uint64_t>(item_kind::reply));
        while (q.step()) add(q.fixed<prefix>(0));
    }
    while (published.size() + added.size() == 0 || (published.size() + added.size()) % index_step != 0) {
        const auto decoy = crypto::random_fixed<prefix>();
        if (add(decoy)) main.run("INSERT INTO decoy(prefix) VALUES(?1)", decoy.view());
    }
    std::vector<prefix> all;
    all.reserve(published.size() + added.size());
    std::ranges::set_union(published, added, std::back_inserter(all));
    static_assert(sizeof(prefix) == prefix::size_bytes);
    const bytes_view joined(all.front().data(), all.size() * prefix::size_bytes);
    main.run("INSERT OR REPLACE INTO reply_index(only, batch, prefixes) VALUES(1, ?1, ?2)", batch, joined);
}

struct entry {
    spool::sealed_envelope from; ///< nowhere: chaff
    bytes chaff;
    [[nodiscard]] const envelope_id& id() const noexcept { return from.what.id; }
};

// Chaff goes the same way as everything else, so that nothing about its rows or pages is its own.
std::vector<entry> with_chaff(const spool::sealed& sealed, const release_input& in) {
    std::vector<entry> all;
    for (const auto& e : sealed.envelopes) all.push_back({e, {}});
    if (in.epoch == 0 || !in.make_chaff) return all;
    const std::uint64_t fill = std::max(in.fill, 1U);
    for (auto n = fill - all.size() % fill; n > 0; --n) {
        auto body = in.make_chaff();
        all.push_back(
            {{{.id = crypto::blake2b<envelope_id>({body}), .epoch = in.epoch}, nullptr}, std::move(body)});
    }
    std::ranges::sort(all, {}, &entry::id);
    return all;
}

std::span<const entry> first_chunk(std::span<const entry> all) {
    return all.first(std::min(chunk, all.size()));
}

// By id, the spool's files are read in random order, and past the page cache they were written. Announced one
// chunk ahead, that takes a quarter of the time; announced all at once, it kept submissions waiting for 100
// ms.
void expect(std::span<const entry> some) {
    for (const auto& e : some)
        if (e.from.in) e.from.in->expect_read(e.from.what);
}

/// Inserts the rows of a batch that is not there yet: no reader looks at them.
class staging {
  public:
    explicit staging(workplace& w)
        : w_(w), batch_(w.main.number("SELECT coalesce(max(number), 0) + 1 FROM batch")) {
        drop_staged(w.main); // what an earlier attempt may have left
        first_row_ = next_row_ = w.main.number("SELECT coalesce(max(seq), 0) + 1 FROM envelope");
    }
    staging(const staging&) = delete;
    staging& operator=(const staging&) = delete;
    ~staging() {
        if (published_) return;
        w_.signs.spool_used += moved_;
        try {
            drop_staged(w_.main);
        } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): the next attempt begins with it
        }
    }

    void insert(std::span<const entry> some) {
        transaction t(w_.main, transaction::kind::write);
        std::uint64_t moved = 0;
        for (const auto& e : some) {
            w_.envelopes.note_released(e.id());
            const auto& body = e.from.in ? body_ = e.from.in->read(e.from.what) : e.chaff;
            w_.main.run("INSERT INTO envelope(seq, batch, epoch, id, pad, body) VALUES(?1, ?2, ?3, ?4, "
                        "zeroblob(?5), ?6)",
                        next_row_++, batch_, e.from.what.epoch, e.id().view(),
                        padding(w_.page_size, body.size()), body);
            if (e.from.in) moved += segment::record_bytes(body.size());
        }
        t.commit();
        moved_ += moved;
        w_.signs.spool_used -= moved;
        w_.signs.main_used = w_.main.used();
    }

    release_report publish(const release_input& in) {
        release_report report;
        report.batch = batch_;
        report.envelopes = next_row_ - first_row_;
        auto& main = w_.main;
        transaction t(main, transaction::kind::write);
        publish_index(main, batch_);
        // By the named index rows are fetched one by one in its order, instead of being sorted, bodies and
        // all, in memory.
        report.items = main.run(
            "INSERT INTO item(number, kind, address, state, month, pad, body) "
            "SELECT random() & 0x7FFFFFFFFFFFFFFF, kind, address, state, iif(body IS NULL, 0, ?1), pad, body "
            "FROM spool_item INDEXED BY spool_item_address ORDER BY kind, address",
            in.month);
        main.run("DELETE FROM spool_item");
        main.run("INSERT INTO batch(number, month, day, first_row, envelopes) VALUES(?1, ?2, ?3, ?4, ?5)",
                 report.batch, in.month, in.today, first_row_, report.envelopes);
        t.commit();
        published_ = true;
        return report;
    }

  private:
    workplace& w_;
    batch_number batch_;
    std::uint64_t first_row_ = 0;
    std::uint64_t next_row_ = 0;
    std::uint64_t moved_ = 0; ///< bytes of the log
    bytes body_;
    bool published_ = false;
};

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
    // When the newest envelopes are deleted, their row numbers are given once more, to later batches.
    const auto base = std::ranges::min(month, {}, &batch_row::first_row).first_row;
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

// Only the newest rows can be of a batch that is not there.
void drop_staged(database& main) {
    const auto last = main.number("SELECT coalesce(max(number), 0) FROM batch");
    while (main.run("DELETE FROM envelope WHERE batch > ?1 AND seq > (SELECT max(seq) - ?2 FROM envelope)",
                    last, chunk) != 0) {
    }
}

release_report release_spool(workplace& w, const release_input& in) {
    const auto sealed = w.envelopes.seal();
    const auto entries = with_chaff(sealed, in);
    release_report report;
    {
        staging batch(w);
        auto next = first_chunk(entries);
        expect(next);
        for (auto rest = std::span(std::as_const(entries)); !rest.empty();) {
            const auto now = next;
            rest = rest.subspan(now.size());
            next = first_chunk(rest);
            expect(next);
            const auto start = clock::now();
            batch.insert(now);
            w.let_others();
            if (w.envelopes.has_waiting())
                std::this_thread::sleep_for(std::min<clock::duration>(clock::now() - start, longest_pause));
        }
        report = batch.publish(in);
    }
    w.envelopes.forget(sealed);
    while (w.envelopes.wipe_one()) w.let_others();
    report.used = w.main.used();
    report.log_truncated = w.main.truncate_log(truncate_patience_ms);
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
