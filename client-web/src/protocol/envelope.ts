// The envelope of suite 1: exactly 8192 bytes, whoever sends it and whatever it says.
//
//   offset  bytes  what
//        0      1  suite = 1
//        1      4  epoch, big-endian; 0 in a reply
//        5      3  zero
//        8  16×81  slots: crypto_box_seal(share index ‖ content key)
//     1304     32  commitment: BLAKE2b-256 keyed with the content key over bytes 0..1304
//     1336   6856  XChaCha20-Poly1305(content key, nonce zero, AD = org ‖ context ‖ bytes 0..1336), tag last
//
// Slot k belongs to recipient k of the epoch statement; in a reply slot 0 belongs to the reporter. Every other slot, an
// excluded recipient's too, is a decoy sealed to a key pair that is dropped: random bytes would be recognisable, since
// half of them are no curve point. A content key encrypts one body, hence the zero nonce.
import { CodedError } from '../rpc/rpc';
import { byteAt, concat, fromU32, isZero, u32 } from './bytes';
import { fail } from './errc';
import { packFrame, unpackFrame, type Frame, type MessageKind } from './frame';
import { H, HK, kdf } from './hash';
import { label } from './labels';
import type { SignKeyPair } from './signing';
import { equalConstantTime, randomBoxKeyPair, randomBytes, sodium, wipe, type BoxKeyPair } from './sodium';

export const suite1 = {
  id: 1,
  slotCount: 16,
  slotSize: 81,
  slotsOffset: 8,
  commitmentOffset: 1304,
  headerSize: 1336,
  blockSize: 6840,
  envelopeSize: 8192,
} as const;
const shareSize = 33;
const shareIndex = 0;
const zeroNonce = new Uint8Array(24);

function newHeader(epoch: number): Uint8Array {
  const header = new Uint8Array(suite1.headerSize);
  header[0] = suite1.id;
  header.set(u32(epoch), 1);
  return header;
}

/** A decoy (no recipient) costs what a real slot costs and differs from it only in that nobody has the key. */
function sealedSlot(to: Uint8Array | undefined, contentKey: Uint8Array): Uint8Array {
  const share = to === undefined ? randomBytes(shareSize) : concat(Uint8Array.of(shareIndex), contentKey);
  try {
    return sodium.crypto_box_seal(share, to ?? randomBoxKeyPair().publicKey);
  } catch {
    return fail('bad_key');
  } finally {
    wipe(share);
  }
}

function sealSlots(header: Uint8Array, slots: (Uint8Array | undefined)[], contentKey: Uint8Array): void {
  for (let k = 0; k < suite1.slotCount; ++k)
    header.set(sealedSlot(slots[k], contentKey), suite1.slotsOffset + k * suite1.slotSize);
}

const commitmentOf = (contentKey: Uint8Array, header: Uint8Array) =>
  HK(contentKey, header.subarray(0, suite1.commitmentOffset));

/**
 * Seals one message. `slots` are recipients' X25519 keys, at most 16; undefined or missing ones are decoys. Epoch 0 is
 * a reply. Errors: too_large (send the text as a file), bad_key (a recipient's key is of small order), bad_length.
 */
export function sealEnvelope(
  org: Uint8Array,
  epoch: number,
  context: Uint8Array,
  slots: (Uint8Array | undefined)[],
  kind: MessageKind,
  signer: SignKeyPair,
  json: string,
): Uint8Array<ArrayBuffer> {
  if (slots.length > suite1.slotCount) return fail('bad_length');
  const contentKey = randomBytes(32);
  const header = newHeader(epoch);
  let block: Uint8Array | undefined;
  try {
    sealSlots(header, slots, contentKey);
    header.set(commitmentOf(contentKey, header), suite1.commitmentOffset);
    block = packFrame(kind, signer, json, { org, headerHash: H(32, header), context }, suite1.blockSize);
    const ad = concat(org, context, header);
    const body = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(block, ad, null, zeroNonce, contentKey);
    return concat(header, body);
  } finally {
    wipe(contentKey, block);
  }
}

/** What a server may know of an envelope. Errors: bad_length, unknown_suite, nonzero_reserved. */
export function readHeader(envelope: Uint8Array): { suite: number; epoch: number } {
  const suite = byteAt(envelope, 0);
  if (suite !== suite1.id) return fail('unknown_suite');
  if (envelope.length !== suite1.envelopeSize) return fail('bad_length');
  if (!isZero(envelope.subarray(5, 8))) return fail('nonzero_reserved');
  return { suite, epoch: fromU32(envelope, 1) };
}

export interface OpenedEnvelope {
  message: Frame;
  headerHash: Uint8Array;
  contentKey: Uint8Array; // of this envelope: the case key is its child
}

/**
 * Opens one slot. A slot_not_mine is ordinary (chaff, a decoy); any error after it in the list below is an alarm,
 * because whoever sealed the slot knew its key. Errors: bad_length, unknown_suite, nonzero_reserved, wrong_epoch,
 * slot_not_mine | bad_share_index, bad_commitment, bad_tag, and those of unpackFrame.
 */
export function openEnvelope(
  org: Uint8Array,
  envelope: Uint8Array,
  epoch: number,
  context: Uint8Array,
  slot: number,
  mine: BoxKeyPair,
): OpenedEnvelope {
  if (readHeader(envelope).epoch !== epoch) return fail('wrong_epoch');
  if (slot >= suite1.slotCount) return fail('bad_length');
  const start = suite1.slotsOffset + slot * suite1.slotSize;
  const share = openedSlot(envelope.subarray(start, start + suite1.slotSize), mine);
  const contentKey = share.slice(1);
  const index = byteAt(share, 0);
  wipe(share);
  let block: Uint8Array | undefined;
  try {
    if (index !== shareIndex) return fail('bad_share_index');
    const header = envelope.subarray(0, suite1.headerSize);
    const commitment = header.subarray(suite1.commitmentOffset);
    if (!equalConstantTime(commitmentOf(contentKey, header), commitment)) return fail('bad_commitment');
    block = openedBody(envelope.subarray(suite1.headerSize), concat(org, context, header), contentKey);
    const headerHash = H(32, header);
    return { message: unpackFrame(block, { org, headerHash, context }), headerHash, contentKey };
  } catch (error) {
    wipe(contentKey);
    throw error;
  } finally {
    wipe(block);
  }
}

function openedSlot(sealed: Uint8Array, mine: BoxKeyPair): Uint8Array {
  try {
    return sodium.crypto_box_seal_open(sealed, mine.publicKey, mine.secretKey);
  } catch {
    return fail('slot_not_mine');
  }
}

function openedBody(body: Uint8Array, ad: Uint8Array, contentKey: Uint8Array): Uint8Array {
  try {
    return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, body, ad, zeroNonce, contentKey);
  } catch {
    return fail('bad_tag');
  }
}

const alarms = [
  'bad_share_index',
  'bad_commitment',
  'bad_tag',
  'bad_padding',
  'bad_deflate',
  'inflates_too_far',
  'frame_too_short',
  'bad_signature',
];

/** Whether what openEnvelope threw is an alarm. */
export function isAlarm(error: unknown): boolean {
  return error instanceof CodedError && alarms.includes(error.code);
}

export function envelopeId(envelope: Uint8Array): Uint8Array {
  return H(32, envelope);
}

/** The key of the case that a thread's first report opens. */
export function caseKeyOf(contentKey: Uint8Array): Uint8Array {
  return kdf(contentKey, 2, label.kdfCase);
}
