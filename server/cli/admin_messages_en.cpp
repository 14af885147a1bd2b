#include "server/cli/admin_messages.hpp"

namespace changgu::cli {
namespace {

using enum admin_message;

constexpr message_text<admin_message> texts[] = {
    {help_app, "Changgu: an anonymous channel inside an organisation. Messages are sealed on the sender's "
               "device; the server cannot open them."},
    {help_admin_group, "Administration"},
    {help_init,
     "Make a new channel: data directory, root keyring, certificate, first statement of the key log."},
    {help_serve, "Run the server. SIGTERM or SIGINT ends it, SIGHUP reads the certificate again."},
    {help_keys, "Rotate and retire intake keys; show the key log and the fingerprint."},
    {help_rotate, "Open the next epoch now. No reviewer needs to be online."},
    {help_retire, "Retire an epoch: reviewers' programs forget its secret."},
    {help_policy, "Replace the policy: categories, questions, departments, times."},
    {help_log, "Verify and show the key log."},
    {help_fingerprint, "Show the organisation's fingerprint in Korean and English words and in hexadecimal."},
    {help_poster, "Make the poster: address, QR code and fingerprint on one sheet of A4."},
    {help_reviewers, "Invite, approve, revoke and list reviewers."},
    {help_invite, "Make a code for a new reviewer."},
    {help_list, "Show reviewers and pending invitations."},
    {help_approve, "Check what a new reviewer sent with the code and put them into the key log."},
    {help_revoke, "Revoke a reviewer and rotate at once."},
    {help_backup, "Copy the data of a running or stopped server into one file."},
    {help_restore, "Check a backup and put it into an empty data directory."},
    {help_doctor, "Check this installation and say what to do."},
    {help_verify_site, "Compare the pages that a server gives out with those in this program, file by file."},
    {prompt_root_passphrase, "Passphrase of the root keyring ({0}): "},
    {prompt_root_passphrase_again, "Passphrase of the root keyring again ({0}): "},
    {prompt_recovery_passphrase, "Passphrase of the recovery keyring ({0}): "},
    {prompt_recovery_passphrase_again, "Passphrase of the recovery keyring again ({0}): "},
    {prompt_cosigner_passphrase, "Passphrase of the co-signer's keyring ({0}): "},
    {stretching, "Working on the passphrase…"},
    {init_done, "Made the channel in {0}."},
    {init_keep_apart,
     "Move the root keyring ({0}) and the recovery keyring ({1}) off this server, to two different places."},
    {init_next, "Next: start the server with 'changgu serve --config {0}' and invite reviewers with 'changgu "
                "reviewers invite'."},
    {directory_in_use, "{0} has files in it already. Nothing was overwritten."},
    {bad_origin, "The origin must be https://name or https://name:port; http:// only for this computer or an "
                 "onion address."},
    {fingerprint_words, "The organisation's fingerprint. It must match the words on the poster."},
    {opened_epoch, "Opened epoch {0}."},
    {retired_epoch, "Retired epoch {0}. Reviewers' programs forget its secret within their next two visits."},
    {policy_set, "The new policy is in the key log."},
    {poster_needs_file, "Say where to: --svg FILE, --pdf FILE or both."},
    {poster_no_program, "{0} is missing, or is not the same owner's as this program. Install them together."},
    {poster_not_drawn, "The poster could not be drawn."},
    {poster_made, "Made the poster: {0}."},
    {prekeys_low, "Reviewer {0} has {1} published keys left. Ask them to sign in."},
    {missing_prekeys, "A reviewer has not published a key for the next epoch. See 'changgu reviewers list', "
                      "or leave them out with --allow-missing."},
    {invited, "The code for reviewer {0}. Hand it over by a way that does not go through the server."},
    {approved, "Reviewer {0} is in the key log."},
    {revoked, "Revoked reviewer {0} and rotated."},
    {not_invited, "There is no invitation for number {0}, or nobody has enrolled with it yet."},
    {bad_mac, "What was sent does not match the code: it may have been exchanged on the way. The code is "
              "dead; invite again."},
    {nobody_to_seal_to, "There is no reviewer to receive anything. Invite and approve one first."},
    {against_the_rules, "The key log's rules do not allow this ({0}). Nothing was changed."},
    {reviewer_line, "{0}  {1}  {2}  {3} keys left"},
    {reviewer_revoked, "{0}  {1}  {2}  revoked"},
    {waiting_line, "{0}  invitation: {1}"},
    {statement_line, "{0}  {1}  {2}"},
    {config_good, "The configuration is good: {0}"},
    {starting, "Starting the server: {0}"},
    {backup_done, "Backed up to {0}."},
    {backup_exists, "{0} exists already. Nothing was overwritten."},
    {restore_done, "Restored to {0}. Keyrings kept on the server cannot be opened from a backup: reviewers "
                   "must upload theirs again."},
    {restore_bad, "This is not a whole backup: {0}"},
    {restore_not_empty, "There is data in {0} already. Nothing was overwritten."},
    {doctor_good, "[ok]   {0}"},
    {doctor_bad, "[do]   {0}"},
    {doctor_info, "[note] {0}"},
    {doctor_summary, "{1} of {0} checks need something done."},
    {check_directory_good, "Only the server's account can read the data directory."},
    {check_directory_bad, "Other accounts can read {0}. Run 'chmod 700 {0}'."},
    {check_key_good, "Only the server's account can read the TLS key."},
    {check_key_bad, "Other accounts can read the TLS key {0}. Run 'chmod 600 {0}'."},
    {check_database_good, "The database's settings hold and its contents are sound."},
    {check_database_bad, "The database: {0}. Stop the server and restore a backup."},
    {check_setting_bad, "The database setting {0} is {1}. Open it again with 'changgu serve'."},
    {check_memory_good, "Memory can be locked."},
    {check_memory_bad, "Only {0} KiB of memory can be locked. Put LimitMEMLOCK=8M into the systemd unit."},
    {check_clock_good, "The clock is synchronised."},
    {check_clock_bad, "The clock is not synchronised with a time server. Run 'timedatectl set-ntp true'."},
    {check_certificate_good, "The certificate is valid for {0} more days."},
    {check_certificate_bad, "The certificate ends in {0} days. Replace it and send SIGHUP."},
    {check_certificate_unreadable, "The certificate {0} cannot be read."},
    {check_log_good, "The {0} statements of the key log chain to the fingerprint."},
    {check_log_bad, "The key log does not chain: {0}. Restore a backup and find the cause."},
    {check_origin_good, "Every origin of the configuration is in the key log."},
    {check_origin_bad, "The origin {0} is not in the key log: reporters' programs refuse it."},
    {check_epoch_good, "Epoch {0} is valid for {1} more days."},
    {check_epoch_bad, "Epoch {0} ends in {1} days. Run 'changgu keys rotate'."},
    {check_epoch_none,
     "No epoch is valid now: nothing can be sent. Approve a reviewer or run 'changgu keys rotate'."},
    {check_prekeys_good, "Every reviewer has published keys for {0} more rotations."},
    {check_prekeys_bad, "Reviewer {0} has {1} published keys left. Ask them to sign in."},
    {check_tick_good, "Messages are released every {0} hours."},
    {check_tick_bad,
     "Messages are released every {0} seconds. Below a day it gets easier to match visits with reports."},
    {check_ahead_bad, "{0} future epochs are signed ahead. The more, the later a revocation takes hold."},
    {check_traces_good, "There is no address, user agent or time in the data directory."},
    {check_traces_bad,
     "{0} contains what looks like an address, a user agent or a time. Find out what writes it."},
    {site_checking, "Comparing the pages… {0}/{1}"},
    {site_missing, "{0}: the server does not give out this file."},
    {site_differs, "{0}: the content differs."},
    {site_policy_differs, "{0}: the content is the same, its Content-Security-Policy is not."},
    {site_bad_manifest, "{0} is not a manifest of the pages."},
    {site_good, "All {0} files of the pages are the same."},
    {site_bad, "{0} of {1} files of the pages differ. Do not use these pages; look for the cause together "
               "with somebody who does not run the server."},
};
static_assert(is_complete(texts, last_));

} // namespace

std::string_view detail::english_text(admin_message id) noexcept {
    return texts[static_cast<std::size_t>(id)].text;
}

} // namespace changgu::cli
