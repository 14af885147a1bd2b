#include "server/http/message.hpp"

#include <array>

namespace changgu::http {

namespace {
struct name {
    verb value;
    std::string_view text;
};
constexpr std::array names{name{verb::get, "GET"},       name{verb::head, "HEAD"},
                           name{verb::post, "POST"},     name{verb::put, "PUT"},
                           name{verb::remove, "DELETE"}, name{verb::options, "OPTIONS"}};
} // namespace

std::string_view to_string(verb v) noexcept {
    for (const auto& n : names)
        if (n.value == v) return n.text;
    return "OTHER";
}

verb verb_from(std::string_view method) noexcept {
    for (const auto& n : names)
        if (n.text == method) return n.value;
    return verb::other;
}

request::~request() {
    crypto::wipe(body);
}

std::optional<std::string_view> request::query_value(std::string_view wanted) const noexcept {
    for (const auto& [key, value] : query)
        if (key == wanted) return value;
    return std::nullopt;
}

response empty_response(std::uint16_t status) {
    response r;
    r.status = status;
    return r;
}

response json_response(std::uint16_t status, std::string_view text) {
    response r;
    r.status = status;
    r.content_type = json_type;
    const auto view = crypto::as_bytes(text);
    r.body.assign(view.begin(), view.end());
    return r;
}

response binary_response(std::uint16_t status, crypto::bytes body) {
    response r;
    r.status = status;
    r.content_type = binary_type;
    r.body = std::move(body);
    return r;
}

response stream_response(std::unique_ptr<body_source> source, std::uint64_t length) {
    response r;
    r.status = 200;
    r.content_type = binary_type;
    r.source = std::move(source);
    r.source_length = length;
    return r;
}

} // namespace changgu::http
