#include "server/http/problem.hpp"

#include <array>
#include <string>

namespace changgu::http {

namespace {
using k = problem_kind;
constexpr std::array table{
    problem_info{k::bad_request, 400, "bad-request", "The request is not well formed"},
    problem_info{k::length_required, 411, "length-required", "A Content-Length is needed"},
    problem_info{k::too_large, 413, "too-large", "The body is longer than this resource takes"},
    problem_info{k::header_too_large, 431, "header-too-large", "The header is too long"},
    problem_info{k::expectation_failed, 417, "expectation-failed", "Expect is not supported"},
    problem_info{k::not_implemented, 501, "not-implemented", "Transfer codings are not supported"},
    problem_info{k::version_not_supported, 505, "version-not-supported", "Only HTTP/1.1 is spoken here"},
    problem_info{k::not_found, 404, "not-found", "There is nothing here"},
    problem_info{k::method_not_allowed, 405, "method-not-allowed", "This resource does not take that method"},
    problem_info{k::not_acceptable, 406, "not-acceptable", "No acceptable form of this resource"},
    problem_info{k::unsupported_media_type, 415, "unsupported-media-type",
                 "That type of content is not taken"},
    problem_info{k::unauthorised, 401, "unauthorised", "A session is needed"},
    problem_info{k::forbidden, 403, "forbidden", "This session may not do that"},
    problem_info{k::rate_limited, 429, "rate-limited", "Too many requests; try again later"},
    problem_info{k::work_required, 429, "work-required", "A proof of work is needed; ask for what it is"},
    problem_info{k::conflict, 409, "conflict", "The state has changed meanwhile"},
    problem_info{k::taken, 409, "taken", "This address is taken"},
    problem_info{k::precondition_failed, 412, "precondition-failed", "If-Match does not match"},
    problem_info{k::precondition_required, 428, "precondition-required", "If-Match is needed"},
    problem_info{k::bad_json, 400, "bad-json", "The body is not the JSON that is expected"},
    problem_info{k::bad_envelope, 422, "bad-envelope", "The body is not an envelope"},
    problem_info{k::bad_statement, 422, "bad-statement", "The statement does not follow from the key log"},
    problem_info{k::bad_token, 403, "bad-token", "The tokens do not open what they are for"},
    problem_info{k::wrong_suite, 400, "wrong-suite", "Another suite is in force"},
    problem_info{k::epoch_closed, 409, "epoch-closed", "This epoch takes no more envelopes"},
    problem_info{k::stale_log, 409, "stale-log", "The key log has gone on; fetch it again"},
    problem_info{k::busy, 503, "busy", "The server is busy; try again"},
    problem_info{k::storage_full, 507, "storage-full", "There is no room left"},
    problem_info{k::unavailable, 503, "unavailable", "Nothing can be stored at the moment"},
    problem_info{k::stopping, 503, "stopping", "The server is stopping; try again"},
    problem_info{k::internal, 500, "internal", "Something went wrong on the server"},
};

consteval bool in_order() {
    for (std::size_t i = 0; i < table.size(); ++i)
        if (static_cast<std::size_t>(table[i].kind) != i) return false;
    return table.size() == static_cast<std::size_t>(k::internal) + 1;
}
static_assert(in_order(), "the table has a row for each kind, in the enum's order");
} // namespace

const problem_info& info(problem_kind kind) noexcept {
    return table[static_cast<std::size_t>(kind)];
}

response problem(problem_kind kind) {
    const auto& row = info(kind);
    std::string text = R"({"type":"urn:changgu:problem:)";
    text += row.slug;
    text += R"(","title":")";
    text += row.title;
    text += R"(","status":)";
    text += std::to_string(row.status);
    text += "}";
    auto r = json_response(row.status, text);
    r.content_type = "application/problem+json";
    if (kind == k::unauthorised) r.headers.push_back({"WWW-Authenticate", "Bearer"});
    return r;
}

} // namespace changgu::http
