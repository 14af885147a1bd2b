// Every label that separates one use of a primitive from another: crypto/labels.hpp for the browser.
export const label = {
  // Hash and key-hash prefixes (BLAKE2b).
  org: 'changgu/org/v1',
  fingerprintCheck: 'changgu/fingerprint-check/v1',
  receiptCheck: 'changgu/receipt-check/v1',
  receiptSalt: 'changgu/receipt/v1',
  thread: 'changgu/thread/v1',
  replyAddress: 'changgu/address/v1',
  caseAddress: 'changgu/case-address/v1',
  blobAddress: 'changgu/blob/v1',
  keyringSalt: 'changgu/keyring/v1',
  keyringWrap: 'changgu/wrap/v1',
  enrolment: 'changgu/enrol/v1',
  enrolmentCheck: 'changgu/enrol-check/v1',
  work: 'changgu/work/v1',
  workSalt: 'changgu/work-salt/v1',
  workTicket: 'changgu/work-ticket/v1',
  backup: 'changgu/backup/v1',
  accessLog: 'changgu/access-log/v1',

  // First lines of the texts that root keys sign.
  statement: 'changgu/statement/v1',
  adminSignIn: 'changgu/admin-sign-in/v1',

  // Tags of signatures by any key but a root's.
  signReport: 'changgu/report/v1',
  signFollowUp: 'changgu/follow-up/v1',
  signReply: 'changgu/reply/v1',
  signEvent: 'changgu/event/v1',
  signHandover: 'changgu/handover/v1',
  signPrekey: 'changgu/prekey/v1',
  signIn: 'changgu/sign-in/v1',
  signDrained: 'changgu/drained/v1',

  // Eight-byte contexts of crypto_kdf.
  kdfRatchet: 'ratchet_',
  kdfReceipt: 'receipt_',
  kdfToken: 'token___',
  kdfCase: 'case____',
  kdfCaseToken: 'casetok_',
  kdfCaseKey: 'casekey_',
  kdfBlobToken: 'blobtok_',
  kdfBlobKey: 'blobkey_',
  kdfKeyring: 'keyring_',
  kdfBackup: 'backup__',
} as const;
