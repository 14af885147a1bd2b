#include "server/metrics/figures.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace changgu;
using namespace changgu::metrics;

namespace {

figures good() {
    figures f;
    f.epoch_valid = true;
    f.epoch_days = 30;
    return f;
}

std::string health_of(const figures& f) {
    return to_health(f).json;
}
bool has(const std::string& text, std::string_view line) {
    return ("\n" + text).find("\n" + std::string(line) + "\n") != std::string::npos;
}

} // namespace

TEST_CASE("shares are told in fives") {
    CHECK(in_fives(0, 1000, 0) == 0);
    CHECK(in_fives(49, 1000, 0) == 0);
    CHECK(in_fives(50, 1000, 0) == 5);
    CHECK(in_fives(999, 1000, 0) == 95);
    CHECK(in_fives(5000, 1000, 0) == 100);
    CHECK(in_fives(5, 0, 7) == 25); // nothing is divided by zero
    // The shift moves the edge within one step, and no further.
    CHECK(in_fives(25, 1000, 24) == 0);
    CHECK(in_fives(25, 1000, 25) == 5);
    CHECK(in_fives(25, 1000, 75) == 5);
    CHECK(in_fives(~std::uint64_t{0} / 2, ~std::uint64_t{0}, ~std::uint64_t{0}) <= 55);
}

TEST_CASE("one envelope is seen for as many places of the edge as it has bytes, of all that there are") {
    constexpr std::uint64_t budget = 20 * 1000;
    constexpr std::uint64_t envelope = 10;
    unsigned seen = 0;
    for (std::uint64_t shift = 0; shift < 1000; ++shift)
        seen += in_fives(4321, budget, shift) != in_fives(4321 + envelope, budget, shift) ? 1U : 0U;
    CHECK(seen == envelope);
}

TEST_CASE("bands round down") {
    CHECK(in_bands_of_hours(3599) == 0);
    CHECK(in_bands_of_hours(3600) == 1);
    CHECK(in_bands_of_hours(6 * 3600 - 1) == 1);
    CHECK(in_bands_of_hours(24 * 3600) == 24);
    CHECK(in_bands_of_hours(1000 * 3600) == 168);
    CHECK(in_bands_of_prekeys(0) == 0);
    CHECK(in_bands_of_prekeys(5) == 1);
    CHECK(in_bands_of_prekeys(6) == 6);
    CHECK(in_bands_of_prekeys(26) == 12);
}

TEST_CASE("what is not known is left out") {
    figures f = good();
    auto text = to_prometheus(f);
    CHECK(text.find("storage_used") == std::string::npos);
    CHECK(text.find("disk_used") == std::string::npos);
    CHECK(text.find("certificate") == std::string::npos);
    f.storage_used = 5;
    f.disk_used = 100;
    f.certificate_days = -3;
    f.sandbox = {6, true, false};
    text = to_prometheus(f);
    CHECK(has(text, "changgu_storage_used_ratio 0.05"));
    CHECK(has(text, "changgu_disk_used_ratio 1"));
    CHECK(has(text, "changgu_certificate_days_left -3"));
    CHECK(has(text, "changgu_sandbox{part=\"landlock\"} 1"));
    CHECK(has(text, "changgu_sandbox{part=\"seccomp\"} 1"));
    CHECK(has(text, "changgu_sandbox{part=\"memory_locked\"} 0"));
    CHECK(has(text, "changgu_landlock_interface 6"));
    CHECK(text.back() == '\n');
}

TEST_CASE("health names what is wrong") {
    figures f = good();
    CHECK(
        health_of(f) ==
        R"({"status":"ok","storage":"ok","release":"on_time","epoch":"valid","certificate":"none","clock":"ok"})");
    f.epoch_days = 6;
    f.tls = true;
    f.certificate_days = 14;
    CHECK(
        health_of(f) ==
        R"({"status":"ok","storage":"ok","release":"on_time","epoch":"ends_soon","certificate":"ends_soon","clock":"ok"})");
    CHECK(to_health(f).good);
    struct given {
        void (*change)(figures&);
        std::string_view says;
    };
    const given table[] = {{[](figures& x) { x.storage_good = false; }, R"("storage":"failed")"},
                           {[](figures& x) { x.storage_used = 90; }, R"("storage":"nearly_full")"},
                           {[](figures& x) { x.disk_used = 95; }, R"("storage":"nearly_full")"},
                           {[](figures& x) { x.release_late_hours = 1; }, R"("release":"late")"},
                           {[](figures& x) { x.release_late_hours = 24; }, R"("release":"missed")"},
                           {[](figures& x) { x.epoch_valid = false; }, R"("epoch":"none")"},
                           {[](figures& x) { x.clock_trusted = false; }, R"("clock":"doubted")"},
                           {[](figures& x) { x.certificate_days = -1; }, R"("certificate":"ended")"},
                           {[](figures& x) { x.certificate_days.reset(); }, R"("certificate":"unreadable")"}};
    for (const auto& row : table) {
        figures bad = f;
        row.change(bad);
        const auto h = to_health(bad);
        CAPTURE(h.json);
        CHECK_FALSE(h.good);
        CHECK(h.json.find(row.says) != std::string::npos);
        CHECK(h.json.find(R"("status":"degraded")") != std::string::npos);
    }
}
