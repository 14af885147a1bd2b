// One organisation's channel as a client sees it: a server that is believed in nothing, and the key log,
// which is verified from the organisation's fingerprint before anything else is done. One function for each
// call of the API.
#pragma once

#include "crypto/access_log.hpp"
#include "crypto/case_event.hpp"
#include "crypto/enrolment.hpp"
#include "crypto/envelope.hpp"
#include "crypto/key_log.hpp"
#include "server/cli/https_client.hpp"
#include "server/client/errc.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace changgu::client {

using crypto::address;
using crypto::bytes;
using crypto::bytes_view;

struct channel_options {
    std::string origin; ///< "https://host[:port]"; "http://" of a loopback or onion host
    crypto::org_id org;
    std::filesystem::path ca_file = {}; ///< PEM; empty = the system's store
    std::string socks = {};             ///< SOCKS5 proxy for .onion hosts; empty = 127.0.0.1:9050
};

enum class item_state : crypto::byte { unknown = 0, present = 1, burned = 2, expired = 3 };
/// `body` is empty unless the state is present.
struct item {
    item_state state = item_state::unknown;
    bytes body;
};

/// The one that this program speaks; the server says its own in GET /channel.
inline constexpr std::int64_t protocol_version = 1;
inline constexpr std::size_t tokens_at_once = 4;
using token_set = std::array<crypto::token, tokens_at_once>;

enum class purge_kind : crypto::byte { case_events = 2, file_chunks = 3 };
inline constexpr std::size_t shown_at_once = 256; ///< tokens of what is purged or kept

/// A code and what came back with it, as the server has it.
struct enrolment_state {
    crypto::enrolment_id id;
    std::uint32_t number = 0;
    std::string state; ///< "open", "submitted" or "killed"
    struct submission {
        crypto::enrolment_request request;
        crypto::enrolment_mac mac;
    };
    std::optional<submission> submitted;
};
struct numbered_prekey {
    std::uint32_t number = 0;
    crypto::prekey key;
};

/// Every call fails with a cli::client_errc (the transport) or a client::errc (the server's refusal, or an
/// answer that is not as the API says); calls say only what is particular to them.
class channel {
  public:
    /// Asks which protocol the server speaks, fetches the whole key log and verifies it. Errors: also
    /// unknown_protocol, bad_log, crypto::errc::wrong_org and
    /// origin_not_listed. Throws std::runtime_error when the CA file cannot be read.
    static result<channel> open(const channel_options& options);

    [[nodiscard]] const crypto::key_log& log() const noexcept { return log_; }
    [[nodiscard]] const crypto::org_id& org() const noexcept { return log_.org(); }
    /// The statements of the log, as the server gave them.
    [[nodiscard]] std::span<const std::string> notes() const noexcept { return notes_; }
    [[nodiscard]] std::string_view origin() const noexcept { return https_.origin(); }
    /// Fetches and verifies the statements that came since. Errors: as open().
    result<void> refresh();

    // --- for everybody
    /// Told before each attempt at a proof of work, how many were made and how many it takes on average.
    using work_teller = std::function<void(std::uint64_t attempts, std::uint64_t expected)>;
    void tell_work(work_teller tell) { tell_work_ = std::move(tell); }
    /// Does the work that the server asks for. Errors: bad_envelope, epoch_closed, busy, storage_full,
    /// work_required.
    result<void> post_envelope(bytes_view envelope);
    /// Likewise. Errors: taken, busy, storage_full, work_required.
    result<void> put_blob(const address& id, bytes_view chunk);
    /// Sorted 16-byte prefixes.
    result<bytes> reply_index();
    result<std::array<item, tokens_at_once>> read_replies(const token_set& tokens);
    result<void> burn_replies(const token_set& tokens);
    /// 1 to 256 tokens.
    result<void> purge(purge_kind kind, std::span<const crypto::token> tokens);
    /// File chunks; 1 to 256 tokens.
    result<void> keep(std::span<const crypto::token> tokens);
    /// The number that a code invites. Errors: not_found.
    result<std::uint32_t> enrolment_number(const crypto::enrolment_id& id);
    /// Errors: not_found, taken.
    result<void> post_enrolment(const crypto::enrolment_id& id, const crypto::enrolment_request& request,
                                const crypto::enrolment_mac& mac);
    /// Signed notes that follow statement `next` - 1, all or none; then refresh()es. Errors: stale_log,
    /// bad_statement.
    result<void> post_statements(std::uint64_t next, std::span<const std::string> notes);

    // --- signing in: the bearer is kept here, wiped at the end, and used by the calls below
    result<void> sign_in_reviewer(std::uint32_t number, const crypto::sign_key_pair& identity);
    result<void> sign_in_admin(const crypto::note_signer& root);
    /// Ends the session on the server too.
    void sign_out();

    // --- reviewers and admins
    /// How the channel is, in the server's words: "ample", "low", "full" or "failed"; "calm" or "high".
    struct condition {
        std::string storage;
        std::string load;
    };
    result<condition> read_condition();

    // --- reviewers
    /// Hands over every envelope of batches after `after`, by batch; false from the sink stops.
    using envelope_sink = std::function<bool(std::uint32_t batch, bytes_view envelope)>;
    result<void> inbox(std::uint32_t after, const envelope_sink& take);
    /// 1 to 16 ids.
    result<std::vector<item>> read_blobs(std::span<const address> ids);
    /// Errors: taken, rate_limited. Sent once: after a transport's error it may have been written.
    result<void> put_reply(const address& at, bytes_view envelope);
    /// Likewise.
    result<void> put_case_event(const address& at, bytes_view sealed);
    /// 1 to 64 addresses.
    result<std::vector<item>> read_cases(std::span<const address> at);
    /// Replaces all of this reviewer's; at most 64.
    result<void> put_prekeys(std::span<const crypto::prekey> prekeys);
    result<void> post_drained(std::uint32_t epoch, const crypto::signature& signature);

    // --- reviewers and admins
    /// Reads the whole access log, hands each entry over and follows the chain. `seen` is how far the log was
    /// seen before; gives how far it goes now. Errors: crypto::errc::log_forked.
    result<crypto::access_position> access_log(const std::optional<crypto::access_position>& seen,
                                               const std::function<void(std::string_view)>& take);

    // --- admins
    /// Errors: taken.
    result<void> open_enrolment(const crypto::enrolment_id& id, std::uint32_t number);
    result<std::vector<enrolment_state>> list_enrolments();
    result<void> kill_enrolment(const crypto::enrolment_id& id);
    /// Of all reviewers. Unverified: the caller checks each signature against the log.
    result<std::vector<numbered_prekey>> list_prekeys();

  private:
    channel(cli::https_client https, crypto::key_log log, std::vector<std::string> notes)
        : https_(std::move(https)), log_(std::move(log)), notes_(std::move(notes)) {}

    struct call;
    result<bytes> send(const call& c);
    result<void> show(std::string_view resource, purge_kind kind, std::span<const crypto::token> tokens);
    result<void> submit(call c, bytes_view id);
    result<crypto::json::object> send_json(const call& c);
    result<void> start_session(const crypto::json::object& proof);

    cli::https_client https_;
    crypto::key_log log_;
    std::vector<std::string> notes_;
    crypto::secret_buffer bearer_; ///< base64; empty when not signed in
    work_teller tell_work_;
};

} // namespace changgu::client
