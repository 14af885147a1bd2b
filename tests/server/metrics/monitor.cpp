#include "server/metrics/monitor.hpp"

#include "crypto/envelope.hpp"
#include "tests/server/api/fixture.hpp"

#include <set>

using namespace changgu;
using namespace changgu::test;

namespace {

server::config with_metrics(std::uint64_t budget) {
    server::config c;
    c.metrics = http::tcp_address{"127.0.0.1", 0};
    c.storage_budget = budget;
    c.protect = false; // so much in so little time would cost work
    return c;
}

constexpr std::uint64_t plenty = std::uint64_t{1} << 50U;

class watched : public channel_fixture {
  public:
    explicit watched(std::uint64_t budget = plenty) : channel_fixture(with_metrics(budget)) {}

    cli::client_response ask(std::string_view path, verb method = verb::get) {
        cli::https_client client("http://127.0.0.1:" + std::to_string(app().metrics_port()));
        auto r = client.send(method, path, {}, {});
        REQUIRE(r.has_value());
        return std::move(*r);
    }
    /// Everything that is said. The file system is everybody's: others write there while this runs.
    std::string said(bool with_disk = false) {
        std::string out;
        const auto metrics = ask("/metrics").body;
        std::string text(crypto::as_text(metrics));
        for (std::size_t at = 0; at < text.size();) {
            const auto end = text.find('\n', at) + 1;
            const auto line = text.substr(at, end - at);
            if (with_disk || line.find("disk_used") == std::string::npos) out += line;
            at = end;
        }
        const auto state = ask("/health").body;
        return out + std::string(crypto::as_text(state));
    }
    double storage_used() {
        const auto text = said();
        const std::string_view name = "\nchanggu_storage_used_ratio ";
        const auto at = text.find(name);
        return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size()));
    }
    void submit() { REQUIRE(binary(verb::post, "/envelopes", crypto::make_chaff(1)).status == 201); }
    std::uint64_t stored() { return app().service().store().make_reader().stats().used; }
};

} // namespace

TEST_CASE("only two things are answered, and only where metrics are") {
    watched f;
    CHECK(f.ask("/metrics").status == 200);
    CHECK(f.ask("/metrics").content_type == "text/plain");
    CHECK(f.ask("/health").status == 200);
    CHECK(f.ask("/metrics", verb::post).status == 405);
    CHECK(f.ask("/").status == 404);
    CHECK(f.ask("/api/v1/channel").status == 404);
    for (const std::string path : {"/metrics", "/health"}) {
        cli::https_client reporters("http://127.0.0.1:" + std::to_string(f.app().http().plain_port()));
        CHECK(reporters.send(verb::get, path, {}, {})->status == 404);
    }
}

TEST_CASE("nothing that comes in is seen before the release, whoever looks") {
    watched f;
    f.release();
    const auto before = f.said(true);
    const auto stored = f.stored();
    for (int i = 0; i < 3 * static_cast<int>(fill); ++i) {
        f.submit();
        CHECK(f.said(true) == before);
        f.app().upkeep().poll(f.now); // as its thread does each second
        CHECK(f.said(true) == before);
    }
    CHECK(f.stored() > stored); // there was something to see
}

TEST_CASE("of two servers, the one with one report more says the same") {
    watched one;
    watched other;
    std::set<std::string> texts;
    bool differed = false;
    constexpr int samples = 30;
    for (int i = 0; i < samples; ++i) {
        for (int j = 0; j < i % 7; ++j)
            for (auto* f : {&one, &other}) f->submit();
        other.submit();
        CHECK(one.said() == other.said());
        one.release();
        other.release();
        differed |= one.stored() != other.stored();
        CHECK(one.said() == other.said());
        texts.insert(one.said());
    }
    CHECK(differed);
    CHECK(texts.size() < samples); // nor is anything else in it counted up by a release
}

TEST_CASE("what is stored shows after a release, in steps") {
    constexpr std::uint64_t step = 1 << 20U; // bytes
    watched f(20 * step);
    CHECK(f.storage_used() < 0); // not known before there was one
    f.release();
    const auto first = f.storage_used();
    CHECK(first >= 0);
    for (int i = 0; i < 300; ++i) f.submit(); // more than two steps
    f.app().upkeep().poll(f.now);
    CHECK(f.storage_used() == first);
    f.release();
    const auto second = f.storage_used();
    CHECK(second > first + 0.05);
    CHECK(second < first + 0.25);
}

TEST_CASE("a look between releases does not look at what is stored") {
    watched f;
    constexpr std::uint64_t step = 16 * 1024; // of this monitor's budget: two envelopes
    metrics::monitor m(f.app().service(), {f.config().data, 1000 * step, {}});
    const auto said = [&] {
        const auto text = m.current()->metrics;
        const auto at = text.find("\nchanggu_storage_used_ratio ");
        return at == std::string::npos ? std::string() : text.substr(at, text.find('\n', at + 1) - at);
    };
    CHECK(said().empty());
    const auto before = f.stored();
    m.observe({f.now, {}, before});
    const auto first = said();
    CHECK_FALSE(first.empty());
    for (std::uint64_t i = 1; i <= 200; ++i) {
        f.submit();
        m.observe({f.now + i * metrics::monitor::interval, {}, {}});
        CHECK(said() == first);
    }
    CHECK(f.stored() > before + 50 * step); // a step of this monitor's: there was something to see
    m.observe({f.now + 201 * metrics::monitor::interval, {}, f.stored()});
    CHECK(said() != first);
}

TEST_CASE("a look comes at fixed times") {
    watched f;
    const auto epochs_end = f.now + 400 * 86'400;
    const auto before = f.ask("/health");
    CHECK(before.status == 200);
    f.now = epochs_end;
    CHECK(f.ask("/health").status == 200); // nobody has looked
    f.app().upkeep().poll(f.now);
    const auto after = f.ask("/health");
    CHECK(after.status == 503);
    CHECK(crypto::as_text(after.body).find(R"("epoch":"none")") != std::string_view::npos);
    const auto metrics = f.ask("/metrics").body;
    CHECK(crypto::as_text(metrics).find("changgu_uptime_days 400\n") != std::string_view::npos);
}

TEST_CASE("a release that does not come is told in bands") {
    watched f;
    const auto late = [&](std::uint64_t due_since) {
        metrics::monitor m(f.app().service(), {f.config().data, plenty, {}});
        m.observe({f.now + metrics::monitor::interval, due_since, {}});
        return m.current();
    };
    const std::uint64_t then = f.now + metrics::monitor::interval;
    CHECK(late(then - 60)->metrics.find("changgu_release_late_hours 0\n") != std::string::npos);
    CHECK(late(then - 7 * 3600)->metrics.find("changgu_release_late_hours 6\n") != std::string::npos);
    CHECK_FALSE(late(then - 7 * 3600)->state.good);
    CHECK(late(then - 30 * 3600)->state.json.find(R"("release":"missed")") != std::string::npos);
}

TEST_CASE("upkeep says since when a release is due, and what was used after one") {
    watched f;
    std::vector<api::observation> seen;
    api::upkeep watcher(f.app().service(), {0, {}, [&](const api::observation& o) { seen.push_back(o); }});
    watcher.poll(f.now + 1);
    REQUIRE(seen.size() == 1);
    CHECK_FALSE(seen.back().release_due_since);
    CHECK_FALSE(seen.back().used_after_release);
    CHECK(watcher.poll(f.now + tick + 5));
    CHECK(seen.back().used_after_release);
    CHECK_FALSE(seen.back().release_due_since);
    f.app().service().store().stop(); // every write fails from here on
    CHECK_FALSE(watcher.poll(f.now + 3 * std::uint64_t{tick} + 5));
    CHECK(seen.back().release_due_since == f.now + 2 * std::uint64_t{tick});
    CHECK_FALSE(seen.back().used_after_release);
    CHECK_FALSE(watcher.poll(f.now + 3 * std::uint64_t{tick} + 6)); // waits before it tries again
    CHECK(seen.back().release_due_since == f.now + 2 * std::uint64_t{tick});
}
