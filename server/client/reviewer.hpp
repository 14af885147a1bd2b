// What a reviewer's client does: take in what came, keep it in cases, answer, and forget the keys of retired
// epochs.
//
// A sync is made to be broken off anywhere and done again: a case's events are written before the keyring
// remembers the batch they came in, and a message that is in its case already is not written twice.
#pragma once

#include "crypto/reviewer_keyring.hpp"
#include "server/client/case_view.hpp"
#include "server/client/channel.hpp"
#include "server/client/opening.hpp"

namespace changgu::client {

/// A message that could be read but has no case here: shown at once, since the inbox moves on.
struct stray_message {
    enum class reason : std::uint8_t {
        no_case_key,
        too_large,
        excludes_a_reader, ///< somebody who has the case's key: kept there, they could read it
        case_destroyed,
    };
    reason why = reason::no_case_key;
    crypto::thread_id thread;
    std::string text;
};

/// Something that only a mistake or an attack explains.
struct alarm {
    enum class kind : std::uint8_t {
        damaged,    ///< the reviewer's own slot opened and then something failed
        forked_log, ///< the sender saw another key log
        bad_case,   ///< the case's first event contradicts the report, or a hand-over cannot be believed
    };
    kind what = kind::damaged;
    std::uint32_t batch = 0;
    std::uint32_t epoch = 0;
    boost::system::error_code error;
};

struct sync_report {
    std::uint64_t envelopes = 0;            ///< that were looked at
    std::vector<crypto::thread_id> opened;  ///< cases that are new to this keyring
    std::vector<crypto::thread_id> changed; ///< cases with a new follow-up
    std::vector<stray_message> strays;
    std::vector<alarm> alarms;
    std::vector<std::uint32_t> forgotten; ///< epochs whose secrets were destroyed
    boost::system::error_code not_kept;   ///< why the month's files are not kept alive yet
};

class reviewer {
  public:
    /// Puts the keyring where it will survive a power cut, before it returns.
    using save_function = std::function<result<void>(const crypto::reviewer_keyring&)>;
    using clock = std::function<std::uint64_t()>; ///< seconds since 1970

    reviewer(channel& on, crypto::reviewer_keyring& keyring, save_function save, clock now)
        : channel_(on), keyring_(keyring), save_(std::move(save)), now_(std::move(now)) {}

    /// Holds the log against the keyring, then signs in. Errors: another_keyring, crypto::errc::log_forked,
    /// revoked_reviewer, unknown_reviewer (not approved yet), and those of signing in.
    result<void> sign_in();

    /// Publishes intake keys if the log has grown, reads the inbox, opens what is ours, keeps it in cases,
    /// keeps files alive once a month, and forgets what has drained. `from` reads again from after an earlier
    /// batch.
    result<sync_report> sync(std::optional<std::uint32_t> from = {});

    /// Every case of the keyring that is not destroyed, by number.
    result<std::vector<case_view>> cases();
    /// Errors: no_such_case; case_destroyed, after which the keyring has no such case.
    result<case_view> read_case(const crypto::thread_id& thread);
    /// Cases that others have destroyed: found on this visit, their keys dropped.
    [[nodiscard]] const std::vector<crypto::thread_id>& found_destroyed() const noexcept {
        return found_destroyed_;
    }
    /// By case number, or by the beginning of the thread's hexadecimal. Errors: no_such_case, ambiguous_case.
    result<crypto::thread_id> find_case(std::string_view name);

    /// Appends an event: "at" is added. When others were faster, their events are read into the view first.
    /// Errors: case_destroyed, also when that has but begun.
    result<void> append(case_view& to, crypto::json::object event);
    /// Announces the reply in the case, then writes it at the lowest free address; a taken one means the
    /// next, announced anew. Errors: no_address_left, too_long.
    result<void> reply(case_view& to, std::string text, std::string status, bool as_office = true);
    /// Gives the case's key to another reviewer: announces it in the case, then sends it as one more envelope
    /// of the sealing epoch, sealed to that one alone. Errors: unknown_reviewer,
    /// crypto::errc::revoked_reviewer, excluded_in_case, no_intake_key, crypto::errc::epoch_not_valid,
    /// epoch_closed.
    result<void> hand_over(case_view& of, std::uint32_t number);
    /// Destroys a case that is due, or whose destruction has begun: its files, its events, its key. May be
    /// broken off and done again. Errors: case_held, not_due, no_such_case.
    result<void> destroy(const crypto::thread_id& thread);
    /// Fetches a file and checks it. Errors: not_found, and those of crypto::decrypt_file.
    result<crypto::secret_buffer> fetch(const crypto::attachment& file);

  private:
    struct arrival;
    struct arrivals;
    result<void> publish();
    result<arrivals> read_inbox(std::uint32_t after, sync_report& report);
    void set_aside(std::uint32_t batch, bytes_view envelope, arrivals& into);
    void open_aside(arrivals& into, sync_report& report);
    static void take_in(const sealed_envelope& from, crypto::opened_envelope opened, arrivals& into,
                        sync_report& report);
    result<void> open_case(const arrival& a, sync_report& report);
    result<void> add_follow_up(const arrival& a, sync_report& report);
    result<void> take_over(const arrival& a, sync_report& report);
    result<void> keep(case_view& in, const arrival& a, sync_report& report);
    std::vector<std::uint32_t> turn_ratchet(std::span<const std::uint32_t> retired);
    result<void> tell_drained();
    result<case_view> view_of(const crypto::thread_id& thread, const crypto::case_key& key);
    result<void> read_on(case_view& view, const crypto::case_key& key);
    result<void> forget_case(const crypto::thread_id& thread);
    result<void> purge(purge_kind kind, std::span<const crypto::token> tokens);
    result<void> keep_files();
    [[nodiscard]] std::uint64_t minute() const;

    channel& channel_;
    crypto::reviewer_keyring& keyring_;
    save_function save_;
    clock now_;
    std::vector<crypto::thread_id> found_destroyed_;
};

} // namespace changgu::client
