import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { zlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import {
  ascii,
  cleanBytes,
  exif,
  join,
  jpeg,
  latin1,
  plantedJpeg,
  plants,
  webp,
  webpLossless,
  xmp,
} from './fixtures';

const hasExiftool = spawnSync('exiftool', ['-ver']).status === 0;

/** What exiftool says of the file beyond its own picture data, as `tag: value` lines. */
function exiftool(bytes: Uint8Array): string {
  const folder = mkdtempSync(joinPath(tmpdir(), 'clean-'));
  try {
    const path = joinPath(folder, 'file');
    writeFileSync(path, bytes);
    return execFileSync(
      'exiftool',
      ['-s', '-n', '-G1', '--File:all', '--System:all', '--ExifTool:all', '--Composite:all', path],
      { encoding: 'utf8' },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length);
  frame.writeUInt32BE(crc(body), 4);
  return join(frame.subarray(0, 4), body, frame.subarray(4));
}
function crc(bytes: Uint8Array): number {
  let value = ~0;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return ~value >>> 0;
}
const header = (width: number, height: number) => {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width);
  data.writeUInt32BE(height, 4);
  data.set([8, 2], 8);
  return pngChunk('IHDR', data);
};
const pixels = pngChunk('IDAT', zlibSync(Uint8Array.of(0, 255, 0, 0, 0, 0, 255)));
const signature = ascii('\x89PNG\r\n\x1a\n');
const end = pngChunk('IEND', new Uint8Array(0));

function riff(...chunks: [string, Uint8Array][]): Uint8Array {
  const parts = chunks.map(([type, data]) => {
    const head = Buffer.alloc(8);
    head.write(type, 'latin1');
    head.writeUInt32LE(data.length, 4);
    return join(head, data, new Uint8Array(data.length & 1));
  });
  const body = join(ascii('WEBP'), ...parts);
  const head = Buffer.alloc(8);
  head.write('RIFF');
  head.writeUInt32LE(body.length, 4);
  return join(head, body);
}

describe('pictures', () => {
  it('JPEG: says what it found and leaves the picture and how to turn it', async () => {
    const planted = plantedJpeg(6);
    expect(plants(planted).length).toBeGreaterThan(15);
    const cleaned = await cleanBytes(planted, '홍길동.jpg');
    expect(plants(cleaned.bytes)).toEqual([]);
    expect(cleaned).toMatchObject({ name: 'photo.jpg', type: 'image/jpeg', residue: [] });
    expect(cleaned.removed.sort()).toEqual(
      ['author', 'camera', 'location', 'other_metadata', 'software', 'thumbnail', 'times', 'xmp'].sort(),
    );
    // The scan is byte for byte the one that was there.
    expect(latin1(cleaned.bytes)).toContain(latin1(jpeg.subarray(latin1(jpeg).indexOf('\xff\xda'))));
  });

  it.runIf(hasExiftool)('JPEG: exiftool finds the orientation and nothing else', async () => {
    const { bytes } = await cleanBytes(plantedJpeg(8), 'a.jpg');
    const lines = exiftool(bytes).trim().split('\n');
    expect(lines.filter((line) => !/JFIF|ExifByteOrder/.test(line))).toEqual([
      expect.stringMatching(/^\[IFD0\]\s+Orientation\s+: 8$/),
    ]);
  });

  it('JPEG: an upright clean one loses nothing', async () => {
    const cleaned = await cleanBytes(jpeg, 'a.jpg');
    expect(cleaned.removed).toEqual([]);
    expect(cleaned.bytes).toEqual(jpeg);
  });

  it('JPEG: cut short or wrong inside, it comes back as it is', async () => {
    for (const bytes of [
      jpeg.subarray(0, 40),
      join(jpeg.subarray(0, 2), ascii('PLANT'), jpeg.subarray(2)),
      jpeg.subarray(0, 3),
    ]) {
      const cleaned = await cleanBytes(bytes, 'a.jpg');
      expect(cleaned).toMatchObject({ bytes, removed: [], residue: ['not_readable'] });
    }
  });

  it('PNG: texts, times, EXIF and unknown chunks go', async () => {
    const hex = Buffer.from(join(ascii('Exif\0\0'), exif(1))).toString('hex');
    const profile = ascii(`\nexif\n    4006\n${hex}\n`);
    const planted = join(
      signature,
      header(2, 1),
      pngChunk('tEXt', ascii('Author\0PLANT-author')),
      pngChunk('tEXt', ascii('Software\0PLANT-software')),
      pngChunk('tIME', Uint8Array.of(7, 234, 1, 2, 3, 4, 5)),
      pngChunk('eXIf', exif(3)),
      pngChunk('iTXt', ascii(`XML:com.adobe.xmp\0\0\0\0\0${xmp}`)),
      pngChunk('zTXt', join(ascii('Raw profile type exif\0\0'), zlibSync(profile))),
      pngChunk('prVt', ascii('PLANT-x')),
      pixels,
      end,
      ascii('PLANT-behind'),
    );
    const cleaned = await cleanBytes(planted, 'a.png');
    expect(plants(cleaned.bytes)).toEqual([]);
    expect(latin1(cleaned.bytes)).not.toContain('zTXt');
    expect(cleaned.removed.sort()).toEqual(
      ['author', 'camera', 'location', 'other_metadata', 'software', 'thumbnail', 'times', 'xmp'].sort(),
    );
    expect(cleaned).toMatchObject({ name: 'photo.png', type: 'image/png', residue: [] });
    expect(latin1(cleaned.bytes)).toContain(latin1(pixels));
    if (hasExiftool) expect(exiftool(cleaned.bytes)).toMatch(/\[IFD0\]\s+Orientation\s+: 3/);
  });

  it('PNG: a huge one is stripped without being decoded', async () => {
    const bytes = join(signature, header(0x7fffffff, 0x7fffffff), pixels, end);
    expect(await cleanBytes(bytes, 'a.png')).toMatchObject({ bytes, removed: [], residue: [] });
  });

  it('WebP: lossy, lossless and animated', async () => {
    for (const picture of [webp, webpLossless]) {
      const body = picture.subarray(12);
      const vp8x = body.slice(8, 18);
      vp8x[0] = (vp8x[0] ?? 0) | 0x2c;
      const rest = latin1(body.subarray(18));
      const planted = join(
        riff(['VP8X', vp8x], ['ICCP', ascii('PLANT-profile')], ['EXIF', exif(5)], ['XMP ', ascii(xmp)]),
      );
      const whole = Buffer.from(join(planted, ascii(rest), ascii('PLANT-behind')));
      whole.writeUInt32LE(planted.length + rest.length - 8, 4);
      const cleaned = await cleanBytes(new Uint8Array(whole), 'a.webp');
      expect(plants(cleaned.bytes)).toEqual([]);
      expect(cleaned).toMatchObject({ name: 'photo.webp', type: 'image/webp', residue: [] });
      expect(cleaned.removed).toContain('location');
      expect(latin1(cleaned.bytes)).toContain(rest);
      if (hasExiftool) {
        const lines = exiftool(cleaned.bytes)
          .trim()
          .split('\n')
          .filter((line) => !line.includes('RIFF'));
        expect(lines).toEqual([expect.stringMatching(/Orientation\s+: 5/)]);
      }
    }
    const frame = join(
      new Uint8Array(16),
      riff(['VP8L', webpLossless.subarray(-10)], ['UNKN', ascii('PLANT-frame')]).subarray(12),
    );
    const animated = riff(
      ['VP8X', Uint8Array.of(2, 0, 0, 0, 7, 0, 0, 3, 0, 0)],
      ['ANIM', new Uint8Array(6)],
      ['ANMF', frame],
    );
    const cleaned = await cleanBytes(animated, 'a.webp');
    expect(cleaned.residue).toEqual([]);
    expect(plants(cleaned.bytes)).toEqual([]);
  });
});

describe('other files', () => {
  it.each([
    ['메모.txt', '\ufeff어제 있었던 일', 'text.txt', 'text/plain'],
    ['table.csv', 'a,b\n1,2\n', 'table.csv', 'text/csv'],
  ])('%s is text and stays so', async (name, text, neutral, type) => {
    const bytes = new TextEncoder().encode(text);
    expect(await cleanBytes(bytes, name)).toEqual({ bytes, name: neutral, type, removed: [], residue: [] });
  });

  it.each<[string, Uint8Array, string]>([
    ['홍길동.hwp', ascii('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 HWP Document File'), 'unknown_type'],
    [
      'a.docx',
      ascii('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0'),
      'encrypted',
    ],
    ['a.heic', ascii('\0\0\0\x18ftypheic'), 'unknown_type'],
    ['a.txt', ascii('{\\rtf1{\\info{\\author PLANT}}}'), 'not_readable'],
    ['a.jpg', ascii('hello'), 'not_readable'],
    ['a', new Uint8Array(0), 'unknown_type'],
  ])('%s comes back as it is', async (name, bytes, residue) => {
    const cleaned = await cleanBytes(bytes, name);
    expect(Buffer.compare(cleaned.bytes, bytes)).toBe(0);
    expect([cleaned.removed, cleaned.residue]).toEqual([[], [residue]]);
    expect(cleaned.name).not.toContain('홍길동');
  });

  it('refuses what no attachment can hold, before it is read', async () => {
    await expect(cleanBytes(new Uint8Array(256 * 65519), 'a.png')).rejects.toThrow('too_large');
  });
});
