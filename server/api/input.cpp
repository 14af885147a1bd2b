#include "server/api/input.hpp"

#include "crypto/signing.hpp"

#include <charconv>
#include <set>

namespace changgu::api {

using http::problem_kind;

checked<crypto::bytes_view> binary_body(const http::request& r) {
    if (r.content_type != http::binary_type) return refused(problem_kind::unsupported_media_type);
    return crypto::bytes_view(r.body);
}

checked<crypto::bytes_view> binary_body(const http::request& r, std::size_t size) {
    auto body = binary_body(r);
    if (body && body->size() != size) return refused(problem_kind::bad_request);
    return body;
}

checked<crypto::json::object> json_body(const http::request& r) {
    if (r.content_type != http::json_type) return refused(problem_kind::unsupported_media_type);
    auto object = crypto::parse_json(crypto::as_text(r.body));
    if (!object) return refused(problem_kind::bad_request);
    return std::move(*object);
}

checked<std::uint64_t> query_number(const http::request& r, std::string_view name, std::uint64_t max) {
    const auto text = r.query_value(name);
    if (!text) return 0;
    std::uint64_t n = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), n);
    const bool whole = error == std::errc{} && end == text->data() + text->size();
    const bool padded = text->size() > 1 && text->front() == '0';
    if (!whole || padded || n > max) return refused(problem_kind::bad_request);
    return n;
}

checked<std::uint32_t> read_reviewer_number(const crypto::json::object& object) {
    const auto number = crypto::read_integer(object, "number", max_number);
    if (!number || *number == 0) return refused(problem_kind::bad_request);
    return static_cast<std::uint32_t>(*number);
}

checked<std::vector<crypto::prekey>> read_prekeys(const crypto::json::object& object,
                                                  const crypto::org_id& org, std::uint32_t number,
                                                  const crypto::sign_public_key& identity) {
    const auto list = crypto::read_array(object, "prekeys", max_prekeys);
    if (!list) return refused(problem_kind::bad_request);
    std::vector<crypto::prekey> out;
    std::set<std::uint32_t> epochs;
    for (const auto& item : **list) {
        if (!item.is_object()) return refused(problem_kind::bad_request);
        const auto key = crypto::prekey_from_json(item.get_object());
        if (!key || key->epoch == 0 || !epochs.insert(key->epoch).second ||
            !crypto::verify_prekey(identity, key->signed_by_identity, org, number, key->epoch, key->key))
            return refused(problem_kind::bad_request);
        out.push_back(*key);
    }
    return out;
}

} // namespace changgu::api
