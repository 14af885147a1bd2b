// `org`, the organisation's name for ever, as people see it: on the poster, in a terminal, read over a telephone.
//   org = BLAKE2b-256("changgu/org/v1" ‖ signed text of the genesis statement)
// Twenty-four words are the 32 bytes and a checksum byte; 64 hexadecimal digits are taken as well.
import type { Language } from '../i18n/language';
import { byteAt, concat, fromHex } from './bytes';
import { fail } from './errc';
import { H, type Part } from './hash';
import { label } from './labels';
import { fromWords, toWords } from './wordlist';

const wordCount = 24;
const orgSize = 32;

const checksum = (org: Uint8Array) => H(32, label.fingerprintCheck, org).subarray(0, 1);

export function orgOf(genesisText: Part): Uint8Array {
  return H(orgSize, label.org, genesisText);
}

export function toFingerprintWords(org: Uint8Array, language: Language): string[] {
  return toWords(concat(org, checksum(org)), language);
}

/** Words of either list or hexadecimal. Errors: bad_encoding, bad_length, word_not_in_list {position}, bad_checksum. */
export function parseFingerprint(text: string): Uint8Array {
  if (text.length === 2 * orgSize && /^[\x20-\x7e]*$/.test(text)) return fromHex(text);
  const raw = fromWords(text, wordCount);
  const org = raw.slice(0, orgSize);
  return byteAt(raw, orgSize) === byteAt(checksum(org), 0) ? org : fail('bad_checksum');
}
