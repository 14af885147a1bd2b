// Keyrings and their peppers are in two files, so that a copy of the one is never a copy of the other.
// SQLite's commit over two files in WAL mode is not atomic, so the order makes it safe: the new pepper is
// added under the new etag, then the keyring is replaced, then the old pepper is deleted. Whatever keyring a
// crash leaves, its own pepper is there.
#include "storage/operations.hpp"

namespace changgu::storage {
namespace {

std::optional<keyring_etag> current_etag(database& main, reviewer_number number) {
    auto q = main.ask("SELECT etag FROM keyring WHERE number = ?1", number);
    if (!q.step()) return std::nullopt;
    return q.fixed<keyring_etag>(0);
}

// A deleted pepper must leave no stale copy in a page's free space, which secure_delete does not see to; the
// file is small.
void rewrite(database& peppers) {
    peppers.script("VACUUM");
}

} // namespace

keyring_answer put_keyring(workplace& w, const keyring_put& put) {
    if (put.body.size() > max_keyring) return {edit_outcome::failed, {}};
    if (current_etag(w.main, put.number) != put.if_match) return {edit_outcome::conflict, {}};

    const auto etag = crypto::random_fixed<keyring_etag>();
    w.peppers.run("INSERT INTO pepper(number, etag, pepper) VALUES(?1, ?2, ?3)", put.number, etag.view(),
                  put.wrap_pepper.view());
    w.main.run("INSERT OR REPLACE INTO keyring(number, etag, locker, body) VALUES(?1, ?2, ?3, ?4)",
               put.number, etag.view(), put.locker.view(), put.body);
    forget_lockers(w.main, put.number); // the keyring's own counts from here on
    w.peppers.run("DELETE FROM pepper WHERE number = ?1 AND etag <> ?2", put.number, etag.view());
    rewrite(w.peppers);
    return {edit_outcome::done, etag};
}

edit_outcome remove_keyring(workplace& w, reviewer_number number) {
    const auto removed = w.main.run("DELETE FROM keyring WHERE number = ?1", number);
    w.peppers.run("DELETE FROM pepper WHERE number = ?1", number);
    rewrite(w.peppers);
    return removed == 1 ? edit_outcome::done : edit_outcome::unknown;
}

void drop_stale_peppers(workplace& w) {
    std::vector<std::pair<reviewer_number, keyring_etag>> stale;
    {
        auto q = w.peppers.ask("SELECT number, etag FROM pepper");
        while (q.step()) {
            const auto number = q.number<reviewer_number>(0);
            const auto etag = q.fixed<keyring_etag>(1);
            if (current_etag(w.main, number) != etag) stale.emplace_back(number, etag);
        }
    }
    for (const auto& [number, etag] : stale)
        w.peppers.run("DELETE FROM pepper WHERE number = ?1 AND etag = ?2", number, etag.view());
    if (!stale.empty()) rewrite(w.peppers);
}

std::optional<keyring> find_keyring(database& main, database& peppers, reviewer_number number) {
    // The keyring may be replaced between the two files; its successor is then read instead. More than a few
    // times in a row it cannot happen, as replacing takes three commits.
    keyring found;
    for (int attempt = 0; attempt < 8; ++attempt) {
        {
            auto q = main.ask("SELECT etag, locker, body FROM keyring WHERE number = ?1", number);
            if (!q.step()) return std::nullopt;
            found.etag = q.fixed<keyring_etag>(0);
            found.locker = q.fixed<crypto::sign_public_key>(1);
            found.body = q.copy(2);
        }
        auto q = peppers.ask("SELECT pepper FROM pepper WHERE number = ?1 AND etag = ?2", number,
                             found.etag.view());
        if (q.step()) {
            found.wrap_pepper = q.fixed<pepper>(0);
            return found;
        }
        if (current_etag(main, number) == found.etag) break;
    }
    return found;
}

std::optional<crypto::sign_public_key> find_locker(database& main, reviewer_number number) {
    // Of two codes for one number the lesser id: an order that says nothing of which came first.
    auto q =
        main.ask("SELECT locker FROM (SELECT 0 AS rank, x'' AS id, locker FROM keyring WHERE number = ?1 "
                 "UNION ALL SELECT 1, id, locker FROM enrolment WHERE number = ?1 AND locker IS NOT NULL) "
                 "ORDER BY rank, id LIMIT 1",
                 number);
    if (!q.step()) return std::nullopt;
    return q.fixed<crypto::sign_public_key>(0);
}

} // namespace changgu::storage
