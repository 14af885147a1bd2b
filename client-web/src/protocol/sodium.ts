// libsodium, which must be ready() before anything else of src/protocol runs. Only a worker comes here: the module is
// large, and it would otherwise be shipped to the page as well.
//
// The wrappers copy their arguments into WebAssembly's memory and free them unwiped; what is wiped here is what
// JavaScript can reach.
import sodium from 'libsodium-wrappers-sumo';
import { CodedError } from '../rpc/rpc';

export { sodium };

const startTimeout = 15_000; // milliseconds; a phone takes one second

/**
 * Resolves when libsodium can be used. Errors: no_webassembly. Where a policy forbids WebAssembly, libsodium's own
 * promise never settles: hence the time limit.
 */
export async function ready(): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new CodedError('no_webassembly'));
    }, startTimeout);
  });
  try {
    await Promise.race([sodium.ready, late]);
  } catch {
    throw new CodedError('no_webassembly');
  } finally {
    clearTimeout(timer);
  }
}

export function wipe(...secrets: (Uint8Array | undefined)[]): void {
  for (const secret of secrets) if (secret !== undefined) sodium.memzero(secret);
}

/** Constant time in the content; lengths are public. */
export function equalConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && sodium.memcmp(a, b);
}

export interface BoxKeyPair {
  publicKey: Uint8Array; // X25519, 32 bytes
  secretKey: Uint8Array; // 32 bytes
}

export function randomBoxKeyPair(): BoxKeyPair {
  const { publicKey, privateKey } = sodium.crypto_box_keypair();
  return { publicKey, secretKey: privateKey };
}

export function boxKeyPairFrom(seed: Uint8Array): BoxKeyPair {
  const { publicKey, privateKey } = sodium.crypto_box_seed_keypair(seed);
  return { publicKey, secretKey: privateKey };
}

export function randomBytes(size: number): Uint8Array {
  return sodium.randombytes_buf(size);
}

/** Argon2id 1.3, one lane, 32 bytes. `memory` is in bytes. */
export function argon2id(password: Uint8Array, salt: Uint8Array, passes: number, memory: number): Uint8Array {
  return sodium.crypto_pwhash(32, password, salt, passes, memory, sodium.crypto_pwhash_ALG_ARGON2ID13);
}
