// A whole office in one process: the real server on a port of 127.0.0.1, its admin, its reviewers, and a
// clock that only the test moves.
#pragma once

#include "crypto/root_keyring.hpp"
#include "server/client/admin.hpp"
#include "server/client/reporter.hpp"
#include "server/client/reviewer.hpp"
#include "server/serve.hpp"
#include "tests/support/temp_dir.hpp"

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>

namespace changgu::test {

class office {
  public:
    static constexpr std::uint32_t tick_length = 60; // a session outlives several

    /// With reviewers 1 to `reviewers`, all named by epoch 1. `free_envelopes` a minute cost no work.
    explicit office(std::uint32_t reviewers, std::uint32_t free_envelopes = 1'000'000);

    [[nodiscard]] std::uint64_t now() const { return now_; }
    void wait(std::uint64_t seconds) { now_ += seconds; }
    /// Moves the clock to the next tick and releases.
    void tick();
    /// The server anew; `meanwhile` has its data directory for itself.
    void restart(const std::function<void(const std::filesystem::path&)>& meanwhile);

    [[nodiscard]] client::channel connect() const;
    /// By the other origin, where a lossy_line has to listen.
    [[nodiscard]] client::channel connect_by_line() const;
    /// An admin of the moment, signed in: `work` is done with it.
    template <class Work> auto as_admin(const Work& work) {
        auto on = connect();
        client::admin admin(on, roots);
        admin.sign_in().value();
        return work(admin);
    }
    [[nodiscard]] client::rotation rotation() const { return {.now = now_, .days = 35}; }

    /// Invites and enrols; the admin still has to approve.
    crypto::reviewer_keyring enrol(std::uint32_t number);
    void approve(std::uint32_t number, bool rotate);

    std::string origin;
    std::string other_origin; ///< listed too; the server does not listen there
    crypto::org_id org;
    std::vector<crypto::root_keyring> roots;
    std::vector<crypto::reviewer_keyring> keyrings; ///< of reviewers 1, 2, …: at number - 1
    temp_dir directory;

  private:
    void start();

    std::atomic<std::uint64_t> now_{1'800'000'000};
    server::config config_;
    std::unique_ptr<server::application> server_;
};

/// A reviewer at work, whose keyring is saved nowhere but counted.
class desk {
  public:
    desk(office& at, crypto::reviewer_keyring& keyring) : desk(at, keyring, at.connect()) {}
    desk(office& at, crypto::reviewer_keyring& keyring, client::channel on);

    client::reviewer* operator->() noexcept { return &reviewer_; }
    client::channel channel;
    std::size_t saves = 0;
    bool disk_full = false;

  private:
    client::reviewer reviewer_;
};

} // namespace changgu::test
