#include "tests/server/client/office.hpp"

#include "storage/wait.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace changgu::test {
namespace {

// The origin is in the genesis statement, so the port must be known before the server is.
std::uint16_t free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    const bool ok = fd >= 0 && ::bind(fd, reinterpret_cast<sockaddr*>(&at), size) == 0 &&
                    ::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size) == 0;
    if (fd >= 0) ::close(fd);
    if (!ok) throw std::runtime_error("no port");
    return ntohs(at.sin_port);
}

} // namespace

office::office(std::uint32_t reviewers, std::uint32_t free_envelopes) {
    crypto::initialise();
    const std::uint16_t port = free_port();
    origin = "http://127.0.0.1:" + std::to_string(port);
    do other_origin = "http://127.0.0.1:" + std::to_string(free_port());
    while (other_origin == origin);
    roots.resize(1);
    roots[0].origin = origin;
    roots[0].keys.push_back({"root-1", crypto::seed::random()});
    crypto::root_keyring recovery;
    recovery.keys.push_back({"recovery", crypto::seed::random()});

    crypto::genesis g{{"한빛시", "Hanbit City"}, {}, {origin, other_origin}, crypto::default_policy()};
    g.rules.tick = tick_length;
    g.rules.tick_offset = 0;
    g.rules.fill = 4;
    g.keys.roots = {roots[0].signers().front().verifier()};
    g.keys.recovery = recovery.signers().front().verifier();
    std::vector<crypto::note_signer> signers = roots[0].signers();
    signers.push_back(std::move(recovery.signers().front()));
    const std::string note = crypto::sign_note(crypto::genesis_text(g), signers);
    org = crypto::key_log::start(note).value().org();
    roots[0].org = org;

    auto& c = config_;
    c.plain = http::tcp_address{"127.0.0.1", port};
    c.origins = {origin, other_origin};
    c.threads = 1;
    c.data = directory / "data";
    c.puts_per_minute = 10'000;
    c.free_envelopes = free_envelopes;
    c.free_chunks = 1'000'000;
    {
        storage::options o;
        o.directory = c.data;
        storage::store store(o);
        const auto stored = storage::wait<storage::edit_outcome>(
            [&](auto done) { store.append_key_log(0, {note}, std::move(done)); });
        if (stored != storage::edit_outcome::done) throw std::runtime_error("no genesis");
    }
    start();

    for (std::uint32_t n = 1; n <= reviewers; ++n) keyrings.push_back(enrol(n));
    for (std::uint32_t n = 1; n <= reviewers; ++n) approve(n, n == reviewers);
}

void office::start() {
    server_ = std::make_unique<server::application>(config_, [this] { return now(); });
    server_->start();
    server_->upkeep().poll(now());
}

void office::restart(const std::function<void(const std::filesystem::path&)>& meanwhile) {
    server_->stop();
    server_.reset();
    meanwhile(config_.data);
    start();
}

void office::tick() {
    now_ = (now_ / tick_length + 1) * tick_length;
    if (!server_->upkeep().poll(now_)) throw std::runtime_error("no release");
}

client::channel office::connect() const {
    return client::channel::open({.origin = origin, .org = org}).value();
}

client::channel office::connect_by_line() const {
    return client::channel::open({.origin = other_origin, .org = org}).value();
}

crypto::reviewer_keyring office::enrol(std::uint32_t number) {
    const crypto::invitation* invited =
        as_admin([&](client::admin& admin) { return admin.invite(number).value(); });

    auto on = connect();
    crypto::reviewer_keyring keyring;
    keyring.org = org;
    keyring.origin = origin;
    keyring.number = on.enrolment_number(invited->code.id).value();
    keyring.identity_seed = crypto::seed::random();
    keyring.keys = crypto::ratchet::starting_at(on.log().last_epoch() + 1);
    keyring.log = on.log().head();
    const auto identity = keyring.identity();
    const crypto::enrolment_request request{
        number, identity.public_key,
        keyring.keys.publish(identity, org, number, keyring.keys.index()).value()};
    on.post_enrolment(invited->code.id, request, crypto::mac_of(request, org, invited->code)).value();
    return keyring;
}

void office::approve(std::uint32_t number, bool rotate) {
    crypto::reviewer_entry entry{number, {}, {"감사담당관", "Audit office"}, "audit", {"ko", "en"}};
    as_admin([&](client::admin& admin) {
        admin.approve(std::move(entry), rotate ? std::optional(rotation()) : std::nullopt).value();
    });
}

desk::desk(office& at, crypto::reviewer_keyring& keyring, client::channel on)
    : channel(std::move(on)), reviewer_(
                                  channel, keyring,
                                  [this](const crypto::reviewer_keyring&) -> client::result<void> {
                                      if (disk_full)
                                          return make_error_code(boost::system::errc::no_space_on_device);
                                      ++saves;
                                      return {};
                                  },
                                  [&at] { return at.now(); }) {
    reviewer_.sign_in().value();
}

} // namespace changgu::test
