// How long answers about replies take, over TLS, against what is at the address. Requests of all classes are
// drawn at random and sent over some connections at once; what a busy machine adds falls on all of them
// alike. A class that differs does so each time, so a comparison fails only when it fails three times in a
// row.
#include "server/api/routes.hpp"
#include "server/http/tls.hpp"
#include "tests/server/api/difference.hpp"
#include "tests/server/api/fixture.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cmath>
#include <deque>
#include <future>
#include <limits>
#include <memory>
#include <random>
#include <span>
#include <thread>

using namespace changgu;
using namespace changgu::test;
using namespace std::chrono_literals;

namespace {

using tokens = std::vector<crypto::token>;
using times = std::vector<double>; ///< milliseconds

constexpr int attempts = 3;
constexpr std::size_t some = 16; // addresses of a class, where they can be used again
// More of them wait for one another's work, and then nothing differs even without a grid.
constexpr std::size_t connections = 3;

server::config with_tls(const temp_dir& directory) {
    const auto key = directory / "key.pem";
    const auto certificate = directory / "certificate.pem";
    http::make_self_signed(
        {"127.0.0.1"}, certificate, key,
        std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now()));
    server::config c;
    c.listen = http::tcp_address{"127.0.0.1", 0};
    c.tls = http::certificate_files{certificate, key};
    return c;
}

/// A channel that has replies, and a second server on the same store for routes that are not the
/// application's.
struct house {
    temp_dir directory;
    channel_fixture channel{with_tls(directory)};
    std::string bearer = channel.reviewer_bearer(channel.first);
    tokens present;
    tokens burned;
    tokens expired;

    house() {
        auto& store = channel.app().service().store();
        expired = put(some);
        channel.release();
        (void)storage::wait<storage::result<std::uint64_t>>(
            [&](auto done) { store.expire(1'000'000, {.reply_months = 1}, std::move(done)); });
        present = put(some);
        burned = put(some);
        std::vector<crypto::address> gone;
        for (const auto& t : burned) gone.push_back(crypto::reply_address(t));
        REQUIRE(storage::wait<storage::edit_outcome>([&](auto done) { store.burn(gone, std::move(done)); }) ==
                storage::edit_outcome::done);
        channel.release();
    }

    /// New replies, spooled.
    tokens put(std::size_t count) {
        tokens out;
        std::vector<std::future<storage::put_outcome>> outcomes;
        for (std::size_t i = 0; i < count; ++i) {
            out.push_back(crypto::token::random());
            auto told = std::make_shared<std::promise<storage::put_outcome>>();
            outcomes.push_back(told->get_future());
            channel.app().service().store().put_reply(crypto::reply_address(out.back()),
                                                      crypto::make_chaff(0),
                                                      [told](storage::put_outcome o) { told->set_value(o); });
        }
        for (auto& o : outcomes) REQUIRE(o.get() == storage::put_outcome::stored);
        return out;
    }
    [[nodiscard]] api::reply_grid step() { return channel.app().service().replies(); }
    [[nodiscard]] cli::https_client client(std::uint16_t port) const {
        cli::client_options o;
        o.ca_file = directory / "certificate.pem";
        return cli::https_client("https://127.0.0.1:" + std::to_string(port), o);
    }
};

/// Sends `each` requests over each connection, of a class drawn at random each time. `ask` makes one: (class,
/// random bits).
template <class Ask>
std::vector<times> measure(const house& h, std::uint16_t port, std::size_t classes, std::size_t each,
                           std::uint16_t expected, const Ask& ask) {
    std::vector<std::vector<times>> all(connections, std::vector<times>(classes));
    std::atomic<std::size_t> answered = 0;
    const auto work = [&](std::size_t mine) {
        std::mt19937_64 random(std::random_device{}());
        auto client = h.client(port);
        for (std::size_t i = 0; i < each; ++i) {
            std::this_thread::sleep_for(std::chrono::microseconds(random() % 5000)); // no procession
            const std::size_t kind = random() % classes;
            const call what = ask(kind, random());
            const auto start = std::chrono::steady_clock::now();
            const auto r =
                client.send(what.method, "/api/v1" + what.path, what.type, what.body, {what.bearer, {}});
            const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
            if (!r || r->status != expected) return;
            all[mine][kind].push_back(took.count());
            ++answered;
        }
    };
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < connections; ++i) threads.emplace_back(work, i);
    }
    REQUIRE(answered == connections * each);
    std::vector<times> out(classes);
    for (const auto& one : all)
        for (std::size_t k = 0; k < classes; ++k) out[k].insert(out[k].end(), one[k].begin(), one[k].end());
    return out;
}

/// How far behind a step of the grid each answer came. Where a class has to wait for the disk and a busy
/// machine does not get it done within a step, that tells, and is said (decision 0025); what is asked for is
/// that nothing else does, and `in_time` that most of it gets done.
std::vector<times> behind(std::vector<times> all, std::chrono::milliseconds step) {
    for (auto& one : all)
        for (auto& t : one) t = std::fmod(t, static_cast<double>(step.count()));
    return all;
}
bool in_time(const std::vector<times>& all, std::chrono::milliseconds step) {
    return std::ranges::all_of(all, [limit = 2.0 * static_cast<double>(step.count())](const times& one) {
        return 2 * std::ranges::count_if(one, [limit](double t) { return t < limit; }) > std::ssize(one);
    });
}

/// The largest difference of any two classes.
double most_different(const std::vector<times>& all) {
    double most = 0;
    for (std::size_t a = 0; a < all.size(); ++a)
        for (std::size_t b = 0; b < a; ++b) most = std::max(most, difference(all[a], all[b]));
    return most;
}

enum class waits { for_nothing, for_the_disk };

/// Measures, again where classes differ or a busy machine did not let the work be done in time.
template <class Measure>
void check_alike(std::chrono::milliseconds step, waits what, const Measure& measure_once) {
    double least = std::numeric_limits<double>::infinity();
    bool done_in_time = false;
    for (int i = 0; i < attempts && (least >= no_difference || !done_in_time); ++i) {
        const std::vector<times> all = measure_once();
        done_in_time = done_in_time || in_time(all, step);
        least = std::min(least, most_different(what == waits::for_the_disk ? behind(all, step) : all));
    }
    MESSAGE("the classes differ by " << least << " standard deviations");
    CHECK(least < no_difference);
    CHECK(done_in_time);
}

bytes four_of(const crypto::token& t) {
    return concat({t.view(), t.view(), t.view(), t.view()});
}

std::vector<times> measure_reads(const house& h, std::uint16_t port) {
    const std::array known{&h.present, &h.burned, &h.expired};
    return measure(h, port, known.size() + 1, 400, 200, [&](std::size_t kind, std::uint64_t random) {
        const auto nothing = crypto::token::random();
        const auto& token = kind < known.size() ? (*known[kind])[random % some] : nothing;
        return call{verb::post, "/replies/read", four_of(token), http::binary_type};
    });
}

// What a handler that leaked would do: half a millisecond more where a reply is.
api::answering read_with_a_leak(api::context& c, http::request r) {
    auto answer = co_await api::read_replies(c, std::move(r));
    if (answer.body.front() == static_cast<crypto::byte>(storage::item_state::present)) {
        boost::asio::steady_timer more(co_await boost::asio::this_coro::executor, 500us);
        co_await more.async_wait(boost::asio::use_awaitable);
    }
    co_return answer;
}

} // namespace

TEST_CASE("times that do not differ are not told apart, and half a millisecond is found in long tails") {
    std::mt19937_64 random(1);
    std::lognormal_distribution<double> noise(0, 1.5); // ms: half of it above 1, a hundredth above 30
    const auto draw = [&](double more) {
        times out;
        for (int i = 0; i < 400; ++i) out.push_back(20 + more + noise(random));
        return out;
    };
    double most = 0;
    double least = 1e9;
    for (int i = 0; i < 500; ++i) {
        most = std::max(most, difference(draw(0), draw(0)));
        least = std::min(least, difference(draw(0), draw(0.5)));
    }
    MESSAGE("without a difference at most " << most << ", with one at least " << least);
    CHECK(most < no_difference);
    CHECK(least > no_difference);
}

TEST_CASE("the time of a read does not tell present, absent, burned and expired apart") {
    house h;
    check_alike(h.step().read, waits::for_nothing,
                [&] { return measure_reads(h, h.channel.app().http().tls_port()); });
}

TEST_CASE("half a millisecond would be found") {
    house h;
    static constexpr std::array leaking = std::to_array<http::route<api::context>>(
        {{verb::post, "/api/v1/replies/read", 4 * api::item_width, read_with_a_leak}});
    auto& service = h.channel.app().service();
    std::deque<api::context> contexts;
    for (int i = 0; i < 2; ++i) contexts.push_back({service, service.store().make_reader()});
    const http::table_router<api::context> router(leaking, {&contexts[0], &contexts[1]});
    http::server_options options;
    options.tls = http::tcp_address{"127.0.0.1", 0};
    options.certificate = h.channel.config().tls;
    http::server leaky(options, router);
    leaky.start();
    // On a busy machine few answers come undisturbed, so it goes on until there are enough of them.
    double found = 0;
    times leaked;
    times not_leaked;
    for (int i = 0; i < 2 * attempts && found <= no_difference; ++i) {
        const auto reads = measure_reads(h, leaky.tls_port());
        leaked.insert(leaked.end(), reads.front().begin(), reads.front().end());
        for (const auto& one : std::span(reads).subspan(1))
            not_leaked.insert(not_leaked.end(), one.begin(), one.end());
        found = difference(leaked, not_leaked);
    }
    MESSAGE("difference " << found);
    CHECK(found > no_difference);
}

TEST_CASE("the time of a burn does not tell whether anything was there") {
    house h;
    check_alike(h.step().burn, waits::for_the_disk, [&] {
        constexpr std::size_t each = 70;
        const auto there = h.put(4 * connections * each);
        h.channel.release();
        std::atomic<std::size_t> next = 0;
        return measure(
            h, h.channel.app().http().tls_port(), 2, each, 204, [&](std::size_t kind, std::uint64_t) {
                bytes body;
                for (int i = 0; i < 4; ++i)
                    crypto::append(body, kind == 0 ? there[next++].view() : crypto::token::random().view());
                return call{verb::post, "/replies/burn", std::move(body), http::binary_type};
            });
    });
}

TEST_CASE("the time of a refusal does not tell a reply from one that was burned") {
    house h;
    const auto body = crypto::make_chaff(0);
    check_alike(h.step().put, waits::for_the_disk, [&] {
        return measure(h, h.channel.app().http().tls_port(), 2, 150, 409,
                       [&](std::size_t kind, std::uint64_t random) {
                           const auto& at = (kind == 0 ? h.present : h.burned)[random % some];
                           return call{verb::put, "/replies/" + hex(crypto::reply_address(at)), body,
                                       http::binary_type, h.bearer};
                       });
    });
}
