// Bounded reading of bytes from outside, shared by the cleaners.
import { Inflate } from 'fflate';
import type { Removal, Residue } from '../../contract';

export interface Findings {
  removed: Set<Removal>;
  residue: Set<Residue>;
}

export const findings = (): Findings => ({ removed: new Set(), residue: new Set() });

/** Thrown by a cleaner that cannot go on; the file stays as it was and is named `residue`. */
export class NotCleanable extends Error {
  constructor(readonly residue: Residue) {
    super(residue);
  }
}

export const notReadable = () => new NotCleanable('not_readable');

/** A view for reading numbers; out of bounds it throws a RangeError, which clean() takes for 'not_readable'. */
export const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Bytes as text, one UTF-16 unit a byte. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
}

export function fromLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

export function startsWith(bytes: Uint8Array, prefix: string, at = 0): boolean {
  return latin1(bytes.subarray(at, at + prefix.length)) === prefix;
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Undoes raw deflate; throws NotCleanable 'too_large_to_clean' past `limit` bytes and fflate's errors on damage. */
export function inflate(deflated: Uint8Array, limit: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let size = 0;
  const inflater = new Inflate((part) => {
    size += part.length;
    if (size > limit) throw new NotCleanable('too_large_to_clean');
    parts.push(part);
  });
  const step = 16384; // deflate grows at most 1032-fold: 16 MiB at a time
  for (let at = 0; at < deflated.length || at === 0; at += step) {
    inflater.push(deflated.subarray(at, at + step), at + step >= deflated.length);
  }
  return join(parts);
}

/** Undoes zlib's wrapping of deflate. Its checksum is not looked at: many writers leave a wrong one. */
export function unzlib(bytes: Uint8Array, limit: number): Uint8Array {
  const view = viewOf(bytes);
  if ((view.getUint8(0) & 15) !== 8 || view.getUint16(0) % 31 !== 0 || (view.getUint8(1) & 32) !== 0) {
    throw notReadable();
  }
  return inflate(bytes.subarray(2), limit);
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  return value;
});

/** The checksum of PNG and ZIP. */
export function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ (crcTable[(value ^ byte) & 255] ?? 0);
  return ~value >>> 0;
}
