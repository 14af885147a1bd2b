// What every admin command that changes keys begins with: open the root keyring (and co-signers'), fetch and
// verify the log, sign in. Works from any machine that reaches the server.
#pragma once

#include "server/cli/admin_messages.hpp"
#include "server/cli/command.hpp"
#include "server/cli/keyring_file.hpp"
#include "server/cli/secret_input.hpp"
#include "server/client/admin.hpp"

namespace changgu::cli {

struct admin_options {
    std::string keyring;
    std::vector<std::string> cosigners; ///< for a threshold above one
    secret_source passphrase;
    std::string server; ///< empty: the origin in the keyring
    std::string ca;
};

void add_admin_options(CLI::App& app, admin_options& options);

/// Stays where it was made: client::admin refers to its members.
class admin_session {
  public:
    /// Null when something failed; the context says what.
    static std::unique_ptr<admin_session> open(command_context& context, const admin_options& options);
    /// The same but for signing in, which takes a root key in force: a recovery key can only sign.
    static std::unique_ptr<admin_session> load(command_context& context, const admin_options& options,
                                               admin_message prompt);

    client::admin& admin() noexcept { return admin_; }
    client::channel& channel() noexcept { return channel_; }
    /// The first one.
    [[nodiscard]] const crypto::root_keyring& keyring() const noexcept { return keyrings_.front(); }
    /// Writes the root keyring back, after an invitation came or went.
    bool save(command_context& context);

  private:
    admin_session(client::channel channel, std::vector<crypto::root_keyring> keyrings, keyring_file file)
        : channel_(std::move(channel)), keyrings_(std::move(keyrings)), file_(std::move(file)),
          admin_(channel_, keyrings_) {}

    client::channel channel_;
    std::vector<crypto::root_keyring> keyrings_;
    keyring_file file_; ///< of the first keyring; locked as long as the session lasts
    client::admin admin_;
};

/// The rotation options that `keys rotate`, `reviewers approve` and `reviewers revoke` share.
void add_rotation_options(CLI::App& app, client::rotation& how);
/// Says which published keys run out.
void warn_of_prekeys(command_context& context, const client::admin& admin);
/// fail(), with the words that fit an admin.
void fail_admin(command_context& context, const boost::system::error_code& error);

} // namespace changgu::cli
