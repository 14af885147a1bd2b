// What must hold in a database at rest beyond SQLite's own integrity.
#include "storage/operations.hpp"
#include "storage/schema.hpp"
#include "storage/spool_listing.hpp"

namespace changgu::storage {
namespace {

struct invariant {
    const char* violations; // a query for their number
    const char* sentence;
};

constexpr invariant main_invariants[] = {
    {"SELECT count(*) FROM spool_envelope s JOIN envelope e ON e.id = s.id",
     "an envelope is spooled and released"},
    {"SELECT count(*) FROM spool_item s JOIN item i ON i.kind = s.kind AND i.address = s.address",
     "an item is spooled and released"},
    {"SELECT count(*) FROM (SELECT batch < lag(batch) OVER w OR (batch = lag(batch) OVER w AND id <= lag(id) "
     "OVER w) AS bad "
     "FROM envelope WINDOW w AS (ORDER BY seq)) WHERE bad",
     "envelopes are not in the order of batch and id"},
    {"SELECT count(*) FROM batch b LEFT JOIN (SELECT batch, count(*) AS n, min(seq) AS low FROM envelope "
     "GROUP BY batch) e "
     "ON e.batch = b.number WHERE b.envelopes <> coalesce(e.n, 0) OR b.first_row > e.low",
     "a batch does not say what is in it"},
    {"SELECT count(*) FROM envelope WHERE batch NOT IN (SELECT number FROM batch) AND batch <> "
     // A release may be under way.
     "(SELECT coalesce(max(number), 0) + 1 FROM batch)",
     "an envelope is in no batch"},
    {"SELECT count(*) FROM item WHERE (state = 1) <> (body IS NOT NULL) OR state NOT IN (1, 2, 3) OR kind "
     "NOT IN (1, 2, 3) "
     "OR length(address) <> 32",
     "an item contradicts itself"},
    {"SELECT count(*) FROM spool_item WHERE (state = 1) <> (body IS NOT NULL) OR state NOT IN (1, 2) OR "
     "kind NOT IN (1, 2, 3) OR length(address) <> 32",
     "a spooled item contradicts itself"},
    {"SELECT count(*) FROM (SELECT count(*) AS n, max(seq) AS top FROM key_note) WHERE n > 0 AND top <> n - "
     "1",
     "the key log has a gap"},
    {"SELECT (SELECT count(*) FROM reply_index WHERE length(prefixes) > 0 AND length(prefixes) % 1024 = 0) "
     "<> 1",
     "the reply index has a wrong size"},
};

void check_integrity(database& db, std::vector<std::string>& problems) {
    if (db.pragma("integrity_check") != "ok") problems.emplace_back("SQLite's integrity check fails");
}

// Each prefix must be published, and nothing that is neither a reply's nor a decoy's.
void check_reply_index(database& main, std::vector<std::string>& problems) {
    bytes expected;
    {
        auto q = main.ask(
            "SELECT substr(address, 1, 16) AS p FROM item WHERE kind = 1 UNION SELECT prefix FROM decoy "
            "ORDER BY p");
        while (q.step()) crypto::append(expected, q.blob(0));
    }
    auto q = main.ask("SELECT prefixes FROM reply_index");
    if (!q.step() || q.copy(0) != expected) problems.emplace_back("the reply index is not what it should be");
}

void check_peppers(database& main, database& peppers, std::vector<std::string>& problems) {
    std::vector<reviewer_number> numbers;
    {
        auto q = main.ask("SELECT number FROM keyring");
        while (q.step()) numbers.push_back(q.number<reviewer_number>(0));
    }
    for (const auto number : numbers) {
        const auto found = find_keyring(main, peppers, number);
        if (found && !found->wrap_pepper) {
            problems.emplace_back(
                "a keyring's pepper is missing, as after a restore: its owner needs the keyring file");
            return;
        }
    }
}

} // namespace

std::vector<std::string> check_databases(const std::filesystem::path& directory, database& main,
                                         database& peppers, database& access) {
    std::vector<std::string> problems;
    check_integrity(main, problems);
    check_integrity(peppers, problems);
    check_integrity(access, problems);
    if (!problems.empty()) return problems;
    if (list_spool(directory).damaged) problems.emplace_back("something that was spooled is damaged");
    {
        transaction snapshot(main, transaction::kind::read);
        for (const auto& i : main_invariants)
            if (main.number(i.violations) != 0) problems.emplace_back(i.sentence);
        check_reply_index(main, problems);
    }
    check_peppers(main, peppers, problems);
    check_access_log(main, access, problems);
    return problems;
}

} // namespace changgu::storage
