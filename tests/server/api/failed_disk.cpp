// A write fails in mid-life: the limit of a file's size is set to nothing, so that the kernel refuses all of
// SQLite's.
#include "crypto/envelope.hpp"
#include "server/log.hpp"
#include "server/metrics/monitor.hpp"
#include "tests/server/api/fixture.hpp"

#include <csignal>
#include <fstream>
#include <iterator>
#include <sys/resource.h>

using namespace changgu;
using namespace changgu::test;

namespace {

class refusing_disk {
  public:
    refusing_disk() : before_(std::signal(SIGXFSZ, SIG_IGN)) {
        REQUIRE(::getrlimit(RLIMIT_FSIZE, &was_) == 0);
        const rlimit none{0, was_.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &none) == 0);
    }
    refusing_disk(const refusing_disk&) = delete;
    refusing_disk& operator=(const refusing_disk&) = delete;
    ~refusing_disk() {
        ::setrlimit(RLIMIT_FSIZE, &was_);
        std::signal(SIGXFSZ, before_);
    }

  private:
    rlimit was_{};
    void (*before_)(int);
};

} // namespace

TEST_CASE("when a write has failed all are refused as unavailable, and it is told, until a restart") {
    channel_fixture f;
    const auto log_file = f.directory / "server.log";
    server::open_log({server::log_level::info, log_file});
    const auto lines = [&] {
        std::ifstream in(log_file);
        const std::string text{std::istreambuf_iterator<char>(in), {}};
        std::size_t count = 0;
        for (auto at = text.find(" storage_failed "); at != std::string::npos;
             at = text.find(" storage_failed ", at + 1))
            ++count;
        return count;
    };
    const auto kept = crypto::make_chaff(1);
    const auto refused = crypto::make_chaff(1);
    REQUIRE(f.binary(verb::post, "/envelopes", kept).status == 201);
    const auto bearer = f.reviewer_bearer(f.first);
    {
        const refusing_disk now;
        const auto r = f.binary(verb::put, "/replies/" + std::string(64, 'a'), crypto::make_chaff(0), bearer);
        CHECK(r.status == 503);
        CHECK(problem_of(r) == "unavailable");
    }
    const auto r = f.binary(verb::post, "/envelopes", refused);
    CHECK(r.status == 503);
    CHECK(problem_of(r) == "unavailable");
    CHECK(text_of(f.get("/condition", bearer), "storage") == "failed");
    // It is told at a fixed time, not when somebody wrote.
    f.app().upkeep().poll(f.now + 1);
    CHECK(lines() == 0);
    metrics::monitor watching(f.app().service(), {f.config().data, 1, {}});
    for (int i = 1; i < 4; ++i) {
        const auto then = f.now + static_cast<std::uint64_t>(i) * metrics::monitor::interval;
        f.app().upkeep().poll(then);
        watching.observe({then, {}, {}});
        CHECK(lines() == 1);
    }
    CHECK(watching.current()->state.json.find(R"("storage":"failed")") != std::string::npos);
    f.restart();
    CHECK(f.binary(verb::post, "/envelopes", kept).status == 201);
    CHECK(f.binary(verb::post, "/envelopes", refused).status == 201);
    CHECK(text_of(f.get("/condition", f.reviewer_bearer(f.first)), "storage") == "ample");
    f.release();
    CHECK(f.app().service().store().make_reader().check().empty());
}
