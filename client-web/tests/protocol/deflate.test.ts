// The inflater against zlib's: what zlib takes it takes, with the same result; what zlib refuses it refuses.
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { deflateRaw, inflateRaw } from '../../src/protocol/deflate';
import { randomBytes, ready } from '../../src/protocol/sodium';
import { outcome } from '../vectors';

const max = 65_536;

function samples(): Uint8Array[] {
  const text = new TextEncoder().encode('지난 3월 총무과장이 식사비를 요구했습니다. '.repeat(300));
  return [new Uint8Array(0), new Uint8Array(max), randomBytes(5000), text, randomBytes(7)];
}

describe('deflate', () => {
  beforeAll(ready);

  test('inflates what zlib deflates in every way it has, and what we deflate', () => {
    for (const plain of samples()) {
      for (const level of [0, 1, 9])
        for (const strategy of [constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY]) {
          const packed = deflateRawSync(plain, { level, strategy });
          expect(Buffer.compare(inflateRaw(packed, max), plain)).toBe(0);
        }
      const ours = deflateRaw(plain, max + 100);
      expect(Buffer.compare(inflateRaw(ours, max), plain)).toBe(0);
      expect(Buffer.compare(inflateRawSync(ours), plain)).toBe(0);
    }
  });

  test('bounds both directions', () => {
    expect(outcome(() => inflateRaw(deflateRawSync(new Uint8Array(max + 1)), max)).class).toBe(
      'inflates_too_far',
    );
    expect(outcome(() => inflateRaw(deflateRawSync(new Uint8Array(1 << 24)), max)).class).toBe(
      'inflates_too_far',
    );
    expect(outcome(() => deflateRaw(randomBytes(1000), 1000)).class).toBe('too_large');
  });

  test('refuses what is cut short or goes on, at every length', () => {
    for (const plain of samples()) {
      const packed = deflateRawSync(plain);
      for (let length = Math.max(0, packed.length - 300); length < packed.length; ++length)
        expect(outcome(() => inflateRaw(packed.subarray(0, length), max)).class).toBe('bad_deflate');
      expect(outcome(() => inflateRaw(Buffer.concat([packed, Buffer.of(0)]), max)).class).toBe('bad_deflate');
    }
  });

  test('agrees with zlib on damaged streams', () => {
    const good = deflateRawSync(samples()[3] ?? new Uint8Array());
    let taken = 0;
    for (let bit = 0; bit < good.length * 8; ++bit) {
      const bad = Uint8Array.from(good);
      bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const ours = outcome(() => inflateRaw(bad, max));
      let theirs: Buffer | undefined;
      try {
        const { buffer, engine } = inflateRawSync(bad, { info: true, maxOutputLength: max }) as unknown as {
          buffer: Buffer;
          engine: { bytesWritten: number };
        };
        if (engine.bytesWritten === bad.length) theirs = buffer;
      } catch {
        theirs = undefined;
      }
      expect(ours.class === 'ok').toBe(theirs !== undefined);
      if (theirs !== undefined && ours.value !== undefined) {
        expect(Buffer.compare(ours.value, theirs)).toBe(0);
        ++taken;
      }
    }
    expect(taken).toBeGreaterThan(0);
  });
});
