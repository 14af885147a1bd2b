#include "tests/server/api/fixture.hpp"

#include "crypto/labels.hpp"
#include "crypto/signing.hpp"

namespace changgu::test {

using crypto::json::object;

namespace {
constexpr std::uint64_t day = 86'400;
const bool sodium_ready = [] {
    crypto::initialise();
    return true;
}();
} // namespace

channel_fixture::channel_fixture(server::config changes) : config_(std::move(changes)) {
    REQUIRE(sodium_ready);
    root[0] = {"root-1", crypto::random_sign_key_pair()};
    recovery = {"recovery", crypto::random_sign_key_pair()};
    crypto::genesis g{{"창구", "Channel"},
                      {{root[0].verifier()}, 1, recovery.verifier()},
                      {std::string(origin)},
                      crypto::default_policy()};
    g.rules.tick = tick;
    g.rules.tick_offset = 0;
    g.rules.fill = fill;
    g.rules.overlap = overlap;
    std::vector<crypto::note_signer> both;
    both.push_back({root[0].name, {root[0].key.public_key, root[0].key.secret_key.clone()}});
    both.push_back({recovery.name, {recovery.key.public_key, recovery.key.secret_key.clone()}});
    std::vector<std::string> notes{crypto::sign_note(crypto::genesis_text(g), both)};
    log = crypto::key_log::start(notes.front()).value();
    for (const auto* r : {&first, &second})
        notes.push_back(
            make_statement(crypto::statement_type::reviewer,
                           to_json(crypto::reviewer_entry{
                               r->number, r->identity.public_key, {"감사", "Auditor"}, "desk", {"ko"}})));
    notes.push_back(make_statement(crypto::statement_type::epoch,
                                   to_json(next_epoch(start_time - day, {&first, &second}))));

    config_.data = directory / "data";
    config_.origins = {"https://other.example", std::string(origin)};
    config_.plain = http::tcp_address{"127.0.0.1", 0};
    storage::options options;
    options.directory = config_.data;
    {
        storage::store store(options);
        REQUIRE(storage::wait<storage::edit_outcome>([&](auto done) {
                    store.append_key_log(0, notes, std::move(done));
                }) == storage::edit_outcome::done);
    }
    restart();
}

void channel_fixture::restart() {
    if (app_) stop();
    app_ = std::make_unique<server::application>(
        config_, [this] { return now.load(); },
        [this] { return now - static_cast<std::uint64_t>(jumped.load()); });
    app_->upkeep().poll(now);
    app_->start();
    client_.emplace("http://127.0.0.1:" + std::to_string(app_->http().plain_port()));
}

void channel_fixture::stop() {
    client_.reset();
    app_->stop();
    app_.reset();
}

cli::client_response channel_fixture::send(const call& what) {
    auto r = client_->send(what.method, "/api/v1" + what.path, what.type, what.body,
                           {what.bearer, what.if_match, false, what.work}, std::size_t{4} << 20U);
    INFO(what.path);
    REQUIRE(r.has_value());
    return std::move(*r);
}

cli::client_response channel_fixture::binary(verb method, std::string path, bytes_view body,
                                             std::string bearer) {
    return send({method, std::move(path), {body.begin(), body.end()}, http::binary_type, std::move(bearer)});
}

cli::client_response channel_fixture::json(verb method, std::string path, const object& body,
                                           std::string bearer, std::optional<std::string> if_match) {
    const auto text = crypto::json::serialize(body);
    return send({method,
                 std::move(path),
                 {text.begin(), text.end()},
                 http::json_type,
                 std::move(bearer),
                 std::move(if_match)});
}

crypto::hash256 channel_fixture::challenge(std::string_view scope, std::uint32_t number) {
    const auto r = json(verb::post, "/sessions/challenges", {{"scope", scope}, {"number", number}});
    REQUIRE(r.status == 201);
    return crypto::read_fixed<crypto::hash256>(object_of(r), "nonce").value();
}

cli::client_response channel_fixture::sign_in(std::string_view scope, std::uint32_t number,
                                              const crypto::sign_secret_key& key,
                                              const crypto::hash256& nonce, std::string_view at) {
    const auto signature = crypto::sign_sign_in(key, log->org(), {at, nonce, number, scope});
    return json(verb::post, "/sessions",
                {{"scope", scope},
                 {"number", number},
                 {"nonce", crypto::to_base64(nonce.view())},
                 {"signature", crypto::to_base64(signature.view())}});
}

std::string channel_fixture::admin_text(const crypto::hash256& nonce, std::string_view at) const {
    return "changgu/admin-sign-in/v1\norg " + crypto::to_base64(log->org().view()) + "\norigin " +
           std::string(at) + "\nnonce " + crypto::to_base64(nonce.view()) + "\n";
}

cli::client_response channel_fixture::admin_sign_in(const std::string& text, const crypto::note_signer& by) {
    return json(verb::post, "/sessions", {{"scope", "admin"}, {"note", crypto::sign_note(text, {&by, 1})}});
}

std::string channel_fixture::reviewer_bearer(const reviewer_keys& who) {
    const auto r =
        sign_in("reviewer", who.number, who.identity.secret_key, challenge("reviewer", who.number));
    REQUIRE(r.status == 201);
    return text_of(r, "bearer");
}

std::string channel_fixture::admin_bearer() {
    const auto r = admin_sign_in(admin_text(challenge("admin", 0)), root[0]);
    REQUIRE(r.status == 201);
    return text_of(r, "bearer");
}

std::string channel_fixture::make_statement(crypto::statement_type type, object body) {
    auto note = crypto::sign_note(log->next_text(type, std::move(body)), root);
    REQUIRE(log->append(note));
    return note;
}

cli::client_response channel_fixture::post_statements(std::uint64_t next,
                                                      const std::vector<std::string>& notes) {
    return json(verb::post, "/keylog", {{"next", next}, {"statements", crypto::json::value_from(notes)}});
}

crypto::epoch_entry channel_fixture::next_epoch(std::uint64_t from,
                                                const std::vector<const reviewer_keys*>& who) const {
    crypto::epoch_entry e{log->last_epoch() + 1, from, from + 30 * day, {}};
    for (const auto* r : who) {
        const auto key = r->keys.intake(e.epoch).value().public_key;
        e.recipients.push_back(
            {r->number, key, crypto::sign_prekey(r->identity, log->org(), r->number, e.epoch, key)});
    }
    return e;
}

void channel_fixture::jump(std::int64_t seconds) {
    jumped += seconds;
    now += static_cast<std::uint64_t>(seconds);
}

void channel_fixture::release() {
    now += tick;
    REQUIRE(app_->upkeep().poll(now));
}

object object_of(const cli::client_response& r) {
    REQUIRE(r.content_type == http::json_type);
    return crypto::parse_json(crypto::as_text(r.body)).value();
}

std::string text_of(const cli::client_response& r, std::string_view member) {
    return crypto::read_string(object_of(r), member, r.body.size()).value();
}

std::string problem_of(const cli::client_response& r) {
    REQUIRE(r.content_type == "application/problem+json");
    const auto o = crypto::parse_json(crypto::as_text(r.body)).value();
    CHECK(o.size() == 3);
    CHECK(o.at("status").as_int64() == r.status);
    constexpr std::string_view prefix = "urn:changgu:problem:";
    const auto type = crypto::read_string(o, "type", 100).value();
    REQUIRE(type.starts_with(prefix));
    return type.substr(prefix.size());
}

bytes concat(std::initializer_list<bytes_view> parts) {
    bytes out;
    for (const auto part : parts) crypto::append(out, part);
    return out;
}

crypto::json::array prekeys_json(std::span<const crypto::prekey> keys) {
    crypto::json::array out;
    for (const auto& k : keys) out.emplace_back(crypto::to_json(k));
    return out;
}

object request_of(const channel_fixture& f, const reviewer_keys& who, const crypto::enrolment_code& code) {
    const crypto::enrolment_request r{who.number, who.identity.public_key,
                                      who.keys.publish(who.identity, f.log->org(), who.number, 1).value()};
    return {{"number", r.number},
            {"identity", crypto::to_base64(r.identity.view())},
            {"prekeys", prekeys_json(r.prekeys)},
            {"mac", crypto::to_base64(crypto::mac_of(r, f.log->org(), code).view())}};
}

} // namespace changgu::test
