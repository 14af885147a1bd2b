import { expect, test } from 'vitest';
import { imageTypeOf, textOf } from '../../../src/review/viewer_types';

const bytes = (text: string) => new TextEncoder().encode(text);

test('pictures by their first bytes', () => {
  expect(imageTypeOf(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0))).toBe('image/png');
  expect(imageTypeOf(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0))).toBe('image/jpeg');
  expect(imageTypeOf(bytes('GIF89a'))).toBe('image/gif');
  expect(imageTypeOf(bytes('RIFF0000WEBPVP8 '))).toBe('image/webp');
});
test('no picture: an SVG, a page, a name that lies, too little', () => {
  for (const text of [
    '<svg xmlns="http://www.w3.org/2000/svg"/>',
    '<html>',
    'PK\u0003\u0004',
    '',
    '\u0089PN',
  ])
    expect(imageTypeOf(bytes(text))).toBeNull();
});
test('text is UTF-8 without control characters, and not endless', () => {
  expect(textOf(bytes('회의 메모\n<script>'))).toBe('회의 메모\n<script>');
  expect(textOf(Uint8Array.of(0xff, 0xfe, 0x41))).toBeNull();
  expect(textOf(bytes('PK\u0003\u0004'))).toBeNull();
  expect(textOf(new Uint8Array(1024 * 1024 + 1).fill(0x41))).toBeNull();
});
