// A case: a numbered row of events, each written once at an address that only the case key gives.
//
//   token[j] = kdf(case key, j, "casetok_")    address[j] = BLAKE2b-256("changgu/case-address/v1" ‖ token[j])
//   key[j]   = kdf(case key, j, "casekey_")
//
//   offset  bytes  what
//        0      1  suite = 1
//        1      7  zero
//        8     24  nonce, random
//       32   8160  XChaCha20-Poly1305(key[j], nonce, AD = org ‖ address[j] ‖ bytes 0..32) of a frame padded to 8144,
//                  tag last
//
// Whoever finds address j taken reads it and goes on to j + 1; that alone orders the events.
import { byteAt, concat, fromUtf8, isZero, toBase64, utf8 } from './bytes';
import { suite1 } from './envelope';
import { fail } from './errc';
import { maxInflatedSize, messageKind, packFrame, unpackFrame, verifyFrame, type Frame } from './frame';
import { H, kdf } from './hash';
import { writeJson, type JsonObject, type Members } from './json';
import { label } from './labels';
import type { SignKeyPair } from './signing';
import { randomBytes, sodium, wipe } from './sodium';

export const eventSize = 8192;
const blockSize = 8144;
const headerSize = 32;

export function caseToken(caseKey: Uint8Array, j: number): Uint8Array {
  return kdf(caseKey, j, label.kdfCaseToken);
}
export function caseAddress(token: Uint8Array): Uint8Array {
  return H(32, label.caseAddress, token);
}
/** Where event j of a case is. */
export function eventAddress(caseKey: Uint8Array, j: number): Uint8Array {
  return caseAddress(caseToken(caseKey, j));
}

/** Signed by a reviewer's identity, sealed for everyone who has the case key. Errors: too_large. */
export function sealEvent(
  org: Uint8Array,
  caseKey: Uint8Array,
  j: number,
  reviewer: SignKeyPair,
  event: JsonObject,
): Uint8Array<ArrayBuffer> {
  const address = eventAddress(caseKey, j);
  const header = concat(Uint8Array.of(suite1.id, 0, 0, 0, 0, 0, 0, 0), randomBytes(24));
  const place = { org, headerHash: H(32, header), context: address };
  const block = packFrame(messageKind.event, reviewer, writeJson(event), place, blockSize);
  const key = kdf(caseKey, j, label.kdfCaseKey);
  try {
    const ad = concat(org, address, header);
    const nonce = header.subarray(8);
    return concat(header, sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(block, ad, null, nonce, key));
  } finally {
    wipe(block, key);
  }
}

/** Errors: bad_length, unknown_suite, nonzero_reserved, bad_tag, those of unpackFrame, wrong_kind. */
export function openEvent(org: Uint8Array, caseKey: Uint8Array, j: number, sealed: Uint8Array): Frame {
  if (sealed.length !== eventSize) return fail('bad_length');
  if (byteAt(sealed, 0) !== suite1.id) return fail('unknown_suite');
  if (!isZero(sealed.subarray(1, 8))) return fail('nonzero_reserved');
  const address = eventAddress(caseKey, j);
  const header = sealed.subarray(0, headerSize);
  const key = kdf(caseKey, j, label.kdfCaseKey);
  const block = opened(sealed.subarray(headerSize), concat(org, address, header), header.subarray(8), key);
  try {
    const frame = unpackFrame(block, { org, headerHash: H(32, header), context: address });
    return frame.kind === messageKind.event ? frame : fail('wrong_kind');
  } finally {
    wipe(block, key);
  }
}

function opened(body: Uint8Array, ad: Uint8Array, nonce: Uint8Array, key: Uint8Array): Uint8Array {
  try {
    return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, body, ad, nonce, key);
  } catch {
    return fail('bad_tag');
  }
}

/**
 * A report or follow-up kept in its case, so that the case outlives its epoch: the message with all that its signature
 * covers. Errors: bad_encoding (JSON that is no text).
 */
export function snapshotOf(message: Frame, headerHash: Uint8Array, context: Uint8Array): JsonObject {
  return {
    type: 'snapshot',
    kind: message.kind,
    signer: toBase64(message.signer),
    signature: toBase64(message.signature),
    header_hash: toBase64(headerHash),
    context: toBase64(context),
    json: fromUtf8(message.json),
  };
}

/** The message again, its signature verified. Errors: bad_field, bad_signature, wrong_kind. */
export function messageOfSnapshot(org: Uint8Array, snapshot: Members): Frame {
  const message: Frame = {
    kind: snapshot.integer('kind', 255),
    signer: snapshot.bytes('signer', 32),
    signature: snapshot.bytes('signature', 64),
    json: utf8(snapshot.string('json', maxInflatedSize)),
  };
  const headerHash = snapshot.bytes('header_hash', 32);
  verifyFrame(message, { org, headerHash, context: snapshot.bytes('context', 32) });
  return message;
}
