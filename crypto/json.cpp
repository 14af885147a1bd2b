#include "crypto/json.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <set>

namespace changgu::crypto {
namespace {

// A first pass that builds nothing and refuses what boost::json::parse would let through: duplicate keys (the
// last wins there, the first elsewhere) and numbers that other languages round.
struct strict_handler {
    static constexpr std::size_t max_object_size = 200'000;
    static constexpr std::size_t max_array_size = 200'000;
    static constexpr std::size_t max_key_size = 256;
    static constexpr std::size_t max_string_size = std::size_t{2} << 20U; // a keyring of 1 MiB, in base64

    using error_code = boost::system::error_code;
    std::vector<std::set<std::string, std::less<>>> keys;
    std::string key;

    static bool fail(error_code& ec) {
        ec = json::error::syntax;
        return false;
    }
    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) {
        keys.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t, error_code&) {
        keys.pop_back();
        return true;
    }
    bool on_array_begin(error_code&) { return true; }
    bool on_array_end(std::size_t, error_code&) { return true; }
    bool on_key_part(json::string_view part, std::size_t, error_code&) {
        key.append(part);
        return true;
    }
    bool on_key(json::string_view part, std::size_t, error_code& ec) {
        key.append(part);
        const bool fresh = keys.back().insert(std::exchange(key, {})).second;
        return fresh || fail(ec);
    }
    bool on_string_part(json::string_view, std::size_t, error_code&) { return true; }
    bool on_string(json::string_view, std::size_t, error_code&) { return true; }
    bool on_number_part(json::string_view, error_code&) { return true; }
    bool on_int64(std::int64_t n, json::string_view, error_code& ec) {
        constexpr auto max = static_cast<std::int64_t>(json_max_integer);
        return (n >= -max && n <= max) || fail(ec);
    }
    bool on_uint64(std::uint64_t, json::string_view, error_code& ec) { return fail(ec); }
    bool on_double(double, json::string_view, error_code& ec) { return fail(ec); }
    bool on_bool(bool, error_code&) { return true; }
    bool on_null(error_code&) { return true; }
    bool on_comment_part(json::string_view, error_code&) { return true; }
    bool on_comment(json::string_view, error_code&) { return true; }
};

const json::value* member(const json::object& object, std::string_view name) {
    return object.if_contains(json::string_view(name.data(), name.size()));
}

} // namespace

result<json::object> parse_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = json_max_depth;
    json::basic_parser<strict_handler> strict(options);
    boost::system::error_code ec;
    const std::size_t taken = strict.write_some(false, text.data(), text.size(), ec);
    if (ec || taken != text.size()) return errc::bad_json;

    json::value parsed = json::parse({text.data(), text.size()}, ec, {}, options);
    if (ec || !parsed.is_object()) return errc::bad_json;
    return std::move(parsed.as_object());
}

result<std::string> read_string(const json::object& object, std::string_view name, std::size_t max_bytes) {
    const json::value* value = member(object, name);
    if (value == nullptr || !value->is_string() || value->get_string().size() > max_bytes)
        return errc::bad_field;
    return std::string(value->get_string());
}

result<std::string> read_optional_string(const json::object& object, std::string_view name,
                                         std::size_t max_bytes) {
    if (member(object, name) == nullptr) return std::string{};
    return read_string(object, name, max_bytes);
}

result<std::uint64_t> read_integer(const json::object& object, std::string_view name, std::uint64_t max) {
    const json::value* value = member(object, name);
    if (value == nullptr) return errc::bad_field;
    // Parsed integers are signed; those of a document that was built here may not be.
    boost::system::error_code ec;
    const auto n = value->is_number() && !value->is_double() ? value->to_number<std::uint64_t>(ec) : max + 1;
    if (ec || n > max) return errc::bad_field;
    return n;
}

result<std::uint64_t> read_integer_or(const json::object& object, std::string_view name, std::uint64_t absent,
                                      std::uint64_t max) {
    if (member(object, name) == nullptr) return absent;
    return read_integer(object, name, max);
}

result<const json::object*> read_object(const json::object& object, std::string_view name) {
    const json::value* value = member(object, name);
    if (value == nullptr || !value->is_object()) return errc::bad_field;
    return &value->get_object();
}

result<const json::array*> read_array(const json::object& object, std::string_view name,
                                      std::size_t max_items) {
    const json::value* value = member(object, name);
    if (value == nullptr || !value->is_array() || value->get_array().size() > max_items)
        return errc::bad_field;
    return &value->get_array();
}

result<std::vector<std::uint32_t>> read_numbers(const json::object& object, std::string_view name,
                                                std::size_t max_items) {
    auto items = read_array(object, name, max_items);
    if (!items) return items.error();
    std::vector<std::uint32_t> numbers;
    for (const json::value& item : **items) {
        if (!item.is_int64() || item.get_int64() < 0 || item.get_int64() > UINT32_MAX) return errc::bad_field;
        numbers.push_back(static_cast<std::uint32_t>(item.get_int64()));
    }
    return numbers;
}

json::array write_numbers(const std::vector<std::uint32_t>& numbers) {
    return json::array(numbers.begin(), numbers.end());
}

} // namespace changgu::crypto
