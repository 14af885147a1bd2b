// Reading what a request says. Each function checks type, length and form together, and fails with the
// problem to answer.
#pragma once

#include "crypto/json.hpp"
#include "crypto/secret.hpp"
#include "crypto/statement.hpp"
#include "server/http/message.hpp"
#include "server/http/problem.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <vector>

namespace changgu::api {

template <class T> using checked = std::expected<T, http::problem_kind>;
using refused = std::unexpected<http::problem_kind>;

inline constexpr std::uint32_t max_number = 65'535; ///< of a reviewer; 0 is nobody
inline constexpr std::size_t max_prekeys = 64;      ///< in one list
inline constexpr std::size_t item_width = 32;       ///< of a token, an address and a chunk's id

/// The body, of type application/octet-stream. Errors: unsupported_media_type.
checked<crypto::bytes_view> binary_body(const http::request& r);
/// Exactly `size` bytes of it. Errors: also bad_request.
checked<crypto::bytes_view> binary_body(const http::request& r, std::size_t size);
/// One JSON object of type application/json. Errors: unsupported_media_type, bad_request.
checked<crypto::json::object> json_body(const http::request& r);

/// `low` to `high` values of 32 bytes, one after the other. Errors: bad_request.
template <class Value>
checked<std::vector<Value>> values_of(crypto::bytes_view b, std::size_t low, std::size_t high) {
    static_assert(Value::size_bytes == item_width);
    const std::size_t count = b.size() / item_width;
    if (b.size() % item_width != 0 || count < low || count > high)
        return refused(http::problem_kind::bad_request);
    std::vector<Value> out;
    out.reserve(count); // secrets are never left behind by a growing vector
    for (; !b.empty(); b = b.subspan(item_width)) out.push_back(Value::from(b.first(item_width)).value());
    return out;
}

/// What stands for "{}" in the path, in lower-case hexadecimal. Errors: not_found.
template <class Fixed> checked<Fixed> path_value(const http::request& r) {
    const auto raw = crypto::from_hex(r.parameter);
    if (!raw || crypto::to_hex(*raw) != r.parameter) return refused(http::problem_kind::not_found);
    const auto value = Fixed::from(*raw);
    if (!value) return refused(http::problem_kind::not_found);
    return *value;
}

/// A decimal query parameter without leading zeros; 0 when it is absent. Errors: bad_request.
checked<std::uint64_t> query_number(const http::request& r, std::string_view name, std::uint64_t max);

/// A reviewer's number, 1 to 65535. Errors: bad_request.
checked<std::uint32_t> read_reviewer_number(const crypto::json::object& object);

/// At most max_prekeys, each of another epoch and signed by `identity` for `number`. Errors: bad_request.
checked<std::vector<crypto::prekey>> read_prekeys(const crypto::json::object& object,
                                                  const crypto::org_id& org, std::uint32_t number,
                                                  const crypto::sign_public_key& identity);

} // namespace changgu::api
