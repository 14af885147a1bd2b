// What is inside every envelope and case event: a kind, a signature and JSON, deflated and padded to one size.
//
//   offset  bytes  before deflation
//        0      1  kind
//        1     32  signer's Ed25519 key
//       33     64  signature over  length(tag) ‖ tag ‖ org ‖ header hash ‖ context ‖ JSON
//       97      …  JSON
//
// The whole is raw-deflated and padded with 0x80 0x00… to the block's size.
import { byteAt, concat, utf8 } from './bytes';
import { deflateRaw, inflateRaw } from './deflate';
import { fail } from './errc';
import { label } from './labels';
import { sign, verify, type SignKeyPair } from './signing';
import { sodium, wipe } from './sodium';

export const messageKind = { report: 1, followUp: 2, reply: 3, event: 4, handover: 5 } as const;
export type MessageKind = (typeof messageKind)[keyof typeof messageKind];

const tags: Partial<Record<number, string>> = {
  [messageKind.report]: label.signReport,
  [messageKind.followUp]: label.signFollowUp,
  [messageKind.reply]: label.signReply,
  [messageKind.event]: label.signEvent,
  [messageKind.handover]: label.signHandover,
};

/** The tag that a kind is signed under; undefined for a kind this version does not know. */
export function signingTag(kind: number): string | undefined {
  return tags[kind];
}

const prefixSize = 1 + 32 + 64;
export const maxInflatedSize = 65_536;

/** Where a frame stands: everything its signature covers besides the JSON. */
export interface FramePlace {
  org: Uint8Array;
  headerHash: Uint8Array; // BLAKE2b-256 of the bytes before the ciphertext
  context: Uint8Array; // of a report, follow-up or hand-over the epoch statement's hash; else the address
}

export interface Frame {
  kind: number;
  signer: Uint8Array;
  signature: Uint8Array;
  json: Uint8Array;
}

/** The frame deflated to less than `blockSize` bytes. Errors: too_large. */
function packed(
  kind: MessageKind,
  signer: SignKeyPair,
  json: string,
  place: FramePlace,
  blockSize: number,
): Uint8Array {
  const jsonBytes = utf8(json);
  if (jsonBytes.length > maxInflatedSize - prefixSize) return fail('too_large');
  const tag = signingTag(kind) ?? fail('wrong_kind');
  const signature = sign(signer.secretKey, tag, place.org, place.headerHash, place.context, jsonBytes);
  const plain = concat(Uint8Array.of(kind), signer.publicKey, signature, jsonBytes);
  try {
    return deflateRaw(plain, blockSize - 1);
  } finally {
    wipe(plain, jsonBytes);
  }
}

/**
 * How many bytes of its block a frame with this JSON takes. `keys` is 96 bytes as incompressible as a key and a signature.
 */
export function packedSize(json: string, keys: Uint8Array): number {
  const plain = concat(Uint8Array.of(messageKind.report), keys, utf8(json));
  const size = deflateRaw(plain, Number.MAX_SAFE_INTEGER).length;
  wipe(plain);
  return size;
}

/** The padded block, ready to encrypt. Errors: too_large. */
export function packFrame(
  kind: MessageKind,
  signer: SignKeyPair,
  json: string,
  place: FramePlace,
  blockSize: number,
): Uint8Array {
  const body = packed(kind, signer, json, place, blockSize);
  const block = sodium.pad(body, blockSize);
  wipe(body);
  return block;
}

/**
 * Unpads, inflates and verifies the signature. Of an unknown kind the signature cannot be checked: it is returned for
 * the reader to be told of, and nothing in it may be believed.
 * Errors: bad_padding, bad_deflate, inflates_too_far, frame_too_short, bad_signature.
 */
export function unpackFrame(block: Uint8Array, place: FramePlace): Frame {
  let body: Uint8Array;
  try {
    body = sodium.unpad(block, block.length);
  } catch {
    return fail('bad_padding');
  }
  const plain = inflateRaw(body, maxInflatedSize);
  if (plain.length < prefixSize) return fail('frame_too_short');
  const frame: Frame = {
    kind: byteAt(plain, 0),
    signer: plain.slice(1, 33),
    signature: plain.slice(33, prefixSize),
    json: plain.slice(prefixSize),
  };
  wipe(plain, body);
  if (signingTag(frame.kind) !== undefined) verifyFrame(frame, place);
  return frame;
}

/** Verifies a frame's signature anew, away from its envelope (a snapshot in a case). Errors: bad_signature, wrong_kind. */
export function verifyFrame(frame: Frame, place: FramePlace): void {
  const tag = signingTag(frame.kind) ?? fail('wrong_kind');
  verify(frame.signer, frame.signature, tag, place.org, place.headerHash, place.context, frame.json);
}
