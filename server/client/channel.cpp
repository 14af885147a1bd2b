#include "server/client/call.hpp"

namespace changgu::client {

namespace json = crypto::json;
using http::verb;

namespace {

constexpr std::size_t max_index = std::size_t{64} << 20U;
constexpr std::size_t max_log_statements = 100'000;
constexpr std::string_view root = "/api/v1";

struct slug {
    std::string_view text;
    errc means;
};
constexpr std::array slugs{
    slug{"bad-request", errc::bad_request},
    slug{"bad-json", errc::bad_request},
    slug{"unauthorised", errc::not_signed_in},
    slug{"forbidden", errc::forbidden},
    slug{"not-found", errc::not_found},
    slug{"taken", errc::taken},
    slug{"rate-limited", errc::rate_limited},
    slug{"work-required", errc::work_required},
    slug{"precondition-failed", errc::precondition_failed},
    slug{"bad-envelope", errc::bad_envelope},
    slug{"bad-statement", errc::bad_statement},
    slug{"epoch-closed", errc::epoch_closed},
    slug{"stale-log", errc::stale_log},
    slug{"busy", errc::busy},
    slug{"stopping", errc::busy},
    slug{"storage-full", errc::storage_full},
    slug{"unavailable", errc::server_error},
    slug{"internal", errc::server_error},
};
// The pages of the log from `from` on, each handed over as text. `ask` fetches one.
template <class Ask, class Take> result<void> read_log(std::uint64_t from, const Ask& ask, const Take& take) {
    for (std::uint64_t size = from + 1; from < size;) {
        result<json::object> page = ask(path_to("/keylog") + "?from=" + std::to_string(from));
        if (!page) return page.error();
        auto at = crypto::read_integer(*page, "from");
        auto total = crypto::read_integer(*page, "size", max_log_statements);
        auto notes = crypto::read_array(*page, "statements", 64);
        if (!at || *at != from || !total || !notes) return errc::bad_answer;
        size = *total;
        if (from >= size) return {};
        if ((*notes)->empty()) return errc::bad_answer; // a server that never gets to the end
        for (const json::value& one : **notes) {
            if (!one.is_string() || one.get_string().size() > crypto::max_note_size) return errc::bad_answer;
            // Why it does not verify would read as if it were the user's own fault (revoked_reviewer).
            if (auto ok = take(std::string_view(one.get_string())); !ok)
                return ok.error() == crypto::errc::wrong_org ? ok.error() : make_error_code(errc::bad_log);
            ++from;
        }
    }
    return {};
}

} // namespace

boost::system::error_code problem_of(const cli::client_response& r) {
    constexpr std::string_view prefix = "urn:changgu:problem:";
    if (auto object = crypto::parse_json(crypto::as_text(r.body)))
        if (auto type = crypto::read_string(*object, "type", 100); type && type->starts_with(prefix))
            for (const slug& s : slugs)
                if (std::string_view(*type).substr(prefix.size()) == s.text) return s.means;
    if (r.status >= 500) return cli::client_errc::closed;
    return errc::refused;
}

std::string path_to(std::string_view resource, bytes_view id) {
    std::string out(root);
    out += resource;
    if (!id.empty()) out += '/' + crypto::to_hex(id);
    return out;
}

result<std::vector<item>> items_of(bytes_view body, std::size_t count, std::size_t size) {
    if (body.size() != count * (1 + size)) return errc::bad_answer;
    std::vector<item> out;
    for (std::size_t i = 0; i < count; ++i) {
        const bytes_view one = body.subspan(i * (1 + size), 1 + size);
        if (one[0] > static_cast<crypto::byte>(item_state::expired)) return errc::bad_answer;
        item next{static_cast<item_state>(one[0]), {}};
        if (next.state == item_state::present) next.body.assign(one.begin() + 1, one.end());
        out.push_back(std::move(next));
    }
    return out;
}

json::array write_prekeys(std::span<const crypto::prekey> prekeys) {
    json::array out;
    for (const crypto::prekey& p : prekeys) out.emplace_back(crypto::to_json(p));
    return out;
}

result<bytes> channel::send(const call& c) {
    if (c.signed_in && bearer_.empty()) return errc::not_signed_in;
    cli::client_headers headers;
    if (c.signed_in) headers.bearer = bearer_.text();
    headers.work = c.work;
    headers.once = c.once;
    auto r = https_.send(c.method, c.path, c.type, c.body, headers, c.max_answer);
    if (!r) return r.error();
    if (r->status != c.expected) return r->status < 400 ? make_error_code(errc::bad_answer) : problem_of(*r);
    return std::move(r->body);
}

result<json::object> channel::send_json(const call& c) {
    auto body = send(c);
    if (!body) return body.error();
    auto object = crypto::parse_json(crypto::as_text(*body));
    if (!object) return errc::bad_answer;
    return object;
}

result<channel> channel::open(const channel_options& options) {
    cli::client_options transport;
    transport.ca_file = options.ca_file;
    if (!options.socks.empty()) transport.socks = options.socks;
    cli::https_client https(options.origin, transport);

    std::optional<crypto::key_log> log;
    std::vector<std::string> notes;
    auto ask = [&](const std::string& path) -> result<json::object> {
        auto r = https.send(verb::get, path, {}, {});
        if (!r) return r.error();
        if (r->status != 200) return problem_of(*r);
        auto object = crypto::parse_json(crypto::as_text(r->body));
        if (!object) return errc::bad_answer;
        return object;
    };
    auto take = [&](std::string_view note) -> crypto::result<void> {
        notes.emplace_back(note);
        if (log) return log->append(note);
        const std::string first(note);
        auto started = crypto::key_log::verify(options.org, {&first, 1});
        if (!started) return started.error();
        log = std::move(*started);
        return {};
    };
    // First of all, and of this nothing but the number: a newer protocol may have another key log.
    auto hints = ask(path_to("/channel"));
    if (!hints) return hints.error();
    const auto* protocol = hints->if_contains("protocol");
    if (protocol == nullptr || !protocol->is_int64()) return errc::bad_answer;
    if (protocol->as_int64() != protocol_version) return errc::unknown_protocol;
    if (auto ok = read_log(0, ask, take); !ok) return ok.error();
    if (!log) return errc::bad_answer;
    if (auto ok = log->check_origin(options.origin); !ok) return ok.error();
    return channel(std::move(https), std::move(*log), std::move(notes));
}

result<void> channel::refresh() {
    auto ask = [&](const std::string& path) { return send_json({.path = path}); };
    auto take = [&](std::string_view note) {
        auto ok = log_.append(note);
        if (ok) notes_.emplace_back(note);
        return ok;
    };
    if (auto ok = read_log(log_.size(), ask, take); !ok) return ok.error();
    if (auto ok = log_.check_origin(origin()); !ok) return ok.error();
    return {};
}

// --- for everybody --------------------------------------------------------------------------------------

result<bytes> channel::reply_index() {
    auto r = send({.path = path_to("/replies/index"), .max_answer = max_index});
    if (!r) return r;
    constexpr std::size_t prefix = 16;
    if (r->size() % prefix != 0) return errc::bad_answer;
    for (std::size_t i = prefix; i < r->size(); i += prefix)
        if (std::memcmp(r->data() + i - prefix, r->data() + i, prefix) > 0) return errc::index_disordered;
    return r;
}

result<std::array<item, tokens_at_once>> channel::read_replies(const token_set& tokens) {
    bytes body = joined(tokens);
    auto r = send(call::binary(verb::post, path_to("/replies/read"), 200, body)
                      .answered_within(tokens_at_once * (1 + crypto::suite1::envelope_size)));
    crypto::wipe(body);
    if (!r) return r.error();
    auto items = items_of(*r, tokens_at_once, crypto::suite1::envelope_size);
    if (!items) return items.error();
    std::array<item, tokens_at_once> out;
    std::ranges::move(*items, out.begin());
    return out;
}

result<void> channel::burn_replies(const token_set& tokens) {
    bytes body = joined(tokens);
    auto r = send(call::binary(verb::post, path_to("/replies/burn"), 204, body));
    crypto::wipe(body);
    return done(r);
}

result<void> channel::show(std::string_view resource, purge_kind kind,
                           std::span<const crypto::token> tokens) {
    bytes body{static_cast<crypto::byte>(kind)};
    bytes all = joined(tokens);
    crypto::append(body, all);
    auto r = send(call::binary(verb::post, path_to(resource), 204, body));
    crypto::wipe(all);
    crypto::wipe(body);
    return done(r);
}

result<void> channel::purge(purge_kind kind, std::span<const crypto::token> tokens) {
    return show("/purge", kind, tokens);
}

result<void> channel::keep(std::span<const crypto::token> tokens) {
    return show("/keep", purge_kind::file_chunks, tokens);
}

result<std::uint32_t> channel::enrolment_number(const crypto::enrolment_id& id) {
    auto object = send_json({.path = path_to("/enrolments", id.view())});
    if (!object) return object.error();
    auto number = crypto::read_integer(*object, "number", 65'535);
    if (!number || *number == 0) return errc::bad_answer;
    return static_cast<std::uint32_t>(*number);
}

result<void> channel::post_enrolment(const crypto::enrolment_id& id, const crypto::enrolment_request& request,
                                     const crypto::enrolment_mac& mac) {
    const std::string body =
        json::serialize(json::object{{"number", request.number},
                                     {"identity", crypto::to_base64(request.identity.view())},
                                     {"prekeys", write_prekeys(request.prekeys)},
                                     {"mac", crypto::to_base64(mac.view())}});
    return done(send(call::json(verb::post, path_to("/enrolments", id.view()), 201, body)));
}

result<void> channel::post_statements(std::uint64_t next, std::span<const std::string> notes) {
    json::array statements;
    for (const std::string& note : notes) statements.emplace_back(note);
    const std::string body = json::serialize(json::object{{"next", next}, {"statements", statements}});
    auto r = send(call::json(verb::post, path_to("/keylog"), 201, body));
    if (!r) return r.error();
    return refresh();
}

} // namespace changgu::client
