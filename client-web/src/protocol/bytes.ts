// Byte strings and their text encodings. Encodings are canonical: what decodes is exactly what would be encoded.
import { fail } from './errc';
import { sodium } from './sodium';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** Errors: bad_encoding. A byte order mark is kept as a character. */
export function fromUtf8(b: Uint8Array): string {
  try {
    return decoder.decode(b);
  } catch {
    return fail('bad_encoding');
  }
}

export function concat(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** For public bytes; secrets are compared with equalConstantTime(). */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((x, i) => x === b[i]);
}

/** Bytewise order. */
export function compare(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; ++i) {
    const difference = byteAt(a, i) - byteAt(b, i);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** The byte at i; beyond the end bad_length. */
export function byteAt(b: Uint8Array, i: number): number {
  return b[i] ?? fail('bad_length');
}

/** Exactly `size` bytes, or bad_length. */
export function sized(b: Uint8Array, size: number): Uint8Array {
  return b.length === size ? b : fail('bad_length');
}

export function isZero(b: Uint8Array): boolean {
  return b.every((x) => x === 0);
}

export function u16(n: number): Uint8Array {
  return Uint8Array.of((n >>> 8) & 0xff, n & 0xff);
}
export function u32(n: number): Uint8Array {
  return Uint8Array.of((n >>> 24) & 0xff, (n >>> 16) & 0xff, (n >>> 8) & 0xff, n & 0xff);
}
export function fromU32(b: Uint8Array, at = 0): number {
  return new DataView(b.buffer, b.byteOffset, b.byteLength).getUint32(at);
}
/** For n below 2^53. */
export function u64(n: number): Uint8Array {
  return concat(u32(Math.floor(n / 0x1_0000_0000)), u32(n % 0x1_0000_0000));
}

export function toHex(b: Uint8Array): string {
  return Array.from(b, (x) => x.toString(16).padStart(2, '0')).join('');
}
/** Either case. Errors: bad_encoding. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  if (!/^(?:[0-9a-f]{2})*$/i.test(text)) return fail('bad_encoding');
  const out = new Uint8Array(text.length / 2);
  for (let i = 0; i < out.length; ++i) out[i] = parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return out;
}

export function toBase64(b: Uint8Array): string {
  return sodium.to_base64(b, sodium.base64_variants.ORIGINAL);
}
/** RFC 4648, padded, canonical. Errors: bad_encoding. */
export function fromBase64(text: string): Uint8Array {
  let out: Uint8Array;
  try {
    out = sodium.from_base64(text, sodium.base64_variants.ORIGINAL);
  } catch {
    return fail('bad_encoding');
  }
  return toBase64(out) === text ? out : fail('bad_encoding');
}

const base32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** Small letters, without padding. */
export function toBase32(b: Uint8Array): string {
  let out = '';
  let pending = 0;
  let bits = 0;
  for (const x of b) {
    pending = (pending << 8) | x;
    for (bits += 8; bits >= 5; bits -= 5) out += base32.charAt((pending >>> (bits - 5)) & 31);
    pending &= (1 << bits) - 1;
  }
  if (bits > 0) out += base32.charAt((pending << (5 - bits)) & 31);
  return out;
}

/** Either case; skips '-' and blanks. Errors: bad_encoding. */
export function fromBase32(text: string): Uint8Array {
  const symbols = text.replace(/[- \n\r\t]/g, '');
  if (!/^[a-z2-7]*$/i.test(symbols)) return fail('bad_encoding');
  const out: number[] = [];
  let pending = 0;
  let bits = 0;
  for (const symbol of symbols.toLowerCase()) {
    pending = (pending << 5) | base32.indexOf(symbol);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out.push(pending >>> bits);
      pending &= (1 << bits) - 1;
    }
  }
  // A final group holds 2, 4, 5 or 7 symbols, and its spare bits are zero.
  if ([1, 3, 6].includes(symbols.length % 8) || pending !== 0) return fail('bad_encoding');
  return Uint8Array.from(out);
}
