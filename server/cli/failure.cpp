// What an error means to a person and to a script: the one place where error codes become words and exit
// codes.
#include "crypto/errc.hpp"
#include "server/cli/command.hpp"
#include "server/cli/https_client.hpp"
#include "server/cli/messages.hpp"
#include "server/client/errc.hpp"

namespace changgu::cli {
namespace {

using enum exit_code;
using boost::system::error_code;

struct meaning {
    exit_code exit;
    message words;
};

meaning of(client_errc e) noexcept {
    switch (e) {
    case client_errc::bad_origin: return {usage, message::failed_bad_origin};
    case client_errc::cannot_connect: return {unreachable, message::failed_connect};
    case client_errc::bad_certificate: return {unreachable, message::failed_certificate};
    case client_errc::timed_out: return {unreachable, message::failed_timeout};
    default: return {unreachable, message::failed_transport};
    }
}

meaning of(client::errc e) noexcept {
    using enum client::errc;
    switch (e) {
    case not_signed_in:
    case forbidden: return {exit_code::refused, message::failed_sign_in};
    case not_found: return {exit_code::refused, message::failed_not_found};
    case taken: return {exit_code::refused, message::failed_taken};
    case rate_limited: return {exit_code::refused, message::failed_rate};
    case bad_statement: return {exit_code::refused, message::failed_statement};
    case epoch_closed: return {exit_code::refused, message::failed_closed};
    case stale_log: return {exit_code::refused, message::failed_stale};
    case work_required:
    case busy: return {exit_code::refused, message::failed_busy};
    case storage_full: return {exit_code::refused, message::failed_full};
    case server_error: return {exit_code::refused, message::failed_server};
    case bad_request:
    case precondition_failed:
    case bad_envelope:
    case client::errc::refused: return {exit_code::refused, message::failed_refused};
    case bad_log: return {untrusted, message::failed_broken_log};
    case bad_answer:
    case index_disordered: return {failure, message::failed_answer};
    case unknown_category: return {usage, message::failed_category};
    case unknown_reviewer: return {usage, message::failed_reviewer};
    case everybody_excluded: return {usage, message::failed_everybody};
    case exclusion_unknown: return {usage, message::say_who_again};
    case exclusion_too_late: return {usage, message::failed_too_late};
    case too_long: return {usage, message::failed_too_long};
    case too_many_files: return {usage, message::failed_too_many};
    case send_unconfirmed: return {unreachable, message::failed_transport};
    case no_such_case: return {nothing, message::failed_no_case};
    case ambiguous_case: return {usage, message::failed_ambiguous};
    case bad_case: return {failure, message::failed_bad_case};
    case no_address_left: return {failure, message::failed_no_address};
    case missing_prekeys: return {failure, message::failed_prekeys};
    case another_keyring: return {untrusted, message::failed_other_keyring};
    case excluded_in_case: return {usage, message::failed_excluded};
    case case_destroyed: return {nothing, message::failed_destroyed};
    case case_held: return {failure, message::failed_held};
    case not_due: return {failure, message::failed_not_due};
    case not_handed_over: return {failure, message::failed_hand_over};
    case unknown_protocol: return {failure, message::failed_protocol};
    case no_intake_key: return {nothing, message::failed_no_intake_key};
    }
    return {failure, message::failed_unknown};
}

meaning of(crypto::errc e) noexcept {
    using enum crypto::errc;
    switch (e) {
    case wrong_org: return {untrusted, message::failed_wrong_org};
    case bad_note:
    case bad_statement:
    case broken_chain:
    case not_enough_signatures:
    case bad_transition: return {untrusted, message::failed_broken_log};
    case log_forked: return {untrusted, message::failed_forked};
    case origin_not_listed: return {untrusted, message::failed_origin};
    case epoch_not_valid: return {untrusted, message::failed_epoch};
    case wrong_passphrase: return {bad_secret, message::failed_passphrase};
    case not_a_keyring:
    case unknown_version:
    case bad_parameters: return {failure, message::failed_not_keyring};
    case revoked_reviewer: return {refused, message::failed_revoked};
    case unknown_reviewer: return {refused, message::not_approved};
    case word_not_in_list:
    case bad_checksum: return {bad_secret, message::bad_receipt};
    case too_large: return {usage, message::failed_too_long};
    default: return {failure, message::failed_message};
    }
}

meaning of_system(const error_code& e) noexcept {
    namespace errc = boost::system::errc;
    if (e == errc::no_such_device_or_address) return {usage, message::failed_no_terminal};
    if (e == errc::operation_canceled) return {failure, message::failed_cancelled};
    if (e == errc::message_size || e == errc::invalid_argument)
        return {bad_secret, message::failed_empty_secret};
    if (e == errc::device_or_resource_busy) return {failure, message::failed_keyring_busy};
    if (e == errc::permission_denied) return {failure, message::failed_keyring_open};
    if (e == errc::file_exists) return {failure, message::failed_exists};
    if (e == errc::no_such_file_or_directory) return {failure, message::failed_no_file};
    return {failure, message::failed_file};
}

meaning of(const error_code& e) noexcept {
    if (e.category() == client_category()) return of(static_cast<client_errc>(e.value()));
    if (e.category() == client::error_category()) return of(static_cast<client::errc>(e.value()));
    if (e.category() == crypto::error_category()) return of(static_cast<crypto::errc>(e.value()));
    return of_system(e);
}

} // namespace

exit_code exit_code_of(const error_code& error) noexcept {
    return of(error).exit;
}

void fail(command_context& context, const error_code& error) {
    const meaning what = of(error);
    fail(context, what.exit, what.words, error.message());
}

} // namespace changgu::cli
