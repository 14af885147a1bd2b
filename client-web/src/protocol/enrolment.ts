// How a new reviewer's keys reach the admin without the server being able to put its own in their place.
//
//   code     = id (8) ‖ secret (16) ‖ checksum, in base32: 40 letters and digits in groups of five
//   checksum = first byte of BLAKE2b-256("changgu/enrol-check/v1" ‖ id ‖ secret)
//   mac      = BLAKE2b-256 keyed with secret over "changgu/enrol/v1" ‖ org ‖ id ‖ number ‖ identity ‖ prekeys
//   prekeys  = for each: epoch (4) ‖ key (32) ‖ signature (64)
//
// Only the id reaches the server. The admin's own machine checks the mac before it signs anything.
import { concat, fromBase32, toBase32, u32 } from './bytes';
import { fail } from './errc';
import { H, HK } from './hash';
import { label } from './labels';
import type { Prekey } from './ratchet';
import { verifyPrekey } from './signing';
import { equalConstantTime, randomBytes, wipe } from './sodium';

const codeSize = 8 + 16 + 1;
const maxTyped = 200; // characters

export interface EnrolmentCode {
  id: Uint8Array; // 8 bytes
  secret: Uint8Array; // 16 bytes
}

export interface EnrolmentRequest {
  number: number;
  identity: Uint8Array;
  prekeys: Prekey[];
}

function checksum({ id, secret }: EnrolmentCode): Uint8Array {
  return H(32, label.enrolmentCheck, id, secret).slice(0, 1);
}

export function randomEnrolmentCode(): EnrolmentCode {
  return { id: randomBytes(8), secret: randomBytes(16) };
}

export function enrolmentCodeText(code: EnrolmentCode): string {
  const groups = toBase32(concat(code.id, code.secret, checksum(code))).match(/.{1,5}/g) ?? [];
  return groups.join('-');
}

/** Errors: bad_encoding, bad_length, bad_checksum. */
export function parseEnrolmentCode(text: string): EnrolmentCode {
  if (text.length > maxTyped) return fail('bad_length');
  const raw = fromBase32(text);
  if (raw.length !== codeSize) return fail('bad_length');
  const code = { id: raw.slice(0, 8), secret: raw.slice(8, 24) };
  const good = equalConstantTime(raw.slice(24), checksum(code));
  wipe(raw);
  return good ? code : fail('bad_checksum');
}

export function enrolmentMac(r: EnrolmentRequest, org: Uint8Array, code: EnrolmentCode): Uint8Array {
  const prekeys = r.prekeys.flatMap((p) => [u32(p.epoch), p.key, p.signature]);
  return HK(code.secret, label.enrolment, org, code.id, u32(r.number), r.identity, ...prekeys);
}

/** The mac in constant time, then every prekey's signature. Errors: bad_mac, bad_signature. */
export function verifyEnrolment(
  r: EnrolmentRequest,
  mac: Uint8Array,
  org: Uint8Array,
  code: EnrolmentCode,
): void {
  if (!equalConstantTime(enrolmentMac(r, org, code), mac)) fail('bad_mac');
  for (const { epoch, key, signature } of r.prekeys)
    verifyPrekey(r.identity, signature, org, { number: r.number, epoch, key });
}
