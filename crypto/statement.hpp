// One statement of the key log: the text that root keys sign as a note.
//
//   changgu/statement/v1
//   seq <N>
//   prev <base64 of SHA-256 of the previous statement's text; of 32 zeros at 0>
//   type <T>
//   <one JSON object on one line, at most 64 KiB>
//
// Each line ends with a newline. The exact bytes are signed, so the JSON needs no canonical form.
#pragma once

#include "crypto/json.hpp"
#include "crypto/note.hpp"
#include "crypto/policy.hpp"
#include "crypto/ratchet.hpp"

namespace changgu::crypto {

inline constexpr std::size_t max_statement_json = 65'536;

enum class statement_type : byte { genesis, roots, reviewer, revoke, epoch, retire, policy };
std::string_view name(statement_type type) noexcept;

struct statement {
    std::uint64_t seq = 0;
    hash256 prev;
    statement_type type{};
    json::object body;
};

/// Errors: bad_statement, bad_json.
result<statement> parse_statement(std::string_view text);
std::string statement_text(const statement& s);

// --- bodies ---------------------------------------------------------------------------------------------

struct root_set {
    std::vector<note_key> roots; ///< 1 to 8, names differ
    std::uint32_t threshold = 1;
    note_key recovery;
    bool operator==(const root_set&) const = default;
};
struct genesis {
    localised name;
    root_set keys;
    std::vector<std::string> origins;
    crypto::policy rules;
};
/// Introduces a reviewer, or describes again the one who has this number and identity.
struct reviewer_entry {
    std::uint32_t number = 0; ///< 1 to 65535, never given to another person
    sign_public_key identity;
    localised role; ///< what reporters see a reply signed as
    std::string desk;
    std::vector<std::string> languages;
};
struct epoch_recipient {
    std::uint32_t number = 0;
    box_public_key key;
    signature signed_by_identity;
};
struct epoch_entry {
    std::uint32_t epoch = 0;
    std::uint64_t valid_from = 0; ///< seconds since 1970, UTC
    std::uint64_t valid_until = 0;
    std::vector<epoch_recipient> recipients;
};
struct retire_entry {
    std::uint32_t epoch = 0;
    std::uint64_t at = 0;
    std::string
        purge_reason; ///< not empty: delete the epoch's envelopes though a reviewer has not drained it
};
struct policy_entry {
    crypto::policy rules;
    std::vector<std::string> origins; ///< empty: unchanged
};

json::object to_json(const root_set& s);
json::object to_json(const genesis& g);
json::object to_json(const reviewer_entry& r);
json::object to_json(const epoch_entry& e);
json::object to_json(const retire_entry& r);
json::object to_json(const policy_entry& p);
json::object revoke_json(std::uint32_t number);

// Errors of all: bad_field.
result<root_set> root_set_from_json(const json::object& object);
result<genesis> genesis_from_json(const json::object& object);
result<reviewer_entry> reviewer_from_json(const json::object& object);
result<epoch_entry> epoch_from_json(const json::object& object);
result<retire_entry> retire_from_json(const json::object& object);
result<policy_entry> policy_entry_from_json(const json::object& object);
result<std::uint32_t> revoke_from_json(const json::object& object);

json::object to_json(const prekey& p);
result<prekey> prekey_from_json(const json::object& object);

/// "https://host[:port]", or "http://" for a loopback or onion host; lower case, no path.
bool is_origin(std::string_view text) noexcept;

} // namespace changgu::crypto
