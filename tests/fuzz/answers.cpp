// A server that lies: what a client reads of its answers, over a real connection, from the status line to the
// last byte. The first byte chooses the call, the second whether the rest is the whole answer or the body of
// a good one.
#include "crypto/fingerprint.hpp"
#include "server/client/channel.hpp"
#include "tests/crypto/log_writer.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <thread>

using namespace changgu;
using namespace changgu::crypto;

namespace {

std::string answer_with(std::string_view status, std::string_view body) {
    std::string out =
        "HTTP/1.1 " + std::string(status) + "\r\nContent-Type: application/json\r\nContent-Length: ";
    return out + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

// Reads one request of a connection, says what it was told to, and ends the connection.
class liar {
  public:
    liar() {
        sockaddr_in here{};
        here.sin_family = AF_INET;
        here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof here;
        REQUIRE_PROPERTY(listening_ >= 0);
        REQUIRE_PROPERTY(::bind(listening_, reinterpret_cast<const sockaddr*>(&here), size) == 0);
        REQUIRE_PROPERTY(::listen(listening_, 16) == 0);
        REQUIRE_PROPERTY(::getsockname(listening_, reinterpret_cast<sockaddr*>(&here), &size) == 0);
        port_ = ntohs(here.sin_port);
        thread_ = std::thread([this] { loop(); });
    }
    liar(const liar&) = delete;
    liar& operator=(const liar&) = delete;
    ~liar() {
        ::shutdown(listening_, SHUT_RDWR);
        thread_.join();
        ::close(listening_);
    }

    [[nodiscard]] std::string origin() const { return "http://127.0.0.1:" + std::to_string(port_); }
    /// To every request from now on.
    void say(std::string answer) {
        const std::scoped_lock lock(mutex_);
        answer_ = std::move(answer);
    }

  private:
    void loop() {
        for (int fd = -1; (fd = ::accept(listening_, nullptr, nullptr)) >= 0; ::close(fd)) {
            std::string request;
            std::array<char, 4096> slice{};
            while (!is_whole(request)) {
                const auto n = ::recv(fd, slice.data(), slice.size(), 0);
                if (n <= 0) break;
                request.append(slice.data(), static_cast<std::size_t>(n));
            }
            std::string answer;
            {
                const std::scoped_lock lock(mutex_);
                answer = answer_;
            }
            for (std::string_view rest = answer; !rest.empty();) {
                const auto n = ::send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
                if (n <= 0) break;
                rest.remove_prefix(static_cast<std::size_t>(n));
            }
            ::shutdown(fd, SHUT_WR);
            while (::recv(fd, slice.data(), slice.size(), 0) > 0) {
            }
        }
    }
    static bool is_whole(std::string_view request) {
        constexpr std::string_view length = "Content-Length: ";
        const auto end = request.find("\r\n\r\n");
        if (end == std::string_view::npos) return false;
        const auto at = request.find(length);
        const std::size_t body =
            at < end ? std::strtoull(std::string(request.substr(at + length.size(), 10)).c_str(), nullptr, 10)
                     : 0;
        return request.size() >= end + 4 + body;
    }

    const int listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    std::uint16_t port_ = 0;
    std::mutex mutex_;
    std::string answer_;
    std::thread thread_;
};

// A channel that is verified and signed in, whose server then lies.
struct house {
    liar server;
    client::channel channel = open();

    client::channel open() {
        const auto root = test::root_named("root-a");
        const auto recovery = test::root_named("recovery");
        const genesis g{{"한빛시", "Hanbit City"},
                        {{root.verifier()}, 1, recovery.verifier()},
                        {server.origin()},
                        test::small_policy()};
        std::vector<note_signer> both;
        both.push_back(test::root_named("root-a"));
        both.push_back(test::root_named("recovery"));
        const std::string text = genesis_text(g);
        // One answer for two questions: what the server speaks, and the key log.
        server.say(answer_with(
            "200 OK",
            json::serialize(json::object{
                {"protocol", 1}, {"from", 0}, {"size", 1}, {"statements", {sign_note(text, both)}}})));
        const auto org = org_of(text);
        auto out = client::channel::open({server.origin(), org});
        REQUIRE_PROPERTY(out);
        // One answer for both halves of a sign-in: each reads its own members.
        const std::string zeros = to_base64(hash256{}.view());
        server.say(
            answer_with("201 Created", json::serialize(json::object{{"nonce", zeros}, {"bearer", zeros}})));
        REQUIRE_PROPERTY(out->sign_in_reviewer(1, test::identity_of(1)));
        return std::move(*out);
    }
};

void check(std::span<const client::item> items, std::size_t width) {
    for (const auto& i : items)
        REQUIRE_PROPERTY(i.state == client::item_state::present ? i.body.size() == width : i.body.empty());
}

constexpr std::array<std::string_view, 12> good_status{
    "200 OK", "200 OK", "200 OK", "204 No Content", "200 OK",       "200 OK",
    "200 OK", "200 OK", "200 OK", "201 Created",    "409 Conflict", "200 OK"};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::start();
    static house h;
    auto& channel = h.channel;
    bytes_view in = fuzz::input(data, size);
    const std::size_t choice = fuzz::take_choice(in) % good_status.size();
    const bool whole = fuzz::take_choice(in) % 4 == 0;
    h.server.say(whole ? std::string(as_text(in)) : answer_with(good_status[choice], as_text(in)));

    const std::array<address, 1> one{};
    const auto before = channel.log().head();
    switch (choice) {
    case 0: (void)channel.refresh(); break;
    case 1:
        if (const auto index = channel.reply_index()) REQUIRE_PROPERTY(index->size() % 16 == 0);
        break;
    case 2:
        if (const auto items = channel.read_replies(client::token_set{}))
            check(*items, suite1::envelope_size);
        break;
    case 3: (void)channel.burn_replies(client::token_set{}); break;
    case 4:
        if (const auto number = channel.enrolment_number({}))
            REQUIRE_PROPERTY(*number >= 1 && *number <= 65'535);
        break;
    case 5:
        if (const auto list = channel.list_enrolments())
            for (const auto& e : *list) REQUIRE_PROPERTY(e.number <= 65'535);
        break;
    case 6: (void)channel.list_prekeys(); break;
    case 7: {
        std::uint32_t last = 5;
        (void)channel.inbox(last, [&](std::uint32_t batch, bytes_view envelope) {
            REQUIRE_PROPERTY(batch > 5 && batch >= last && envelope.size() == suite1::envelope_size);
            last = batch;
            return true;
        });
        break;
    }
    case 8:
        if (const auto items = channel.read_cases(one)) check(*items, case_event::size);
        break;
    case 9: (void)channel.put_case_event({}, {}); break;
    case 10: (void)channel.post_envelope({}); break;
    default: (void)channel.read_blobs(one); break;
    }
    // Nothing but a root's signature moves the log.
    REQUIRE_PROPERTY(channel.log().head() == before);
    return 0;
}
