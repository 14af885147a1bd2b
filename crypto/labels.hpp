// Every label that separates one use of a primitive from another: the whole list, and the only place they are
// written. docs/protocol.md repeats this table; the browser's copy is client-web/src/protocol/labels.ts.
#pragma once

#include <string_view>

namespace changgu::crypto::label {

// Hash and key-hash prefixes (BLAKE2b).
inline constexpr std::string_view org = "changgu/org/v1";
inline constexpr std::string_view fingerprint_check = "changgu/fingerprint-check/v1";
inline constexpr std::string_view receipt_check = "changgu/receipt-check/v1";
inline constexpr std::string_view receipt_salt = "changgu/receipt/v1";
inline constexpr std::string_view thread = "changgu/thread/v1";
inline constexpr std::string_view reply_address = "changgu/address/v1";
inline constexpr std::string_view case_address = "changgu/case-address/v1";
inline constexpr std::string_view blob_address = "changgu/blob/v1";
inline constexpr std::string_view keyring_salt = "changgu/keyring/v1";
inline constexpr std::string_view keyring_wrap = "changgu/wrap/v1";
inline constexpr std::string_view enrolment = "changgu/enrol/v1";
inline constexpr std::string_view enrolment_check = "changgu/enrol-check/v1";
inline constexpr std::string_view work = "changgu/work/v1";
inline constexpr std::string_view work_salt = "changgu/work-salt/v1";
inline constexpr std::string_view work_ticket = "changgu/work-ticket/v1";
inline constexpr std::string_view backup = "changgu/backup/v1";
inline constexpr std::string_view access_log = "changgu/access-log/v1";

// First lines of the texts that root keys sign.
inline constexpr std::string_view statement = "changgu/statement/v1";
inline constexpr std::string_view admin_sign_in = "changgu/admin-sign-in/v1";

// Tags of signatures by any key but a root's.
inline constexpr std::string_view sign_report = "changgu/report/v1";
inline constexpr std::string_view sign_follow_up = "changgu/follow-up/v1";
inline constexpr std::string_view sign_reply = "changgu/reply/v1";
inline constexpr std::string_view sign_event = "changgu/event/v1";
inline constexpr std::string_view sign_handover = "changgu/handover/v1";
inline constexpr std::string_view sign_prekey = "changgu/prekey/v1";
inline constexpr std::string_view sign_in = "changgu/sign-in/v1";
inline constexpr std::string_view sign_drained = "changgu/drained/v1";

// Eight-byte contexts of crypto_kdf.
inline constexpr std::string_view kdf_ratchet = "ratchet_";
inline constexpr std::string_view kdf_receipt = "receipt_";
inline constexpr std::string_view kdf_token = "token___";
inline constexpr std::string_view kdf_case = "case____";
inline constexpr std::string_view kdf_case_token = "casetok_";
inline constexpr std::string_view kdf_case_key = "casekey_";
inline constexpr std::string_view kdf_blob_token = "blobtok_";
inline constexpr std::string_view kdf_blob_key = "blobkey_";
inline constexpr std::string_view kdf_keyring = "keyring_";
inline constexpr std::string_view kdf_backup = "backup__";

} // namespace changgu::crypto::label
