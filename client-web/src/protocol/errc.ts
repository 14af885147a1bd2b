// Failure classes, as in crypto/errc.hpp: part of the protocol, named by the vectors in tests/vectors/.
import { CodedError } from '../rpc/rpc';

const classes = [
  'bad_length',
  'bad_encoding',
  'bad_json',
  'bad_field',
  'unknown_suite',
  'nonzero_reserved',
  'wrong_epoch',
  'slot_not_mine',
  'bad_share_index',
  'bad_commitment',
  'bad_tag',
  'bad_padding',
  'bad_deflate',
  'inflates_too_far',
  'frame_too_short',
  'bad_signature',
  'wrong_signer',
  'wrong_kind',
  'too_large',
  'bad_key',
  'word_not_in_list',
  'bad_checksum',
  'bad_file_class',
  'bad_chunk',
  'truncated_file',
  'bad_file_hash',
  'not_a_keyring',
  'unknown_version',
  'bad_parameters',
  'wrong_passphrase',
  'key_forgotten',
  'bad_note',
  'bad_statement',
  'broken_chain',
  'wrong_org',
  'not_enough_signatures',
  'bad_transition',
  'revoked_reviewer',
  'unknown_reviewer',
  'unknown_epoch',
  'epoch_not_valid',
  'retired_epoch',
  'origin_not_listed',
  'log_forked',
  'bad_mac',
  'bad_ticket',
  'not_enough_work',
] as const;

export type Errc = (typeof classes)[number];

export function fail(code: Errc, detail?: unknown): never {
  throw new CodedError(code, detail);
}

/** The failure class of what was thrown; anything else that was thrown is thrown on. */
export function classOf(error: unknown): Errc {
  if (error instanceof CodedError) {
    const found = classes.find((name) => name === error.code);
    if (found !== undefined) return found;
  }
  throw error;
}
