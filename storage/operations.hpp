// Internal: what the writer's jobs do, a function each. Those marked (alone) make their own transactions; the
// others run inside a group's. All throw database_error.
#pragma once

#include "storage/writer.hpp"

#include <span>

namespace changgu::storage {

// items.cpp
put_outcome put_item(workplace& w, item_kind kind, const address& at, bytes_view body);
edit_outcome burn_items(workplace& w, item_kind kind, std::span<const address> at);
edit_outcome keep_blobs(workplace& w, std::span<const address> at, month_number now);
std::uint64_t expire_items(workplace& w, month_number now, const retention& keep);
std::uint64_t delete_epoch(workplace& w, std::uint32_t epoch);

// release.cpp
void publish_first_index(database& main);
/// Deletes what a release that did not come to its end has left.
void drop_staged(database& main);
release_report release_spool(workplace& w, const release_input& in); // (alone)
compact_report compact_batches(workplace& w, day_number today);      // (alone)

// keys.cpp
edit_outcome append_key_log(database& main, std::uint64_t next, std::span<const std::string> notes);
edit_outcome open_enrolment(database& main, const enrolment_id& id, reviewer_number number);
edit_outcome submit_enrolment(database& main, const enrolment_id& id, bytes_view request,
                              const std::optional<crypto::sign_public_key>& locker);
edit_outcome kill_enrolment(database& main, const enrolment_id& id);
edit_outcome forget_lockers(database& main, reviewer_number number);
edit_outcome remove_enrolment(database& main, const enrolment_id& id);
edit_outcome put_prekeys(database& main, reviewer_number number, std::span<const prekey> keys);
edit_outcome put_drained(database& main, std::uint32_t epoch, const drained_mark& mark);

// keyrings.cpp
struct keyring_answer {
    edit_outcome outcome = edit_outcome::failed;
    keyring_etag etag;
};
inline void set_refused(keyring_answer& a, refusal why) noexcept {
    set_refused(a.outcome, why);
}
struct keyring_put {
    reviewer_number number = 0;
    std::optional<keyring_etag> if_match;
    crypto::sign_public_key locker;
    bytes body;
    pepper wrap_pepper;
};
keyring_answer put_keyring(workplace& w, const keyring_put& put);  // (alone)
edit_outcome remove_keyring(workplace& w, reviewer_number number); // (alone)
/// Deletes peppers whose keyring was never written or has been replaced: what a crash can leave.
void drop_stale_peppers(workplace& w);
std::optional<keyring> find_keyring(database& main, database& peppers, reviewer_number number);
std::optional<crypto::sign_public_key> find_locker(database& main, reviewer_number number);

// access.cpp
crypto::access_position access_head(database& access);
edit_outcome append_access(database& access, const crypto::org_id& org, std::string_view entry); // (alone)
void note_restored(database& main, database& access, std::uint64_t now); // in seconds since 1970
void check_access_log(database& main, database& access, std::vector<std::string>& problems);

// check.cpp
std::vector<std::string> check_databases(const std::filesystem::path& directory, database& main,
                                         database& peppers, database& access);

} // namespace changgu::storage
