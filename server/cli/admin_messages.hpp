// What the admin's commands say: one enumerator a sentence, one file a language.
#pragma once

#include "server/cli/terminal.hpp"

namespace changgu::cli {

enum class admin_message : std::uint8_t {
    help_app,
    help_admin_group,
    help_init,
    help_serve,
    help_keys,
    help_rotate,
    help_retire,
    help_log,
    help_fingerprint,
    help_reviewers,
    help_invite,
    help_list,
    help_approve,
    help_revoke,
    help_backup,
    help_restore,
    help_doctor,
    prompt_root_passphrase,
    prompt_root_passphrase_again,
    prompt_recovery_passphrase,
    prompt_recovery_passphrase_again,
    prompt_cosigner_passphrase,
    stretching,
    init_done,
    init_keep_apart,
    init_next,
    directory_in_use,
    bad_origin,
    fingerprint_words,
    opened_epoch,
    retired_epoch,
    prekeys_low,
    missing_prekeys,
    invited,
    approved,
    revoked,
    not_invited,
    bad_mac,
    nobody_to_seal_to,
    against_the_rules,
    reviewer_line,
    reviewer_revoked,
    waiting_line,
    statement_line,
    config_good,
    starting,
    backup_done,
    backup_exists,
    restore_done,
    restore_bad,
    restore_not_empty,
    doctor_good,
    doctor_bad,
    doctor_info,
    doctor_summary,
    check_directory_good,
    check_directory_bad,
    check_key_good,
    check_key_bad,
    check_database_good,
    check_database_bad,
    check_setting_bad,
    check_memory_good,
    check_memory_bad,
    check_clock_good,
    check_clock_bad,
    check_certificate_good,
    check_certificate_bad,
    check_certificate_unreadable,
    check_log_good,
    check_log_bad,
    check_origin_good,
    check_origin_bad,
    check_epoch_good,
    check_epoch_bad,
    check_epoch_none,
    check_prekeys_good,
    check_prekeys_bad,
    check_tick_good,
    check_tick_bad,
    check_ahead_bad,
    check_traces_good,
    check_traces_bad,
    last_ = check_traces_bad,
};

namespace detail {
std::string_view korean_text(admin_message id) noexcept;
std::string_view english_text(admin_message id) noexcept;
} // namespace detail

inline std::string_view text_of(admin_message id, language in) noexcept {
    return in == language::korean ? detail::korean_text(id) : detail::english_text(id);
}

} // namespace changgu::cli
