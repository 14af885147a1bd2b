// BLAKE2b, SHA-256 and crypto_kdf, each over labelled input. A part that is text stands for its UTF-8.
import { concat, utf8 } from './bytes';
import { sodium, wipe } from './sodium';

export type Part = Uint8Array | string;

function blake2b(size: number, key: Uint8Array | null, parts: Part[]): Uint8Array {
  const joined = concat(...parts.map((part) => (typeof part === 'string' ? utf8(part) : part)));
  const out = sodium.crypto_generichash(size, joined, key);
  wipe(joined); // a part may be a token
  return out;
}

/** `H(n, parts…)` of the protocol: BLAKE2b with `size` bytes of output (16 to 64). */
export function H(size: number, ...parts: Part[]): Uint8Array {
  return blake2b(size, null, parts);
}

/** `HK(key, parts…)`: keyed BLAKE2b, 32 bytes. `key` has 16 to 64 bytes. */
export function HK(key: Uint8Array, ...parts: Part[]): Uint8Array {
  return blake2b(32, key, parts);
}

export function sha256(b: Uint8Array): Uint8Array {
  return sodium.crypto_hash_sha256(b);
}

/** crypto_kdf: the `id`-th 32-byte child of a 32-byte secret under an 8-byte context. */
export function kdf(key: Uint8Array, id: number, context: string): Uint8Array {
  return sodium.crypto_kdf_derive_from_key(32, BigInt(id), context, key);
}
