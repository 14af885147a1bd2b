// What every reviewer's command begins with: open the keyring, verify the log, sign in.
#pragma once

#include "server/cli/command.hpp"
#include "server/cli/keyring_file.hpp"
#include "server/cli/secret_input.hpp"
#include "server/client/reviewer.hpp"

#include <memory>
#include <optional>

namespace changgu::cli {

struct reviewer_arguments {
    std::string keyring;
    secret_source passphrase;
    std::string ca;
    std::string socks;
};
void add_reviewer_options(CLI::App& app, command_context& context, reviewer_arguments& into);

/// Stays where it was made: its parts refer to each other. Signs out at its end.
class reviewer_session {
  public:
    /// Null when something failed; the context says what.
    static std::unique_ptr<reviewer_session> open(command_context& context, const reviewer_arguments& from);
    ~reviewer_session();
    reviewer_session(const reviewer_session&) = delete;
    reviewer_session& operator=(const reviewer_session&) = delete;

    client::reviewer& reviewer() noexcept { return *reviewer_; }
    client::channel& channel() noexcept { return *channel_; }
    [[nodiscard]] const crypto::key_log& log() const noexcept { return channel_->log(); }

    /// Finds and reads a case by number or thread; null when something failed, and the context says what.
    std::optional<client::case_view> read_case(command_context& context, const std::string& name);

  private:
    reviewer_session(keyring_file file, crypto::reviewer_keyring keyring)
        : file_(std::move(file)), keyring_(std::move(keyring)) {}

    keyring_file file_;
    crypto::reviewer_keyring keyring_;
    std::optional<client::channel> channel_;
    std::optional<client::reviewer> reviewer_;
};

/// Seconds since 1970 as "2025-11-23 17:04 UTC".
std::string time_text(std::uint64_t at);

} // namespace changgu::cli
