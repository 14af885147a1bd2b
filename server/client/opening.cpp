#include "server/client/opening.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <system_error>
#include <thread>

namespace changgu::client {

namespace {
constexpr std::size_t most_threads = 16;
constexpr std::size_t worth_a_thread = 16; // a millisecond of work
} // namespace

std::vector<crypto::result<crypto::opened_envelope>> open_all(const crypto::org_id& org,
                                                              std::span<const sealed_envelope> sealed) {
    std::vector<crypto::result<crypto::opened_envelope>> out(sealed.size());
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t i = next++; i < sealed.size(); i = next++) {
            const auto& one = sealed[i];
            out[i] = crypto::open_envelope(org, one.body, one.epoch->entry.epoch,
                                           crypto::context_of(one.epoch->statement), one.slot, *one.mine);
        }
    };
    const auto threads = std::min(
        {most_threads, std::size_t{std::thread::hardware_concurrency()}, sealed.size() / worth_a_thread});
    std::vector<std::future<void>> helpers; // joined before what they use goes
    try {
        while (helpers.size() + 1 < threads) helpers.push_back(std::async(std::launch::async, work));
    } catch (const std::system_error&) { // NOLINT(bugprone-empty-catch): no thread is to be had: fewer do it
    }
    work();
    for (auto& helper : helpers) helper.get();
    return out;
}

} // namespace changgu::client
