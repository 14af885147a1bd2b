#include "tests/storage/fault.hpp"

#include <array>
#include <atomic>
#include <limits>

namespace changgu::test {
namespace {

constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

std::array<std::atomic<std::uint64_t>, troubles> counts{};
std::atomic<std::uint64_t> armed_at = never;
std::atomic<trouble> armed = trouble::io_error;
std::atomic<bool> armed_lasting = false;
std::atomic<bool> has_struck = false;

} // namespace

const char* name_of(trouble t) noexcept {
    constexpr std::array<const char*, troubles> names{"io_error",      "no_room",        "failed_sync",
                                                      "no_descriptor", "short_transfer", "interrupted",
                                                      "sqlite_memory", "memory",         "death"};
    return names.at(static_cast<std::size_t>(t));
}

void arm(const fault& f) {
    disarm();
    armed = f.what;
    armed_lasting = f.lasting;
    armed_at = f.at;
}
void disarm() {
    armed_at = never;
    has_struck = false;
    for (auto& c : counts) c = 0;
}
bool struck() noexcept {
    return has_struck;
}
std::uint64_t occasions(trouble t) noexcept {
    return counts[static_cast<std::size_t>(t)];
}

bool strikes(trouble t) noexcept {
    const auto n = counts[static_cast<std::size_t>(t)]++;
    const auto at = armed_at.load();
    if (armed != t || at == never || n < at || (n > at && !armed_lasting)) return false;
    has_struck = true;
    return true;
}

} // namespace changgu::test
