// The header gate: what must hold of a request's header before anything else looks at it. Beast 1.81 takes a
// repeated Content-Length, two Hosts, "chunked, identity" and chunked under HTTP/1.0, and it folds continued
// lines silently, all of which a proxy in front may read in another way. So nothing ambiguous passes: there
// is one framing, Content-Length. Pure functions, no sockets.
#pragma once

#include "server/http/problem.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace changgu::http {

struct field {
    std::string_view name;
    std::string_view value;
};

/// A header as the parser understood it.
struct head {
    verb method = verb::other;
    std::string_view target;
    unsigned version = 0; ///< 11 for HTTP/1.1
    std::span<const field> fields;
};

/// What the parser hides: `raw` is the header from its first byte up to and including the blank line. Refuses
/// a bare CR or LF, control characters, a line that begins with a blank (obs-fold), a blank before a colon,
/// and more than max_header bytes.
std::optional<problem_kind> check_lines(std::string_view raw) noexcept;

/// Needs HTTP/1.1, a target in origin form of at most max_target characters, exactly one Host, at most one
/// Content-Length of digits alone, one for POST and PUT; refuses any Transfer-Encoding and any Expect; at
/// most one Authorization, Content-Type, If-Match and Changgu-Work. The first rule that is broken decides.
/// `content_length` is set when there is none.
std::optional<problem_kind> check_head(const head& h, std::uint64_t& content_length) noexcept;

/// Fills path, query, bearer, if_match, if_none_match, content_type, work and accepts_brotli of `out` from a
/// head that has passed. Refuses '%' outside the query, a name or value that decodes to a control character,
/// and a query name given twice.
std::optional<problem_kind> read_head(const head& h, request& out);

} // namespace changgu::http
