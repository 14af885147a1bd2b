// Why a client could not do what it was asked, besides transport (cli::client_errc) and cryptography
// (crypto::errc).
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <string_view>

namespace changgu::client {

enum class errc {
    // refusals of the server, by the kind of its problem
    bad_request = 1,
    not_signed_in, // no session, or it has ended
    forbidden,
    not_found,
    taken,
    rate_limited,
    work_required, // still, after the work was done several times
    precondition_failed,
    bad_envelope,
    bad_statement,
    epoch_closed,
    stale_log,
    busy,
    storage_full,
    server_error,
    refused, // a problem of a kind this client does not know
    // what the client finds
    bad_answer,       // not what the API says
    bad_log,          // a key log that does not verify, though it begins with the right organisation
    index_disordered, // the reply index is not sorted
    unknown_category,
    unknown_reviewer, // an excluded number that this epoch does not name
    everybody_excluded,
    exclusion_unknown,  // somebody was excluded at first, and no reply says who: say it again
    exclusion_too_late, // who has read a thread cannot be kept out of it any more
    too_long,
    too_many_files,
    send_unconfirmed, // the connection was lost each time: it may have arrived
    no_such_case,
    ambiguous_case,
    bad_case,         // events that contradict their place or their signer
    no_address_left,  // every advertised address is taken: wait for the reporter's next message
    missing_prekeys,  // a reviewer has published no intake key for the epoch
    another_keyring,  // of another organisation or server
    excluded_in_case, // the sender does not want this reviewer to read it
    case_destroyed,   // or on the way there
    case_held,        // somebody wrote why it must not be destroyed
    not_due,          // the case is open, or to be kept for longer
    not_handed_over,  // what was to be burned could not be shown first: nothing was burned
    unknown_protocol, // the server speaks a newer one
    no_intake_key,    // the epoch to seal to does not name this reviewer (yet)
};

const boost::system::error_category& error_category() noexcept;
boost::system::error_code make_error_code(errc e) noexcept;
/// The enumerator's own name.
std::string_view name(errc e) noexcept;

template <class T> using result = boost::system::result<T>;

} // namespace changgu::client

template <> struct boost::system::is_error_code_enum<changgu::client::errc> : std::true_type {};
