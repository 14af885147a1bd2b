// A whole channel in a temporary directory: two reviewers, one epoch, and the real server on a loopback port,
// with a clock that the test sets.
#pragma once

#include "crypto/enrolment.hpp"
#include "crypto/key_log.hpp"
#include "server/cli/https_client.hpp"
#include "server/serve.hpp"
#include "storage/wait.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace changgu::test {

using crypto::bytes;
using crypto::bytes_view;
using http::verb;

inline constexpr std::string_view origin = "https://talk.example";
inline constexpr std::uint64_t start_time = 1'800'000'000; // a multiple of the policy's tick
inline constexpr std::uint32_t tick = 100;
inline constexpr std::uint32_t fill = 4;
inline constexpr std::uint32_t overlap = 1000;

struct reviewer_keys {
    std::uint32_t number = 0;
    crypto::sign_key_pair identity = crypto::random_sign_key_pair();
    crypto::ratchet keys = crypto::ratchet::starting_at(1);
};

struct call {
    verb method = verb::get;
    std::string path; ///< behind /api/v1
    bytes body = {};
    std::string_view type = {};
    std::string bearer = {};
    std::optional<std::string> if_match = {};
    std::string work = {};
};

/// A configuration that asks for no work, however much a test sends in one moment of its clock.
inline server::config unhurried() {
    server::config c;
    c.protect = false;
    return c;
}

class channel_fixture {
  public:
    explicit channel_fixture(server::config changes = unhurried());

    /// The server anew on the same data.
    void restart();
    void stop();
    [[nodiscard]] server::application& app() { return *app_; }
    [[nodiscard]] const server::config& config() const { return config_; }

    cli::client_response send(const call& what);
    cli::client_response get(std::string path, std::string bearer = {}) {
        return send({.path = std::move(path), .bearer = std::move(bearer)});
    }
    cli::client_response binary(verb method, std::string path, bytes_view body, std::string bearer = {});
    cli::client_response json(verb method, std::string path, const crypto::json::object& body,
                              std::string bearer = {}, std::optional<std::string> if_match = {});

    /// The answers of POST /sessions; `bearer_of` needs it to be 201.
    crypto::hash256 challenge(std::string_view scope, std::uint32_t number);
    cli::client_response sign_in(std::string_view scope, std::uint32_t number,
                                 const crypto::sign_secret_key& key, const crypto::hash256& nonce,
                                 std::string_view at = origin);
    cli::client_response admin_sign_in(const std::string& text, const crypto::note_signer& by);
    [[nodiscard]] std::string admin_text(const crypto::hash256& nonce, std::string_view at = origin) const;
    std::string reviewer_bearer(const reviewer_keys& who);
    std::string admin_bearer();

    /// The next statement of the test's own copy of the log, signed and appended to that copy.
    std::string make_statement(crypto::statement_type type, crypto::json::object body);
    cli::client_response post_statements(std::uint64_t next, const std::vector<std::string>& notes);
    [[nodiscard]] crypto::epoch_entry next_epoch(std::uint64_t from,
                                                 const std::vector<const reviewer_keys*>& who) const;

    /// Moves the clock, while no time passes.
    void jump(std::int64_t seconds);
    /// Lets the next tick come.
    void release();

    temp_dir directory;
    std::atomic<std::uint64_t> now = start_time;
    std::atomic<std::int64_t> jumped = 0; ///< so much of `now` came by a jump
    std::array<crypto::note_signer, 1> root;
    crypto::note_signer recovery;
    reviewer_keys first{1};
    reviewer_keys second{2};
    std::optional<crypto::key_log> log;

  private:
    server::config config_;
    std::unique_ptr<server::application> app_;
    std::optional<cli::https_client> client_;
};

crypto::json::object object_of(const cli::client_response& r);
std::string text_of(const cli::client_response& r, std::string_view member);
/// The slug of a problem, after checking that it is one and has no other members than it may.
std::string problem_of(const cli::client_response& r);
bytes concat(std::initializer_list<bytes_view> parts);
crypto::json::array prekeys_json(std::span<const crypto::prekey> keys);
/// What a new reviewer answers the code with, without a locker.
crypto::json::object request_of(const channel_fixture& f, const reviewer_keys& who,
                                const crypto::enrolment_code& code);
template <class Fixed> std::string hex(const Fixed& f) {
    return crypto::to_hex(f.view());
}

} // namespace changgu::test
