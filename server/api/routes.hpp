// The calls of docs/protocol.md, section 10, each in the file of its resource. The limit is of the body, in
// bytes: a longer one is refused before any of it is read.
#pragma once

#include "crypto/case_event.hpp"
#include "crypto/envelope.hpp"
#include "crypto/file_stream.hpp"
#include "server/api/context.hpp"
#include "server/api/input.hpp"
#include "server/http/route.hpp"

#include <boost/asio/awaitable.hpp>

#include <array>

namespace changgu::api {

using answering = boost::asio::awaitable<http::response>;

inline constexpr std::size_t tokens_a_call = 4; ///< of replies: always as many, filled with random ones
inline constexpr std::size_t max_shown = 256;   ///< tokens a call, of what is purged or kept
inline constexpr std::size_t max_blobs_read = 16;
inline constexpr std::size_t max_events_read = 64;

// channel.cpp
answering get_channel(context& c, http::request r);
// keylog.cpp
answering get_key_log(context& c, http::request r);
answering post_key_log(context& c, http::request r);
// envelopes.cpp
answering post_envelope(context& c, http::request r);
// work.cpp
answering get_work(context& c, http::request r);
answering get_condition(context& c, http::request r);
// blobs.cpp
answering put_blob(context& c, http::request r);
answering read_blobs(context& c, http::request r);
// replies.cpp
answering get_reply_index(context& c, http::request r);
answering read_replies(context& c, http::request r);
answering burn_replies(context& c, http::request r);
answering put_reply(context& c, http::request r);
// cases.cpp
answering put_case_event(context& c, http::request r);
answering read_case_events(context& c, http::request r);
// purge.cpp
answering post_purge(context& c, http::request r);
// keep.cpp
answering post_keep(context& c, http::request r);
// sessions.cpp
answering post_challenge(context& c, http::request r);
answering post_session(context& c, http::request r);
answering put_session(context& c, http::request r);
answering delete_session(context& c, http::request r);
// inbox.cpp
answering get_inbox(context& c, http::request r);
// keyring.cpp
answering get_keyring(context& c, http::request r);
answering put_keyring(context& c, http::request r);
// prekeys.cpp
answering get_prekeys(context& c, http::request r);
answering put_prekeys(context& c, http::request r);
// drained.cpp
answering post_drained(context& c, http::request r);
// enrolments.cpp
answering get_enrolment(context& c, http::request r);
answering post_enrolment(context& c, http::request r);
answering put_enrolment(context& c, http::request r);
answering delete_enrolment(context& c, http::request r);
answering list_enrolments(context& c, http::request r);
// access_log.cpp
answering get_access_log(context& c, http::request r);

namespace limit {
inline constexpr std::size_t small_json = 1024;
inline constexpr std::size_t sign_in = 8 * 1024; ///< an admin's note with every signature it may have
inline constexpr std::size_t statements = std::size_t{1} << 20U;
inline constexpr std::size_t prekeys = 32 * 1024;
inline constexpr std::size_t keyring = std::size_t{1408} * 1024; ///< one of 1 MiB, in base64
} // namespace limit

inline constexpr std::array routes = std::to_array<http::route<context>>({
    {http::verb::get, "/api/v1/channel", 0, get_channel, http::any_origin},
    {http::verb::get, "/api/v1/keylog", 0, get_key_log, http::any_origin},
    {http::verb::post, "/api/v1/keylog", limit::statements, post_key_log},
    {http::verb::post, "/api/v1/envelopes", crypto::suite1::envelope_size, post_envelope, http::any_origin},
    {http::verb::get, "/api/v1/work", 0, get_work, http::any_origin},
    {http::verb::get, "/api/v1/condition", 0, get_condition},
    {http::verb::put, "/api/v1/blobs/{}", crypto::chunk_size, put_blob, http::any_origin},
    {http::verb::post, "/api/v1/blobs/read", max_blobs_read* item_width, read_blobs},
    {http::verb::get, "/api/v1/replies/index", 0, get_reply_index, http::any_origin},
    {http::verb::post, "/api/v1/replies/read", tokens_a_call* item_width, read_replies, http::any_origin},
    {http::verb::post, "/api/v1/replies/burn", tokens_a_call* item_width, burn_replies, http::any_origin},
    {http::verb::put, "/api/v1/replies/{}", crypto::suite1::envelope_size, put_reply},
    {http::verb::post, "/api/v1/cases/read", max_events_read* item_width, read_case_events},
    {http::verb::put, "/api/v1/cases/{}", crypto::case_event::size, put_case_event},
    {http::verb::post, "/api/v1/purge", 1 + max_shown* item_width, post_purge, http::any_origin},
    {http::verb::post, "/api/v1/keep", 1 + max_shown* item_width, post_keep},
    {http::verb::post, "/api/v1/sessions/challenges", limit::small_json, post_challenge},
    {http::verb::post, "/api/v1/sessions", limit::sign_in, post_session},
    {http::verb::put, "/api/v1/sessions", 0, put_session},
    {http::verb::remove, "/api/v1/sessions", 0, delete_session},
    {http::verb::get, "/api/v1/inbox", 0, get_inbox},
    {http::verb::get, "/api/v1/keyring", 0, get_keyring},
    {http::verb::put, "/api/v1/keyring", limit::keyring, put_keyring},
    {http::verb::get, "/api/v1/prekeys", 0, get_prekeys},
    {http::verb::put, "/api/v1/prekeys", limit::prekeys, put_prekeys},
    {http::verb::post, "/api/v1/drained", limit::small_json, post_drained},
    {http::verb::get, "/api/v1/access-log", 0, get_access_log},
    {http::verb::get, "/api/v1/enrolments", 0, list_enrolments},
    {http::verb::get, "/api/v1/enrolments/{}", 0, get_enrolment},
    {http::verb::post, "/api/v1/enrolments/{}", storage::max_enrolment_request, post_enrolment},
    {http::verb::put, "/api/v1/enrolments/{}", limit::small_json, put_enrolment},
    {http::verb::remove, "/api/v1/enrolments/{}", 0, delete_enrolment},
});

} // namespace changgu::api
