// Inside channel*.cpp only: one request and what its answer must be.
#pragma once

#include "server/client/channel.hpp"

namespace changgu::client {

struct channel::call {
    http::verb method = http::verb::get;
    std::string path;
    std::uint16_t expected = 200; ///< any other status is an error
    std::string_view type = {};
    bytes_view body = {}; ///< must live until the answer is there
    bool signed_in = false;
    std::size_t max_answer = std::size_t{1} << 20U;
    std::string work = {}; ///< the proof, as the header has it
    bool once = false;     ///< for where only the first may write: who repeats it must know

    static call binary(http::verb method, std::string path, std::uint16_t expected, bytes_view body) {
        return {method, std::move(path), expected, http::binary_type, body};
    }
    static call json(http::verb method, std::string path, std::uint16_t expected, std::string_view text) {
        return {method, std::move(path), expected, http::json_type, crypto::as_bytes(text)};
    }
    /// With the bearer of the session.
    call&& in_session() && {
        signed_in = true;
        return std::move(*this);
    }
    call&& only_once() && {
        once = true;
        return std::move(*this);
    }
    call&& answered_within(std::size_t bytes) && {
        max_answer = bytes;
        return std::move(*this);
    }
};

/// What an answer other than the expected one means. A 5xx that says no more is not this server's: a proxy
/// has lost it, and what it had done is as unknown as when a connection is lost (client_errc::closed).
boost::system::error_code problem_of(const cli::client_response& r);
std::string path_to(std::string_view resource, bytes_view id = {});
crypto::json::array write_prekeys(std::span<const crypto::prekey> prekeys);
/// `count` times state ‖ `size` bytes.
result<std::vector<item>> items_of(bytes_view body, std::size_t count, std::size_t size);

template <class Items> bytes joined(const Items& items) {
    bytes out;
    for (const auto& one : items) crypto::append(out, one.view());
    return out;
}

/// What there is to say of a call that answers nothing but its status.
template <class Answer> result<void> done(const result<Answer>& answer) {
    if (!answer) return answer.error();
    return {};
}

} // namespace changgu::client
