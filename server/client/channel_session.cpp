// Signing in, and what only a session may do.
#include "crypto/labels.hpp"
#include "crypto/signing.hpp"
#include "server/client/call.hpp"

namespace changgu::client {

namespace json = crypto::json;
using http::verb;

namespace {

constexpr std::size_t max_enrolments = 4'096;
constexpr std::size_t max_prekeys = std::size_t{1} << 16U;
constexpr std::size_t max_access_page = 256;
constexpr std::uint64_t max_access_entries = 100'000'000;
constexpr std::size_t max_list = std::size_t{32} << 20U;

result<crypto::hash256> nonce_of(result<json::object> challenge) {
    if (!challenge) return challenge.error();
    auto nonce = crypto::read_fixed<crypto::hash256>(*challenge, "nonce");
    if (!nonce) return errc::bad_answer;
    return *nonce;
}

result<enrolment_state> enrolment_from(const json::object& object) {
    auto id = crypto::read_string(object, "id", 16);
    auto number = crypto::read_integer(object, "number", 65'535);
    auto state = crypto::read_string(object, "state", 16);
    if (!id || !number || !state) return errc::bad_answer;
    auto raw = crypto::from_hex(*id);
    if (!raw || raw->size() != crypto::enrolment_id::size()) return errc::bad_answer;
    enrolment_state out{
        crypto::enrolment_id::from(*raw).value(), static_cast<std::uint32_t>(*number), std::move(*state), {}};
    const json::value* request = object.if_contains("request");
    if (request == nullptr || !request->is_object()) return out;
    const json::object& from = request->get_object();
    auto asked = crypto::read_integer(from, "number", 65'535);
    auto identity = crypto::read_fixed<crypto::sign_public_key>(from, "identity");
    auto mac = crypto::read_fixed<crypto::enrolment_mac>(from, "mac");
    auto prekeys = crypto::read_array(from, "prekeys", 64);
    if (!asked || !identity || !mac || !prekeys) return errc::bad_answer;
    enrolment_state::submission submission{{static_cast<std::uint32_t>(*asked), *identity, {}}, *mac};
    for (const json::value& one : **prekeys) {
        if (!one.is_object()) return errc::bad_answer;
        auto prekey = crypto::prekey_from_json(one.get_object());
        if (!prekey) return errc::bad_answer;
        submission.request.prekeys.push_back(*prekey);
    }
    out.submitted = std::move(submission);
    return out;
}

} // namespace

result<void> channel::start_session(const json::object& proof) {
    const std::string body = json::serialize(proof);
    auto object = send_json(call::json(verb::post, path_to("/sessions"), 201, body));
    if (!object) return object.error();
    auto bearer = crypto::read_string(*object, "bearer", 64);
    if (!bearer || !crypto::from_base64(*bearer)) return errc::bad_answer;
    bearer_ = crypto::secret_buffer(std::string_view(*bearer));
    crypto::wipe({reinterpret_cast<crypto::byte*>(bearer->data()), bearer->size()});
    return {};
}

result<void> channel::sign_in_reviewer(std::uint32_t number, const crypto::sign_key_pair& identity) {
    json::object proof{{"scope", "reviewer"}, {"number", number}};
    const std::string body = json::serialize(proof);
    auto nonce = nonce_of(send_json(call::json(verb::post, path_to("/sessions/challenges"), 201, body)));
    if (!nonce) return nonce.error();
    const auto signature =
        crypto::sign_sign_in(identity.secret_key, org(), {origin(), *nonce, number, "reviewer"});
    proof["nonce"] = crypto::to_base64(nonce->view());
    proof["signature"] = crypto::to_base64(signature.view());
    return start_session(proof);
}

result<void> channel::sign_in_admin(const crypto::note_signer& root) {
    constexpr std::string_view body = R"({"scope":"admin"})";
    auto nonce = nonce_of(send_json(call::json(verb::post, path_to("/sessions/challenges"), 201, body)));
    if (!nonce) return nonce.error();
    std::string text(crypto::label::admin_sign_in);
    text += "\norg " + crypto::to_base64(org().view());
    text += "\norigin " + std::string(origin());
    text += "\nnonce " + crypto::to_base64(nonce->view()) + '\n';
    return start_session({{"scope", "admin"}, {"note", crypto::sign_note(text, {&root, 1})}});
}

result<channel::condition> channel::read_condition() {
    auto object = send_json(call{.path = path_to("/condition")}.in_session());
    if (!object) return object.error();
    auto storage = crypto::read_string(*object, "storage", 16);
    auto load = crypto::read_string(*object, "load", 16);
    if (!storage || !load) return errc::bad_answer;
    return condition{std::move(*storage), std::move(*load)};
}

void channel::sign_out() {
    if (bearer_.empty()) return;
    // The server forgets it in 15 minutes anyway, so a failure here changes nothing for the caller.
    (void)send({.method = verb::remove, .path = path_to("/sessions"), .expected = 204, .signed_in = true});
    bearer_.clear();
}

// --- reviewers ------------------------------------------------------------------------------------------

result<void> channel::inbox(std::uint32_t after, const envelope_sink& take) {
    if (bearer_.empty()) return errc::not_signed_in;
    constexpr std::size_t record = 4 + crypto::suite1::envelope_size;
    constexpr std::uint64_t max_inbox = std::uint64_t{1} << 40U;
    bytes pending;
    std::uint32_t last = after;
    bool ordered = true;
    auto sink = [&](bytes_view slice) {
        crypto::append(pending, slice);
        std::size_t at = 0;
        for (; pending.size() - at >= record; at += record) {
            const bytes_view one = bytes_view(pending).subspan(at, record);
            const auto batch = crypto::from_big_endian<std::uint32_t>(one.first(4));
            ordered = batch > after && batch >= last;
            if (!ordered || !take(batch, one.subspan(4))) return false;
            last = batch;
        }
        pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(at));
        return true;
    };
    auto r = https_.stream(path_to("/inbox") + "?after=" + std::to_string(after), {.bearer = bearer_.text()},
                           sink, max_inbox);
    if (!ordered) return errc::bad_answer;
    if (!r) return r.error();
    if (r->status != 200) return r->status < 400 ? make_error_code(errc::bad_answer) : problem_of(*r);
    if (!pending.empty()) return errc::bad_answer;
    return {};
}

result<std::vector<item>> channel::read_blobs(std::span<const address> ids) {
    const bytes body = joined(ids);
    auto r = send(call::binary(verb::post, path_to("/blobs/read"), 200, body)
                      .in_session()
                      .answered_within(ids.size() * (1 + crypto::chunk_size)));
    if (!r) return r.error();
    return items_of(*r, ids.size(), crypto::chunk_size);
}

result<void> channel::put_reply(const address& at, bytes_view envelope) {
    return done(send(
        call::binary(verb::put, path_to("/replies", at.view()), 201, envelope).in_session().only_once()));
}

result<void> channel::put_case_event(const address& at, bytes_view sealed) {
    return done(
        send(call::binary(verb::put, path_to("/cases", at.view()), 201, sealed).in_session().only_once()));
}

result<std::vector<item>> channel::read_cases(std::span<const address> at) {
    const bytes body = joined(at);
    auto r = send(call::binary(verb::post, path_to("/cases/read"), 200, body)
                      .in_session()
                      .answered_within(at.size() * (1 + crypto::case_event::size)));
    if (!r) return r.error();
    return items_of(*r, at.size(), crypto::case_event::size);
}

result<void> channel::put_prekeys(std::span<const crypto::prekey> prekeys) {
    const std::string body = json::serialize(json::object{{"prekeys", write_prekeys(prekeys)}});
    return done(send(call::json(verb::put, path_to("/prekeys"), 204, body).in_session()));
}

result<void> channel::post_drained(std::uint32_t epoch, const crypto::signature& signature) {
    const std::string body =
        json::serialize(json::object{{"epoch", epoch}, {"signature", crypto::to_base64(signature.view())}});
    return done(send(call::json(verb::post, path_to("/drained"), 204, body).in_session()));
}

result<crypto::access_position> channel::access_log(const std::optional<crypto::access_position>& seen,
                                                    const std::function<void(std::string_view)>& take) {
    crypto::access_chain chain(org(), seen);
    for (std::uint64_t size = 1; chain.at().size < size;) {
        const auto from = chain.at().size;
        auto page =
            send_json({.path = path_to("/access-log") + "?from=" + std::to_string(from), .signed_in = true});
        if (!page) return page.error();
        auto at = crypto::read_integer(*page, "from");
        auto total = crypto::read_integer(*page, "size", max_access_entries);
        auto entries = crypto::read_array(*page, "entries", max_access_page);
        if (!at || *at != from || !total || !entries) return errc::bad_answer;
        size = *total;
        if (from < size && (*entries)->empty())
            return errc::bad_answer; // a server that never gets to the end
        for (const json::value& one : **entries) {
            if (!one.is_string()) return errc::bad_answer;
            const std::string_view entry(one.get_string());
            if (auto ok = chain.append(entry); !ok) return ok.error();
            take(entry);
        }
    }
    if (auto ok = chain.finish(); !ok) return ok.error();
    return chain.at();
}

// --- admins ---------------------------------------------------------------------------------------------

result<void> channel::open_enrolment(const crypto::enrolment_id& id, std::uint32_t number) {
    const std::string body = json::serialize(json::object{{"number", number}});
    return done(send(call::json(verb::put, path_to("/enrolments", id.view()), 201, body).in_session()));
}

result<std::vector<enrolment_state>> channel::list_enrolments() {
    auto object = send_json({.path = path_to("/enrolments"), .signed_in = true, .max_answer = max_list});
    if (!object) return object.error();
    auto items = crypto::read_array(*object, "enrolments", max_enrolments);
    if (!items) return errc::bad_answer;
    std::vector<enrolment_state> out;
    for (const json::value& one : **items) {
        if (!one.is_object()) return errc::bad_answer;
        auto state = enrolment_from(one.get_object());
        if (!state) return state.error();
        out.push_back(std::move(*state));
    }
    return out;
}

result<void> channel::kill_enrolment(const crypto::enrolment_id& id) {
    return done(send({.method = verb::remove,
                      .path = path_to("/enrolments", id.view()),
                      .expected = 204,
                      .signed_in = true}));
}

result<std::vector<numbered_prekey>> channel::list_prekeys() {
    auto object = send_json({.path = path_to("/prekeys"), .signed_in = true, .max_answer = max_list});
    if (!object) return object.error();
    auto items = crypto::read_array(*object, "prekeys", max_prekeys);
    if (!items) return errc::bad_answer;
    std::vector<numbered_prekey> out;
    for (const json::value& one : **items) {
        if (!one.is_object()) return errc::bad_answer;
        auto number = crypto::read_integer(one.get_object(), "number", 65'535);
        auto key = crypto::prekey_from_json(one.get_object());
        if (!number || !key) return errc::bad_answer;
        out.push_back({static_cast<std::uint32_t>(*number), *key});
    }
    return out;
}

} // namespace changgu::client
