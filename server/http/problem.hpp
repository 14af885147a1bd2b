// Every error that leaves the server, in one table: the privacy review point. A problem is a kind and nothing
// else, so that nothing of a request can get into an answer.
#pragma once

#include "server/http/message.hpp"

#include <cstdint>
#include <string_view>

namespace changgu::http {

enum class problem_kind : std::uint8_t {
    // the message
    bad_request,
    length_required,
    too_large,
    header_too_large,
    expectation_failed,
    not_implemented, // a Transfer-Encoding, or a method that no resource has
    version_not_supported,
    // the resource
    not_found,
    method_not_allowed,
    not_acceptable,
    unsupported_media_type,
    // who asks
    unauthorised,
    forbidden,
    rate_limited,
    work_required,
    // its state
    conflict,
    taken,
    precondition_failed,
    precondition_required,
    // its content
    bad_json,
    bad_envelope,
    bad_statement,
    bad_token,
    wrong_suite,
    epoch_closed,
    stale_log,
    // the server
    busy,
    storage_full,
    unavailable, // the disk has failed a write
    stopping,
    internal,
};

struct problem_info {
    problem_kind kind;
    std::uint16_t status;
    std::string_view slug;  ///< "type" is "urn:changgu:problem:<slug>"; clients tell kinds apart by it
    std::string_view title; ///< English, for people who read raw answers
};

const problem_info& info(problem_kind kind) noexcept;

/// RFC 9457: {"type", "title", "status"} as application/problem+json.
response problem(problem_kind kind);

} // namespace changgu::http
