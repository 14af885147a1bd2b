// JPEG, PNG and WebP without what is not picture. Nothing is decoded here: segments and chunks that a decoder needs
// are kept, everything else is dropped, and so is whatever stands behind the picture's end.
import { crc32, fromLatin1, join, latin1, notReadable, startsWith, unzlib, viewOf } from './bytes';
import { exifBody, orientationOnly, readExif, readPhotoshop, readXmp } from './metadata';
import type { Removal } from '../../contract';

export type ImageKind = 'jpeg' | 'png' | 'webp';

export interface Stripped {
  bytes: Uint8Array;
  width: number;
  height: number;
  animated: boolean;
}

export function imageKind(bytes: Uint8Array): ImageKind | undefined {
  if (startsWith(bytes, '\xff\xd8\xff')) return 'jpeg';
  if (startsWith(bytes, '\x89PNG\r\n\x1a\n')) return 'png';
  if (startsWith(bytes, 'RIFF') && startsWith(bytes, 'WEBP', 8)) return 'webp';
  return undefined;
}

/** Errors: NotCleanable or a RangeError where the structure is damaged. */
export function strip(kind: ImageKind, bytes: Uint8Array, removed: Set<Removal>): Stripped {
  return { jpeg: stripJpeg, png: stripPng, webp: stripWebp }[kind](bytes, removed);
}

/** The 16-bit big-endian length of a JPEG segment, itself included, and what follows. */
function segment(marker: number, payload: Uint8Array): Uint8Array {
  const size = payload.length + 2;
  return join([Uint8Array.of(0xff, marker, size >> 8, size & 255), payload]);
}

function stripJpeg(bytes: Uint8Array, removed: Set<Removal>): Stripped {
  const view = viewOf(bytes);
  const tables: Uint8Array[] = [];
  const front: Uint8Array[] = [bytes.subarray(0, 2)];
  let orientation = 1;
  let width = 0;
  let height = 0;
  let at = 2;
  for (;;) {
    if (view.getUint8(at) !== 0xff) throw notReadable();
    while (view.getUint8(at) === 0xff) at++; // fill bytes
    const marker = view.getUint8(at);
    at++;
    if (marker === 0xd9) break;
    const end = at + view.getUint16(at);
    const payload = bytes.subarray(at + 2, end);
    if (end < at + 2 || end > bytes.length) throw notReadable();
    at = end;
    if (marker === 0xe0 && startsWith(payload, 'JFIF\0')) {
      // Version 1.1, no unit, square pixels, no thumbnail.
      front.push(segment(0xe0, fromLatin1('JFIF\0\x01\x01\0\0\x01\0\x01\0\0')));
      if (payload.length > 14) removed.add('thumbnail');
    } else if (marker === 0xee && startsWith(payload, 'Adobe') && payload.length >= 12) {
      tables.push(segment(marker, payload.subarray(0, 12))); // says how colours are coded
    } else if (marker === 0xe1 && startsWith(payload, 'Exif\0\0')) {
      orientation = readExif(payload.subarray(6), removed);
    } else if (marker === 0xe1 && startsWith(payload, 'http://ns.adobe.com/')) readXmp(payload, removed);
    else if (marker === 0xe0 && startsWith(payload, 'JFXX\0')) removed.add('thumbnail');
    else if (marker === 0xe2 && startsWith(payload, 'MPF\0')) removed.add('thumbnail');
    else if (marker === 0xed) readPhotoshop(payload, removed);
    else if (marker === 0xdb || marker === 0xdd || (marker >= 0xc0 && marker <= 0xcf)) {
      const isFrame =
        marker >= 0xc0 && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc && marker < 0xd0;
      if (isFrame) {
        height = viewOf(payload).getUint16(1);
        width = viewOf(payload).getUint16(3);
      }
      tables.push(segment(marker, payload));
    } else if (marker === 0xda) {
      while (at < bytes.length && !endsScan(bytes, at)) at++;
      tables.push(segment(marker, payload), bytes.subarray(end, at));
    } else if (marker === 0xfe || (marker >= 0xe0 && marker <= 0xef)) removed.add('other_metadata');
    else throw notReadable();
  }
  if (width === 0 || height === 0) throw notReadable();
  if (at < bytes.length) removed.add('other_metadata');
  if (orientation !== 1) {
    front.push(segment(0xe1, join([fromLatin1('Exif\0\0'), orientationOnly(orientation)])));
  }
  return { bytes: join([...front, ...tables, Uint8Array.of(0xff, 0xd9)]), width, height, animated: false };
}

/** Within a scan, FF 00 is a data byte and FF D0 to D7 are restarts; any other marker ends it. */
function endsScan(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== 0xff) return false;
  const next = bytes[at + 1] ?? 0;
  return next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7);
}

const pngKept = new Set('IHDR PLTE tRNS IDAT gAMA cHRM sRGB sBIT cICP acTL fcTL fdAT'.split(' '));
const pngWords: Record<string, Removal> = {
  author: 'author',
  copyright: 'author',
  title: 'title',
  description: 'title',
  software: 'software',
  source: 'camera',
  'creation time': 'times',
  'date:create': 'times',
  'date:modify': 'times',
};

function stripPng(bytes: Uint8Array, removed: Set<Removal>): Stripped {
  const view = viewOf(bytes);
  const kept: Uint8Array[] = [bytes.subarray(0, 8)];
  let orientation = 1;
  let animated = false;
  let at = 8;
  for (let type = ''; type !== 'IEND';) {
    const size = view.getUint32(at);
    const end = at + 12 + size;
    if (end > bytes.length) throw notReadable();
    type = latin1(bytes.subarray(at + 4, at + 8));
    const data = bytes.subarray(at + 8, end - 4);
    if (at === 8 && (type !== 'IHDR' || size !== 13)) throw notReadable();
    if (pngKept.has(type)) kept.push(bytes.subarray(at, end));
    else if (type === 'tIME') removed.add('times');
    else if (type === 'eXIf') orientation = readExif(exifBody(data), removed);
    else if (type === 'tEXt' || type === 'zTXt' || type === 'iTXt') readPngText(type, data, removed);
    else if (type !== 'IEND') removed.add('other_metadata');
    animated ||= type === 'acTL';
    at = end;
  }
  if (at < bytes.length) removed.add('other_metadata');
  const header = viewOf(bytes);
  if (orientation !== 1) kept.splice(2, 0, pngChunk('eXIf', orientationOnly(orientation)));
  return {
    bytes: join([...kept, pngChunk('IEND', new Uint8Array(0))]),
    width: header.getUint32(16),
    height: header.getUint32(20),
    animated,
  };
}

function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const body = join([fromLatin1(type), data]);
  const chunk = new Uint8Array(body.length + 8);
  chunk.set(body, 4);
  viewOf(chunk).setUint32(0, data.length);
  viewOf(chunk).setUint32(chunk.length - 4, crc32(body));
  return chunk;
}

function readPngText(type: string, data: Uint8Array, removed: Set<Removal>): void {
  const end = data.indexOf(0);
  const keyword = latin1(data.subarray(0, end < 0 ? 0 : Math.min(end, 79))).toLowerCase();
  if (keyword.startsWith('xml:')) readXmp(data, removed);
  else if (keyword.startsWith('raw profile type')) {
    // ImageMagick's way: a text of hexadecimal digits, mostly EXIF or IPTC. It is read only to say what was in it.
    removed.add('other_metadata');
    try {
      const text = latin1(type === 'zTXt' ? unzlib(data.subarray(end + 2), 1 << 20) : data.subarray(end + 1));
      const digits = text.replace(/^\s*\w{1,20}\s+\d{1,9}\s/, '').replace(/\s/g, '');
      const block = Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
      if (startsWith(block, 'Exif\0\0')) readExif(block.subarray(6), removed);
    } catch {
      // It goes in any case.
    }
  } else removed.add(pngWords[keyword] ?? 'other_metadata');
}

function* riffChunks(bytes: Uint8Array, from: number): Generator<{ type: string; data: Uint8Array }> {
  const view = viewOf(bytes);
  for (let at = from; at < bytes.length;) {
    const size = view.getUint32(at + 4, true);
    if (at + 8 + size > bytes.length) throw notReadable();
    yield { type: latin1(bytes.subarray(at, at + 4)), data: bytes.subarray(at + 8, at + 8 + size) };
    at += 8 + size + (size & 1);
  }
}

function riffChunk(type: string, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(8 + data.length + (data.length & 1));
  chunk.set(fromLatin1(type));
  viewOf(chunk).setUint32(4, data.length, true);
  chunk.set(data, 8);
  return chunk;
}

function stripWebp(bytes: Uint8Array, removed: Set<Removal>): Stripped {
  const end = viewOf(bytes).getUint32(4, true) + 8;
  if (end > bytes.length + 1) throw notReadable(); // some writers count a pad byte that is not there
  if (end < bytes.length) removed.add('other_metadata');
  let orientation = 1;
  let width = 0;
  let height = 0;
  let animated = false;
  let extended: Uint8Array | undefined;
  const kept: Uint8Array[] = [];
  for (const { type, data } of riffChunks(bytes.subarray(0, end), 12)) {
    const view = viewOf(data);
    if (type === 'VP8X') {
      extended = data.slice(0, 10);
      width = (view.getUint32(4, true) & 0xffffff) + 1;
      height = (view.getUint32(6, true) >>> 8) + 1;
    } else if (type === 'EXIF') orientation = readExif(exifBody(data), removed);
    else if (type === 'XMP ') readXmp(data, removed);
    else if (type === 'ANMF') {
      animated = true;
      const frame = [...riffChunks(data, 16)].filter((part) => /^(?:VP8[ L]|ALPH)$/.test(part.type));
      kept.push(
        riffChunk(
          type,
          join([data.subarray(0, 16), ...frame.map((part) => riffChunk(part.type, part.data))]),
        ),
      );
    } else if (/^(?:VP8[ L]|ALPH|ANIM)$/.test(type)) {
      kept.push(riffChunk(type, data));
      if (extended === undefined && type === 'VP8 ') {
        width = view.getUint16(6, true) & 0x3fff;
        height = view.getUint16(8, true) & 0x3fff;
      } else if (extended === undefined && type === 'VP8L') {
        const sizes = view.getUint32(1, true);
        width = (sizes & 0x3fff) + 1;
        height = ((sizes >>> 14) & 0x3fff) + 1;
      }
    } else removed.add('other_metadata');
  }
  if (width === 0 || height === 0 || kept.length === 0) throw notReadable();
  if (extended !== undefined) {
    // Flags: 0x20 colour profile, 0x08 EXIF, 0x04 XMP; alpha (0x10) and animation (0x02) stay.
    extended[0] = ((extended[0] ?? 0) & 0x12) | (orientation === 1 ? 0 : 0x08);
    kept.unshift(riffChunk('VP8X', extended));
    if (orientation !== 1) kept.push(riffChunk('EXIF', orientationOnly(orientation)));
  }
  const body = join([fromLatin1('WEBP'), ...kept]);
  return { bytes: riffChunk('RIFF', body), width, height, animated };
}

/** A picture within a document: stripped, or undefined where it is none that we know. */
export function cleanPicture(bytes: Uint8Array, removed: Set<Removal>): Uint8Array | undefined {
  const kind = imageKind(bytes);
  return kind === undefined ? undefined : strip(kind, bytes, removed).bytes;
}
