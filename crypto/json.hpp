// JSON as the protocol allows it: UTF-8, no duplicate keys, nesting of at most 16, numbers that are integers
// every language represents exactly (|n| < 2^53). Readers take members by name and ignore the ones they do
// not know.
#pragma once

#include "crypto/bytes.hpp"

#include <boost/json.hpp>

#include <optional>

namespace changgu::crypto {

namespace json = boost::json;

inline constexpr std::size_t json_max_depth = 16;
inline constexpr std::uint64_t json_max_integer = (std::uint64_t{1} << 53U) - 1;

/// One JSON object, whole. The caller bounds text.size() first. Errors: bad_json.
result<json::object> parse_json(std::string_view text);

// Members of an object. All fail with bad_field: absent, of another type, or out of bounds.
result<std::string> read_string(const json::object& object, std::string_view name, std::size_t max_bytes);
/// An absent member reads as "".
result<std::string> read_optional_string(const json::object& object, std::string_view name,
                                         std::size_t max_bytes);
result<std::uint64_t> read_integer(const json::object& object, std::string_view name,
                                   std::uint64_t max = json_max_integer);
result<std::uint64_t> read_integer_or(const json::object& object, std::string_view name, std::uint64_t absent,
                                      std::uint64_t max = json_max_integer);
result<const json::object*> read_object(const json::object& object, std::string_view name);
result<const json::array*> read_array(const json::object& object, std::string_view name,
                                      std::size_t max_items);
/// Integers ≤ max, strictly as listed.
result<std::vector<std::uint32_t>> read_numbers(const json::object& object, std::string_view name,
                                                std::size_t max_items);
json::array write_numbers(const std::vector<std::uint32_t>& numbers);

/// A base64 member of exactly Fixed's size.
template <class Fixed> result<Fixed> read_fixed(const json::object& object, std::string_view name) {
    auto text = read_string(object, name, Fixed::size_bytes * 2);
    if (!text) return text.error();
    auto raw = from_base64(*text);
    if (!raw) return errc::bad_field;
    auto value = Fixed::from(*raw);
    if (!value) return errc::bad_field;
    return value;
}

} // namespace changgu::crypto
