// Looks at the server four times an hour and at each release, and keeps what may be said until the next time:
// between two looks every answer is the same, whoever asks, however often, and whatever comes in.
#pragma once

#include "server/api/service.hpp"
#include "server/api/upkeep.hpp"
#include "server/metrics/figures.hpp"

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace changgu::metrics {

struct monitor_options {
    std::filesystem::path data;
    std::uint64_t storage_budget = 0;                 ///< bytes
    std::optional<std::filesystem::path> certificate; ///< PEM
};

/// The two answers.
struct page {
    std::string metrics;
    health state;
};

class monitor {
  public:
    static constexpr std::uint64_t interval = 15 * 60; ///< seconds

    monitor(api::service& shared, monitor_options options);

    /// Before anybody asks.
    void tell_sandbox(const sandbox::state& s);
    /// For upkeep, on its thread.
    void observe(const api::observation& o);
    /// From any thread.
    [[nodiscard]] std::shared_ptr<const page> current() const;

  private:
    void look(std::uint64_t now);
    void count_prekeys(const crypto::key_log& log);
    void publish();

    api::service& shared_;
    const monitor_options options_;
    const std::uint64_t shift_; ///< where the steps are, unknown to whoever sees them
    const std::uint64_t started_;
    storage::reader reader_;
    figures figures_;
    std::optional<std::uint64_t> looked_; ///< in intervals since 1970
    mutable std::mutex mutex_;
    std::shared_ptr<const page> page_;
};

} // namespace changgu::metrics
