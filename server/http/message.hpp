// What a handler sees of HTTP: one request with its body already read and bounded, and one response. No Beast
// and no Asio here, so that a file of handlers compiles in a second.
#pragma once

#include "crypto/bytes.hpp"
#include "crypto/secret.hpp"
#include "server/http/headers.hpp"
#include "server/http/source.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace changgu::http {

enum class verb : std::uint8_t { get, head, post, put, remove, options, other };

std::string_view to_string(verb v) noexcept;
/// `other` for every method that is not in the list; methods are case-sensitive.
verb verb_from(std::string_view method) noexcept;

/// Move-only; the body and the bearer are wiped when it goes, since tokens travel in both.
struct request {
    verb method = verb::get;
    std::string path;      ///< begins with '/'; holds no '%', no query
    std::string parameter; ///< what the route's "{}" matched, never empty then
    std::vector<std::pair<std::string, std::string>> query; ///< percent-decoded, in order, names unique
    crypto::bytes body;
    crypto::secret_buffer bearer;        ///< of `Authorization: Bearer …`; empty without one
    std::optional<std::string> if_match; ///< one entity tag with its quotes taken off, or "*"
    std::string if_none_match;           ///< entity tags as they came, joined by ','; empty without any
    std::string content_type;            ///< lower case, without parameters; empty without one
    std::string work;                    ///< the value of Changgu-Work as it came; empty without one
    bool accepts_brotli = false;
    source from; ///< of its connection

    request() = default;
    request(const request&) = delete;
    request& operator=(const request&) = delete;
    request(request&&) noexcept = default;
    request& operator=(request&&) noexcept = default;
    ~request();

    /// The value of a query parameter, or nothing.
    [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const noexcept;
};

/// A body that is made while it is sent. It lives on its connection's thread; next() may read from storage.
class body_source {
  public:
    virtual ~body_source() = default;
    /// Replaces `slice` by the next bytes; false at the end or when it cannot go on. Where the slices do not
    /// add up to the announced length the connection is cut, so that a client never takes a part for the
    /// whole.
    virtual bool next(crypto::bytes& slice) = 0;
};

struct header {
    std::string_view name; ///< of static storage: a literal
    std::string value;     ///< without CR, LF or other controls
};

/// The session adds Content-Length, Connection and the standing headers of server/http/headers.hpp; never
/// Date and never Server.
struct response {
    std::uint16_t status = 204;
    http::surface surface = http::surface::api;
    std::string_view content_type; ///< of static storage; empty = no Content-Type
    crypto::bytes body;
    std::optional<std::string> etag;     ///< without its quotes
    std::vector<header> headers;         ///< further ones: Allow, Retry-After, …
    std::unique_ptr<body_source> source; ///< when set, sent instead of `body`
    std::uint64_t source_length = 0;     ///< bytes that `source` will give in all
    std::span<const crypto::byte>
        fixed; ///< when not empty, sent instead of `body` without a copy; of static storage
};

inline constexpr std::string_view json_type = "application/json";
inline constexpr std::string_view binary_type = "application/octet-stream";

response empty_response(std::uint16_t status);
response json_response(std::uint16_t status, std::string_view text);
response binary_response(std::uint16_t status, crypto::bytes body);
response stream_response(std::unique_ptr<body_source> source, std::uint64_t length);

} // namespace changgu::http
