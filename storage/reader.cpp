#include "storage/reader.hpp"

#include "storage/operations.hpp"
#include "storage/schema.hpp"
#include "storage/spool_listing.hpp"

#include <algorithm>
#include <system_error>

namespace changgu::storage {

struct reader::impl {
    std::filesystem::path directory;
    database main;
    database peppers;
    database access;
    const spool* envelopes; ///< of the running store, if it is this process's

    [[nodiscard]] bool is_spooled(const envelope_id& id) const {
        if (envelopes) return envelopes->contains(id);
        return std::ranges::any_of(list_spool(directory).envelopes,
                                   [&id](const listed& l) { return l.what.id == id; });
    }
    [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> spooled_count_and_bytes() const {
        if (envelopes) return {envelopes->count(), envelopes->used()};
        const auto all = list_spool(directory).envelopes;
        std::uint64_t used = 0;
        for (const auto& l : all) used += segment::record_bytes(l.what.size);
        return {all.size(), used};
    }
    std::uint64_t rearrangement() { return main.number("SELECT changes FROM arrangement"); }
};

reader::reader(const std::filesystem::path& directory) : reader(directory, nullptr) {}
reader::reader(const std::filesystem::path& directory, const spool* envelopes)
    : impl_(new impl{directory, open_for_reading(directory, which::main),
                     open_for_reading(directory, which::peppers), open_for_reading(directory, which::access),
                     envelopes}) {}
reader::reader(reader&&) noexcept = default;
reader& reader::operator=(reader&&) noexcept = default;
reader::~reader() = default;

batch_number reader::latest_batch() {
    return impl_->main.number("SELECT max(number) FROM batch");
}

bool reader::has_envelope(const envelope_id& id) {
    // In this order: what leaves the spool meanwhile has been released.
    if (impl_->is_spooled(id)) return true;
    return impl_->main
        .ask("SELECT 1 FROM spool_envelope WHERE id = ?1 UNION ALL SELECT 1 FROM envelope WHERE id = ?1",
             id.view())
        .step();
}

std::uint64_t reader::inbox_count(batch_number after) {
    return impl_->main.number("SELECT sum(envelopes) FROM batch WHERE number > ?1", after);
}

inbox_cursor reader::open_inbox(batch_number after) {
    const transaction snapshot(impl_->main, transaction::kind::read);
    inbox_cursor c;
    c.remaining = inbox_count(after);
    c.last_batch = latest_batch();
    c.row = impl_->main.number("SELECT min(first_row) FROM batch WHERE number > ?1", after);
    c.rearrangement = impl_->rearrangement();
    return c;
}

result<std::vector<released_envelope>> reader::next(inbox_cursor& cursor, std::size_t limit) {
    std::vector<released_envelope> slice;
    if (cursor.remaining == 0) return slice;
    const transaction snapshot(impl_->main, transaction::kind::read);
    if (impl_->rearrangement() != cursor.rearrangement) return errc::moved;
    const auto wanted = std::min<std::uint64_t>(limit, cursor.remaining);
    slice.reserve(wanted);
    auto q =
        impl_->main.ask("SELECT seq, batch, id, body FROM envelope WHERE seq >= ?1 ORDER BY seq LIMIT ?2",
                        cursor.row, wanted);
    while (q.step()) {
        cursor.row = q.number<std::uint64_t>(0) + 1;
        slice.push_back({q.number<batch_number>(1), q.fixed<envelope_id>(2), q.copy(3)});
    }
    cursor.remaining -= slice.size();
    return slice;
}

std::vector<item> reader::read(item_kind kind, std::span<const address> addresses) {
    std::vector<item> items;
    items.reserve(addresses.size());
    for (const auto& a : addresses) {
        auto& found = items.emplace_back();
        auto q =
            impl_->main.ask("SELECT state, body FROM spool_item WHERE kind = ?1 AND address = ?2 UNION ALL "
                            "SELECT state, body FROM item WHERE kind = ?1 AND address = ?2",
                            static_cast<std::uint64_t>(kind), a.view());
        if (!q.step()) continue;
        found.state = static_cast<item_state>(q.integer(0));
        if (found.state == item_state::present) found.body = q.copy(1);
    }
    return items;
}

storage::reply_index reader::reply_index() {
    auto q = impl_->main.ask("SELECT batch, prefixes FROM reply_index");
    if (!q.step()) return {};
    return {q.number<batch_number>(0), q.copy(1)};
}

std::vector<key_note> reader::read_key_log(std::uint64_t from, std::size_t max_count, std::size_t max_bytes) {
    std::vector<key_note> notes;
    std::size_t total = 0;
    auto q = impl_->main.ask("SELECT seq, note FROM key_note WHERE seq >= ?1 ORDER BY seq LIMIT ?2", from,
                             max_count);
    while (q.step()) {
        key_note n{q.number<std::uint64_t>(0), q.text(1)};
        total += n.text.size();
        if (!notes.empty() && total > max_bytes) break;
        notes.push_back(std::move(n));
    }
    return notes;
}

std::uint64_t reader::key_log_size() {
    return impl_->main.number("SELECT count(*) FROM key_note");
}

std::optional<enrolment> reader::find_enrolment(const enrolment_id& id) {
    auto q = impl_->main.ask("SELECT number, state, request FROM enrolment WHERE id = ?1", id.view());
    if (!q.step()) return std::nullopt;
    return enrolment{id, q.number<reviewer_number>(0), static_cast<enrolment_state>(q.integer(1)), q.copy(2)};
}

std::vector<enrolment> reader::list_enrolments() {
    std::vector<enrolment> all;
    auto q = impl_->main.ask("SELECT id, number, state, request FROM enrolment ORDER BY number, id");
    while (q.step())
        all.push_back({q.fixed<enrolment_id>(0), q.number<reviewer_number>(1),
                       static_cast<enrolment_state>(q.integer(2)), q.copy(3)});
    return all;
}

std::vector<numbered_prekey> reader::list_prekeys() {
    std::vector<numbered_prekey> all;
    auto q = impl_->main.ask("SELECT number, epoch, key, signature FROM prekey ORDER BY number, epoch");
    while (q.step())
        all.push_back({q.number<reviewer_number>(0),
                       {q.number<std::uint32_t>(1), q.fixed<crypto::box_public_key>(2),
                        q.fixed<crypto::signature>(3)}});
    return all;
}

std::vector<drained_mark> reader::list_drained(std::uint32_t epoch) {
    std::vector<drained_mark> all;
    auto q = impl_->main.ask("SELECT number, signature FROM drained WHERE epoch = ?1 ORDER BY number", epoch);
    while (q.step()) all.push_back({q.number<reviewer_number>(0), q.fixed<crypto::signature>(1)});
    return all;
}

std::optional<crypto::sign_public_key> reader::find_locker(reviewer_number number) {
    return storage::find_locker(impl_->main, number);
}
std::optional<keyring> reader::find_keyring(reviewer_number number) {
    return storage::find_keyring(impl_->main, impl_->peppers, number);
}

access_page reader::read_access_log(std::uint64_t from, std::size_t max_count) {
    auto& access = impl_->access;
    const transaction snapshot(access, transaction::kind::read);
    access_page page;
    page.head = access_head(access);
    if (auto q = access.ask("SELECT hash FROM access_entry WHERE seq = ?1", from); q.step())
        page.before = q.fixed<crypto::hash256>(0);
    auto q =
        access.ask("SELECT entry FROM access_entry WHERE seq > ?1 ORDER BY seq LIMIT ?2", from, max_count);
    while (q.step()) page.entries.push_back(q.text(0));
    return page;
}

std::optional<day_number> reader::last_release() {
    auto q = impl_->main.ask("SELECT max(day) FROM batch");
    if (!q.step() || q.is_null(0)) return std::nullopt;
    return q.number<day_number>(0);
}

statistics reader::stats() {
    auto& main = impl_->main;
    statistics s;
    for (const std::string table : main_tables) {
        const auto count = "SELECT count(*) FROM " + table;
        s.rows.emplace_back(table, main.scalar(count));
    }
    const auto [spooled, spool_bytes] = impl_->spooled_count_and_bytes();
    for (auto& [table, count] : s.rows)
        if (table == "spool_envelope") count += spooled;
    for (const std::string name : reported_settings) s.settings.emplace_back(name, main.pragma(name));
    s.page_size = main.number("PRAGMA page_size");
    s.used = main.used() + spool_bytes;
    s.free = main.number("PRAGMA freelist_count") * s.page_size;
    std::error_code none;
    const auto log = std::filesystem::file_size(impl_->directory / (std::string(main_file) + "-wal"), none);
    s.log = none ? 0 : log;
    return s;
}

std::vector<std::string> reader::check() {
    return check_databases(impl_->directory, impl_->main, impl_->peppers, impl_->access);
}

} // namespace changgu::storage
