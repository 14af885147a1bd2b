// The keyring file, of roots and of reviewers alike: secrets as JSON, padded to a size class, sealed under a
// passphrase, or under a locker's key when the server keeps it. Layout: docs/protocol.md, section 4.1.
import { byteAt, concat, equal, fromU32, isZero, u32, utf8 } from './bytes';
import { fail } from './errc';
import { argon2id, randomBytes, sodium, wipe } from './sodium';

const sizes = [4_096, 16_384, 65_536, 262_144, 1_048_576];
const magic = 'CHANGGUK';
const version = 1;
const underPassphrase = 1;
const underLocker = 2;

const saltOffset = 20;
const nonceOffset = 36;
const headerSize = 60;
const tagSize = 16;

export interface Argon2Cost {
  passes: number; // 1 to 10
  memoryKib: number; // 8,192 to 1,048,576
}
const defaultCost: Argon2Cost = { passes: 3, memoryKib: 262_144 };

function checkCost({ passes, memoryKib }: Argon2Cost): void {
  if (passes < 1 || passes > 10 || memoryKib < 8_192 || memoryKib > 1_048_576) fail('bad_parameters');
}

function encrypt(header: Uint8Array, json: Uint8Array, key: Uint8Array): Uint8Array<ArrayBuffer> {
  const size = sizes.find((s) => json.length < s - headerSize - tagSize) ?? fail('too_large');
  const block = new Uint8Array(size - headerSize - tagSize);
  block.set(json);
  block[json.length] = 0x80;
  const nonce = header.slice(nonceOffset);
  const body = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(block, header, null, nonce, key);
  wipe(block);
  return concat(header, body);
}

function decrypt(file: Uint8Array, key: Uint8Array): Uint8Array {
  const header = file.slice(0, headerSize);
  let block: Uint8Array;
  try {
    const body = file.subarray(headerSize);
    block = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
      null,
      body,
      header,
      header.slice(nonceOffset),
      key,
    );
  } catch {
    return fail('wrong_passphrase');
  }
  let end = block.length - 1;
  while (end > 0 && block[end] === 0) end--;
  if (block[end] !== 0x80) return fail('bad_padding');
  const json = block.slice(0, end);
  wipe(block);
  return json;
}

function checkHeader(file: Uint8Array, wrapping: number): void {
  if (!sizes.includes(file.length) || !equal(file.subarray(0, magic.length), utf8(magic)))
    fail('not_a_keyring');
  if (byteAt(file, 8) !== version || byteAt(file, 9) !== wrapping) fail('unknown_version');
  if (!isZero(file.subarray(10, 12))) fail('nonzero_reserved');
}

/** Errors: too_large (beyond 1 MiB), bad_parameters. Takes the cost's memory and some second. */
export function sealKeyring(
  json: Uint8Array,
  passphrase: Uint8Array,
  cost = defaultCost,
): Uint8Array<ArrayBuffer> {
  checkCost(cost);
  const salt = randomBytes(nonceOffset - saltOffset);
  const start = Uint8Array.of(version, underPassphrase, 0, 0);
  const nonce = randomBytes(headerSize - nonceOffset);
  const header = concat(utf8(magic), start, u32(cost.passes), u32(cost.memoryKib), salt, nonce);
  const key = argon2id(passphrase, salt, cost.passes, cost.memoryKib * 1024);
  const file = encrypt(header, json, key);
  wipe(key);
  return file;
}

/** Errors: not_a_keyring, unknown_version, bad_parameters, wrong_passphrase (or altered), bad_padding. */
export function openKeyring(file: Uint8Array, passphrase: Uint8Array): Uint8Array {
  checkHeader(file, underPassphrase);
  const cost = { passes: fromU32(file, 12), memoryKib: fromU32(file, 16) };
  checkCost(cost);
  const key = argon2id(passphrase, file.slice(saltOffset, nonceOffset), cost.passes, cost.memoryKib * 1024);
  try {
    return decrypt(file, key);
  } finally {
    wipe(key);
  }
}

/** The same format under a ready key, for keyrings kept on the server. Errors: too_large. */
export function wrapKeyring(json: Uint8Array, key: Uint8Array): Uint8Array<ArrayBuffer> {
  const start = Uint8Array.of(version, underLocker);
  const zeros = new Uint8Array(nonceOffset - magic.length - start.length);
  return encrypt(concat(utf8(magic), start, zeros, randomBytes(headerSize - nonceOffset)), json, key);
}

/** Errors: as those of openKeyring; wrong_passphrase for a wrong key, nonzero_reserved for Argon2id's parameters. */
export function unwrapKeyring(wrapped: Uint8Array, key: Uint8Array): Uint8Array {
  checkHeader(wrapped, underLocker);
  if (!isZero(wrapped.subarray(12, nonceOffset))) fail('nonzero_reserved');
  return decrypt(wrapped, key);
}
