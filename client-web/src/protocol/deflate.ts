// Raw deflate (RFC 1951), bounded on both sides. Compressors differ, so only inflation is part of the protocol; and it
// is pinned strictly: one complete stream that ends with the last byte. fflate's inflater takes streams that are cut
// short or followed by something, and the browsers' is asynchronous and not in all of them; hence one of our own, in
// the manner of zlib's puff.c, with zlib's checks in zlib's order.
import { deflateSync } from 'fflate';
import { fail } from './errc';
import { wipe } from './sodium';

/** Errors: too_large when the result would exceed maxBytes. */
export function deflateRaw(plain: Uint8Array, maxBytes: number): Uint8Array {
  const packed = deflateSync(plain, { level: 9 });
  return packed.length <= maxBytes ? packed : fail('too_large');
}

/** One complete stream that ends with the last byte of `packed`. Errors: bad_deflate; inflates_too_far beyond maxBytes. */
export function inflateRaw(packed: Uint8Array, maxBytes: number): Uint8Array {
  return new Inflater(packed, maxBytes).run();
}

/** A canonical Huffman code: how many codes have each length, and their symbols in order. */
interface Code {
  counts: Uint16Array;
  symbols: Uint16Array;
  left: number; // codes of 15 bits that no symbol has: 0 complete, negative over-subscribed
}

function codeOf(lengths: Uint8Array): Code {
  const counts = new Uint16Array(16);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  const offsets = new Uint16Array(16);
  let left = 1;
  for (let length = 1; length < 16; ++length) {
    const count = counts[length] ?? 0;
    left = left * 2 - count;
    if (left < 0) break;
    if (length < 15) offsets[length + 1] = (offsets[length] ?? 0) + count;
  }
  const symbols = new Uint16Array(lengths.length);
  lengths.forEach((length, symbol) => {
    if (length === 0) return;
    const at = offsets[length] ?? 0;
    symbols[at] = symbol;
    offsets[length] = at + 1;
  });
  if (counts[0] === lengths.length) left = 0; // no code at all: whoever needs one fails then
  return { counts, symbols, left };
}

/** As zlib: incomplete only if it is one single code of one bit. */
function usable(code: Code, size: number): boolean {
  return code.left === 0 || (code.left > 0 && size === (code.counts[0] ?? 0) + (code.counts[1] ?? 0));
}

const lengthBase = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
];
const lengthExtra = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const distanceBase = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
  6145, 8193, 12289, 16385, 24577,
];
const distanceExtra = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];
const codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

const fixedLengths = codeOf(
  Uint8Array.from({ length: 288 }, (_, symbol) =>
    symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
  ),
);
const fixedDistances = codeOf(new Uint8Array(30).fill(5));

class Inflater {
  private readonly out: Uint8Array;
  private written = 0;
  private at = 0; // the next byte of `packed`
  private pending = 0; // bits of the byte before that are still to come
  private pendingBits = 0;

  constructor(
    private readonly packed: Uint8Array,
    private readonly max: number,
  ) {
    this.out = new Uint8Array(max);
  }

  run(): Uint8Array {
    try {
      let last = false;
      while (!last) {
        last = this.bits(1) === 1;
        const type = this.bits(2);
        if (type === 0) this.stored();
        else if (type === 1) this.compressed(fixedLengths, fixedDistances);
        else if (type === 2) this.dynamic();
        else fail('bad_deflate');
      }
      if (this.at !== this.packed.length) fail('bad_deflate');
      return this.out.slice(0, this.written);
    } finally {
      wipe(this.out);
    }
  }

  private bits(count: number): number {
    while (this.pendingBits < count) {
      this.pending |= (this.packed[this.at] ?? fail('bad_deflate')) << this.pendingBits;
      ++this.at;
      this.pendingBits += 8;
    }
    const value = this.pending & ((1 << count) - 1);
    this.pending >>>= count;
    this.pendingBits -= count;
    return value;
  }

  private symbol(code: Code): number {
    let value = 0; // the bits so far
    let first = 0; // the first code of this length
    let index = 0; // where its symbols start
    for (let length = 1; length < 16; ++length) {
      value |= this.bits(1);
      const count = code.counts[length] ?? 0;
      if (value - count < first) return code.symbols[index + value - first] ?? fail('bad_deflate');
      index += count;
      first = (first + count) << 1;
      value <<= 1;
    }
    return fail('bad_deflate');
  }

  private emit(byte: number): void {
    if (this.written === this.max) fail('inflates_too_far');
    this.out[this.written++] = byte;
  }

  private stored(): void {
    this.pending = 0;
    this.pendingBits = 0;
    const length = this.bits(16);
    if (this.bits(16) !== (length ^ 0xffff)) fail('bad_deflate');
    const part = this.packed.subarray(this.at, this.at + length);
    if (this.written + part.length > this.max) fail('inflates_too_far');
    if (part.length !== length) fail('bad_deflate');
    this.out.set(part, this.written);
    this.written += length;
    this.at += length;
  }

  private compressed(lengths: Code, distances: Code): void {
    for (;;) {
      const symbol = this.symbol(lengths);
      if (symbol === 256) return;
      if (symbol < 256) {
        this.emit(symbol);
        continue;
      }
      let length = this.withExtra(symbol - 257, lengthBase, lengthExtra);
      const distance = this.withExtra(this.symbol(distances), distanceBase, distanceExtra);
      if (distance > this.written) fail('bad_deflate');
      for (; length > 0; --length) this.emit(this.out[this.written - distance] ?? 0);
    }
  }

  private withExtra(index: number, base: number[], extra: number[]): number {
    return (base[index] ?? fail('bad_deflate')) + this.bits(extra[index] ?? 0);
  }

  private dynamic(): void {
    const lengthCount = this.bits(5) + 257;
    const distanceCount = this.bits(5) + 1;
    const codeLengthCount = this.bits(4) + 4;
    if (lengthCount > 286 || distanceCount > 30) fail('bad_deflate');

    const ofCodes = new Uint8Array(19);
    for (const symbol of codeLengthOrder.slice(0, codeLengthCount)) ofCodes[symbol] = this.bits(3);
    const codeLengths = codeOf(ofCodes);
    if (codeLengths.left !== 0) fail('bad_deflate');

    const all = new Uint8Array(lengthCount + distanceCount);
    for (let at = 0; at < all.length;) {
      const symbol = this.symbol(codeLengths);
      if (symbol < 16) {
        all[at++] = symbol;
        continue;
      }
      const value = symbol === 16 ? (all[at - 1] ?? fail('bad_deflate')) : 0;
      const repeat = symbol === 16 ? 3 + this.bits(2) : symbol === 17 ? 3 + this.bits(3) : 11 + this.bits(7);
      if (at + repeat > all.length) fail('bad_deflate');
      all.fill(value, at, at + repeat);
      at += repeat;
    }
    if (all[256] === 0) fail('bad_deflate'); // a block that could not end
    const lengths = codeOf(all.subarray(0, lengthCount));
    const distances = codeOf(all.subarray(lengthCount));
    if (!usable(lengths, lengthCount) || !usable(distances, distanceCount)) fail('bad_deflate');
    this.compressed(lengths, distances);
  }
}
