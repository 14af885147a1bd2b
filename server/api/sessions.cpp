#include "crypto/labels.hpp"
#include "crypto/note.hpp"
#include "crypto/signing.hpp"
#include "server/api/access_log.hpp"
#include "server/api/answer.hpp"
#include "server/api/authorise.hpp"
#include "server/api/routes.hpp"

namespace changgu::api {

using http::problem;
using http::problem_kind;

namespace {

constexpr auto every_scope = {scope::reviewer, scope::keyring, scope::admin};

struct claim {
    scope what = scope::admin;
    std::uint32_t number = 0;
};

checked<claim> read_claim(const crypto::json::object& object) {
    const auto name = crypto::read_string(object, "scope", 16);
    const auto what = name ? scope_from(*name) : std::nullopt;
    if (!what) return refused(problem_kind::bad_request);
    if (*what == scope::admin) return claim{};
    const auto number = read_reviewer_number(object);
    if (!number) return refused(number.error());
    return claim{*what, *number};
}

/// The key that has to sign. For who has none it is a key of nobody, so that the work, and with it the time,
/// is the same.
crypto::sign_public_key key_of(context& c, const crypto::key_log& log, const claim& who) {
    static const auto nobody = crypto::random_sign_key_pair().public_key;
    const auto* reviewer = log.find_reviewer(who.number);
    const bool revoked = reviewer != nullptr && reviewer->revoked;
    if (who.what == scope::reviewer)
        return reviewer != nullptr && !revoked ? reviewer->entry.identity : nobody;
    const auto locker = c.reader.find_locker(who.number); // before approval, the enrolment's
    return locker && !revoked ? *locker : nobody;
}

checked<std::pair<session, crypto::hash256>>
check_reviewer(context& c, const claim& who, const crypto::json::object& object, const http::source& from) {
    const auto nonce = crypto::read_fixed<crypto::hash256>(object, "nonce");
    const auto signature = crypto::read_fixed<crypto::signature>(object, "signature");
    if (!nonce || !signature) return refused(problem_kind::bad_request);
    const auto now = c.shared.clock.even();
    // A passphrase can be guessed, an identity cannot.
    const bool guessable = who.what == scope::keyring;
    if (guessable && c.shared.failures.blocked(who.number, from, now))
        return refused(problem_kind::rate_limited);
    if (!c.shared.sessions.valid(*nonce, who.what, who.number, now))
        return refused(problem_kind::unauthorised);
    const auto log = c.shared.key_log();
    const auto key = key_of(c, *log, who);
    for (const auto origin : c.shared.origins(*log))
        if (crypto::verify_sign_in(key, *signature, log->org(),
                                   {origin, *nonce, who.number, to_string(who.what)}))
            return std::pair{session{who.what, who.number, {}}, *nonce};
    if (guessable) c.shared.failures.failed(who.number, from, now);
    return refused(problem_kind::unauthorised);
}

// What a root signs to open a session. The first line is no statement's, so neither can be taken for the
// other.
std::string admin_sign_in_text(const crypto::org_id& org, std::string_view origin,
                               const crypto::hash256& nonce) {
    std::string out(crypto::label::admin_sign_in);
    out.append("\norg ").append(crypto::to_base64(org.view()));
    out.append("\norigin ").append(origin);
    out.append("\nnonce ").append(crypto::to_base64(nonce.view())).append("\n");
    return out;
}

// The nonce in a text of that shape, of which nothing else is believed.
std::optional<crypto::hash256> nonce_in(std::string_view text) {
    constexpr std::string_view before = "\nnonce ";
    const auto at = text.rfind(before);
    if (at == std::string_view::npos || !text.ends_with('\n')) return std::nullopt;
    text.remove_prefix(at + before.size());
    text.remove_suffix(1);
    const auto nonce = crypto::fixed_from_base64<crypto::hash256>(text);
    return nonce ? std::optional(*nonce) : std::nullopt;
}

checked<std::pair<session, crypto::hash256>> check_admin(context& c, const crypto::json::object& object) {
    const auto text = crypto::read_string(object, "note", limit::sign_in);
    if (!text) return refused(problem_kind::bad_request);
    const auto note = crypto::parse_note(*text);
    if (!note) return refused(problem_kind::bad_request);
    const auto nonce = nonce_in(note->text);
    const auto log = c.shared.key_log();
    if (!nonce || !c.shared.sessions.valid(*nonce, scope::admin, 0, c.shared.clock.even()))
        return refused(problem_kind::unauthorised);
    for (const auto origin : c.shared.origins(*log)) {
        if (note->text != admin_sign_in_text(log->org(), origin, *nonce)) continue;
        for (const auto& root : log->roots().roots)
            if (crypto::check_signature(*note, root) == crypto::note_check::valid)
                return std::pair{session{scope::admin, 0, root.key}, *nonce};
    }
    return refused(problem_kind::unauthorised);
}

std::string about(std::string_view what, const session& s) {
    return std::string(what).append(" ").append(to_string(s.what));
}

http::response lifetime() {
    return answer(200, {{"expires_in", session_table::session_life}});
}

} // namespace

answering post_challenge(context& c, http::request r) {
    const auto object = json_body(r);
    if (!object) co_return problem(object.error());
    const auto who = read_claim(*object);
    if (!who) co_return problem(who.error());
    const auto nonce = c.shared.sessions.challenge(who->what, who->number, c.shared.clock.even());
    co_return answer(201, {{"nonce", crypto::to_base64(nonce.view())}});
}

answering post_session(context& c, http::request r) {
    const auto object = json_body(r);
    if (!object) co_return problem(object.error());
    const auto who = read_claim(*object);
    if (!who) co_return problem(who.error());
    const auto proven =
        who->what == scope::admin ? check_admin(c, *object) : check_reviewer(c, *who, *object, r.from);
    const auto now = c.shared.clock.even();
    if (!proven || !c.shared.sessions.spend(proven->second, now)) {
        const auto why = proven ? problem_kind::unauthorised : proven.error();
        if (why != problem_kind::bad_request) c.shared.refused.add(who->what, c.shared.now());
        co_return problem(why);
    }
    const auto& opened = proven->first;
    const auto bearer = c.shared.sessions.open(opened, now);
    if (!bearer) co_return problem(problem_kind::busy);
    const auto actor = actor_of(opened, *c.shared.key_log());
    const auto noted = co_await note_access(c, actor, about("session-opened", opened));
    if (noted != storage::edit_outcome::done) {
        c.shared.sessions.close(bearer->view());
        co_return answer(noted, 201);
    }
    co_return answer(201, {{"bearer", bearer->text()}, {"expires_in", session_table::session_life}});
}

answering put_session(context& c, http::request r) {
    if (const auto who = authorise(c, r, every_scope); !who) co_return problem(who.error());
    c.shared.sessions.renew(r.bearer.view(), c.shared.clock.even());
    co_return lifetime();
}

answering delete_session(context& c, http::request r) {
    const auto who = authorise(c, r, every_scope);
    if (!who) co_return problem(who.error());
    c.shared.sessions.close(r.bearer.view());
    const auto actor = actor_of(*who, *c.shared.key_log());
    co_return answer(co_await note_access(c, actor, about("session-ended", *who)), 204);
}

} // namespace changgu::api
