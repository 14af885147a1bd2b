// The key log, enrolments, prekeys and drained marks.
#include "storage/operations.hpp"

#include <algorithm>

namespace changgu::storage {
namespace {

constexpr auto open_state = static_cast<std::uint64_t>(enrolment_state::open);
constexpr auto submitted = static_cast<std::uint64_t>(enrolment_state::submitted);
constexpr auto killed = static_cast<std::uint64_t>(enrolment_state::killed);

} // namespace

edit_outcome append_key_log(database& main, std::uint64_t next, std::span<const std::string> notes) {
    if (main.number("SELECT count(*) FROM key_note") != next) return edit_outcome::conflict;
    for (const auto& note : notes)
        main.run("INSERT INTO key_note(seq, note) VALUES(?1, ?2)", next++, std::string_view(note));
    return edit_outcome::done;
}

edit_outcome open_enrolment(database& main, const enrolment_id& id, reviewer_number number) {
    const auto added =
        main.run("INSERT INTO enrolment(id, number, state) VALUES(?1, ?2, ?3) ON CONFLICT DO NOTHING",
                 id.view(), number, open_state);
    return added == 1 ? edit_outcome::done : edit_outcome::taken;
}

edit_outcome submit_enrolment(database& main, const enrolment_id& id, bytes_view request,
                              const std::optional<crypto::sign_public_key>& locker) {
    if (request.size() > max_enrolment_request) return edit_outcome::failed;
    {
        auto q = main.ask("SELECT state, request, locker FROM enrolment WHERE id = ?1", id.view());
        if (!q.step() || q.number<std::uint64_t>(0) == killed) return edit_outcome::unknown;
        if (q.number<std::uint64_t>(0) == submitted) {
            const bool other = locker && !q.blob(2).empty() && q.fixed<crypto::sign_public_key>(2) != *locker;
            return std::ranges::equal(q.blob(1), request) && !other ? edit_outcome::done
                                                                    : edit_outcome::taken;
        }
    }
    main.run("UPDATE enrolment SET state = ?2, request = ?3 WHERE id = ?1", id.view(), submitted, request);
    if (locker)
        main.run("UPDATE enrolment SET locker = ?2 WHERE id = ?1 "
                 "AND NOT EXISTS(SELECT 1 FROM keyring WHERE keyring.number = enrolment.number)",
                 id.view(), locker->view());
    return edit_outcome::done;
}

edit_outcome forget_lockers(database& main, reviewer_number number) {
    main.run("UPDATE enrolment SET locker = NULL WHERE number = ?1", number);
    return edit_outcome::done;
}

edit_outcome kill_enrolment(database& main, const enrolment_id& id) {
    const auto n = main.run("UPDATE enrolment SET state = ?2, request = NULL, locker = NULL WHERE id = ?1",
                            id.view(), killed);
    return n == 1 ? edit_outcome::done : edit_outcome::unknown;
}

edit_outcome remove_enrolment(database& main, const enrolment_id& id) {
    return main.run("DELETE FROM enrolment WHERE id = ?1", id.view()) == 1 ? edit_outcome::done
                                                                           : edit_outcome::unknown;
}

edit_outcome put_prekeys(database& main, reviewer_number number, std::span<const prekey> keys) {
    main.run("DELETE FROM prekey WHERE number = ?1", number);
    for (const auto& k : keys)
        main.run("INSERT OR REPLACE INTO prekey(number, epoch, key, signature) VALUES(?1, ?2, ?3, ?4)",
                 number, k.epoch, k.key.view(), k.signature.view());
    return edit_outcome::done;
}

edit_outcome put_drained(database& main, std::uint32_t epoch, const drained_mark& mark) {
    main.run("INSERT OR REPLACE INTO drained(epoch, number, signature) VALUES(?1, ?2, ?3)", epoch,
             mark.number, mark.signature.view());
    return edit_outcome::done;
}

} // namespace changgu::storage
