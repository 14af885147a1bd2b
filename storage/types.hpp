// What goes into storage and what comes out of it. Nothing here has a time finer than a batch number or a
// month, but for what reviewers and admins did (access_page); and no type names two things of one person:
// what is not in the types cannot reach the disk.
#pragma once

#include "crypto/access_log.hpp"
#include "crypto/bytes.hpp"
#include "crypto/enrolment.hpp"
#include "crypto/locker.hpp"
#include "crypto/secret.hpp"
#include "storage/errc.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace changgu::storage {

using crypto::address;
using crypto::bytes;
using crypto::bytes_view;
using crypto::envelope_id;

/// The only time kept: 1, 2, 3, ... one a release; 0 is before the first.
using batch_number = std::uint64_t;
/// Days since 1970-01-01, UTC.
using day_number = std::uint32_t;
/// year * 12 + (month - 1), UTC, as in 2025 * 12 + 0 for January 2025.
using month_number = std::uint32_t;
/// A reviewer's permanent number.
using reviewer_number = std::uint32_t;

using crypto::enrolment_id;
using keyring_etag = crypto::fixed_bytes<struct keyring_etag_tag, 16>;
using crypto::pepper;

/// Called exactly once, as a rule on the writer's thread after the commit; with `busy`, and after stop() with
/// `failed`, on the caller's thread before the call returns. It must be quick, must not throw and must not
/// wait for the store.
template <class... T> using callback = std::move_only_function<void(T...)>;

/// What became of an item.
enum class put_outcome : std::uint8_t {
    stored, ///< durable: it survives a crash or a power cut from now on
    exists, ///< the same bytes are durable already; to the sender no different from stored
    taken,  ///< something else is, or once was, at that address
    full,   ///< the size budget or the disk is used up
    busy,   ///< the queue is full; nothing was done
    failed, ///< the database refused; nothing was acknowledged
};

/// What became of a small change. Each call says which of conflict, taken and unknown it can give.
enum class edit_outcome : std::uint8_t {
    done,     ///< durable
    conflict, ///< the caller's idea of the current state is out of date
    taken,    ///< somebody was first
    unknown,  ///< there is no such thing
    busy,     ///< the queue is full; nothing was done
    failed,   ///< the database refused; nothing was acknowledged
};

/// The three things that are written once at an address. Their values are on disk: never renumber.
enum class item_kind : std::uint8_t { reply = 1, case_event = 2, blob = 3 };

/// What is at an address. Numbered as on disk and on the wire. For events and blobs `burned` means purged.
enum class item_state : std::uint8_t { unknown = 0, present = 1, burned = 2, expired = 3 };

/// `body` is empty unless the state is present.
struct item {
    item_state state = item_state::unknown;
    bytes body;
};

/// One release tick.
struct release_input {
    std::uint32_t epoch = 0;           ///< the epoch that chaff is made for; 0: no chaff can be made
    std::uint32_t fill = 8;            ///< a batch holds a multiple of this many envelopes; at least 1
    day_number today = 0;              ///< for merging 14 days later
    month_number month = 0;            ///< for retention
    std::function<bytes()> make_chaff; ///< an envelope that nobody can open; called on the writer's thread
};
struct release_report {
    batch_number batch = 0;      ///< the number of the new batch
    std::uint64_t envelopes = 0; ///< in it, chaff included
    std::uint64_t items = 0;     ///< replies, case events and blobs that left the spool
    std::uint64_t used =
        0; ///< bytes of the database that hold something; what waits for the next release is not in it
    bool log_truncated = false; ///< false: a reader held the write-ahead log; it is retried by itself
};

struct compact_report {
    std::uint64_t merged = 0; ///< batches that no longer have a number of their own
    bool rewritten = false;   ///< false also when the file is beyond options::rewrite_limit
};

/// Months that something is kept after the month of its release; 0 keeps it for ever.
struct retention {
    std::uint32_t reply_months = 0;
    std::uint32_t blob_months = 0;
};

struct released_envelope {
    batch_number batch = 0;
    envelope_id id;
    bytes body;
};

/// The public index of reply addresses: sorted 16-byte prefixes without separators, a multiple of 64 of them,
/// at least
/// 64. It changes with a batch only.
struct reply_index {
    batch_number batch = 0;
    bytes prefixes;
};

/// One signed note of the key log; opaque to storage.
struct key_note {
    std::uint64_t seq = 0;
    std::string text;
};

enum class enrolment_state : std::uint8_t { open = 1, submitted = 2, killed = 3 };
struct enrolment {
    enrolment_id id;
    reviewer_number number = 0;
    enrolment_state state = enrolment_state::open;
    bytes request; ///< empty unless submitted; at most max_enrolment_request bytes
};
constexpr std::size_t max_enrolment_request = std::size_t{64} * 1024;

/// A reviewer's intake key of one future epoch, signed by the reviewer's identity.
struct prekey {
    std::uint32_t epoch = 0;
    crypto::box_public_key key;
    crypto::signature signature;
};
struct numbered_prekey {
    reviewer_number number = 0;
    prekey key;
};

/// A reviewer's signed statement that nothing of an epoch is left to be read.
struct drained_mark {
    reviewer_number number = 0;
    crypto::signature signature;
};

/// A reviewer's wrapped keyring and what opens it.
struct keyring {
    keyring_etag etag;
    crypto::sign_public_key locker; ///< signs in to a session that can only fetch and put the keyring
    bytes body;
    std::optional<pepper> wrap_pepper; ///< absent after a restore: peppers are never in a backup
};
constexpr std::size_t max_keyring = std::size_t{1024} * 1024;

/// Entries of the access log from a place on, and where they begin and end in the chain.
struct access_page {
    crypto::hash256 before; ///< h of the entry before the first
    std::vector<std::string> entries;
    crypto::access_position head; ///< of the whole log
};

/// For `doctor`: counts and settings as read back from the database.
struct statistics {
    std::vector<std::pair<std::string, std::uint64_t>> rows;   ///< by table
    std::vector<std::pair<std::string, std::string>> settings; ///< PRAGMAs of the connection
    std::uint64_t page_size = 0;                               ///< bytes
    std::uint64_t used = 0; ///< bytes of the database file and of the spool that hold something
    std::uint64_t free = 0; ///< bytes of the file that are zeroed and reusable
    std::uint64_t log = 0;  ///< bytes of the write-ahead log
};

} // namespace changgu::storage
