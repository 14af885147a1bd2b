// What people say to each other: the JSON inside the frames of kinds report, follow-up, reply and hand-over.
// Unknown members are ignored, so a later version may add some.
#pragma once

#include "crypto/file_stream.hpp"
#include "crypto/frame.hpp"
#include "crypto/receipt.hpp"

namespace changgu::crypto {

inline constexpr std::size_t max_text = 60'000;
inline constexpr std::size_t max_recipients = 16;
inline constexpr std::size_t max_attachments = 16;
inline constexpr std::size_t max_answers = 32;
inline constexpr std::size_t max_case_number = 16;

/// The writer's view of the key log: its last statement's number and the SHA-256 of that statement's signed
/// text. Its reader holds it against the reader's own chain, so a server that shows two people two logs is
/// found out.
struct log_position {
    std::uint64_t seq = 0;
    hash256 hash;
    bool operator==(const log_position&) const = default;
};
json::object to_json(const log_position& p);
result<log_position> log_position_from_json(const json::object& object, std::string_view name = "log");

/// One answer to a question of the policy (who, when, where, what, how, why).
struct answer {
    std::string question;
    std::string text;
};

struct report {
    log_position log;
    box_public_key reply_key;
    std::vector<address> addresses; ///< exactly advertised_addresses
    std::string category;
    std::vector<answer> answers;
    std::string text;
    std::vector<std::uint32_t> excluded; ///< numbers of the reviewers who were given a decoy
    std::vector<attachment> attachments;
};

struct follow_up {
    log_position log;
    message_id id;
    box_public_key reply_key; ///< the report's: a reader who joined later can answer from this alone
    std::vector<address> addresses;
    std::string text;
    std::vector<std::uint32_t> excluded;
    std::vector<attachment> attachments;
};

/// Statuses of a reply and of a case: received, reviewing, more_information, investigating, transferred,
/// closed.
bool is_status(std::string_view status) noexcept;

struct reply {
    log_position log;
    std::string text;
    std::string status;
    std::vector<std::uint32_t> excluded; ///< the report's list again, for the reporter's follow-ups
    bool as_office = false;              ///< shown as the channel itself, not as the signer's role
};

/// A case's key, from a reviewer who has it to one who has not: sealed to that one alone, signed by the
/// giver's identity.
struct handover {
    log_position log;
    thread_id thread;
    case_key key;
    std::string case_number;
};

json::object to_json(const report& m);
json::object to_json(const follow_up& m);
json::object to_json(const reply& m);
/// Holds a secret: whoever serialises it wipes the text.
json::object to_json(const handover& m);

/// Errors: wrong_kind, bad_json, bad_field, bad_file_class.
result<report> report_of(const frame& f);
result<follow_up> follow_up_of(const frame& f);
result<reply> reply_of(const frame& f);
result<handover> handover_of(const frame& f);

} // namespace changgu::crypto
