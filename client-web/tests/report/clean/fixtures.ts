// Files made in code, with things planted in them, and a search that finds them again.
import { unzipSync, unzlibSync, zipSync, zlibSync } from 'fflate';
import { clean } from '../../../src/report/worker/clean/clean';

export const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
export const utf8 = (text: string) => new TextEncoder().encode(text);
export const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
export const join = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
const decode = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));

// 8 × 4 pixels, red and blue, as a browser's canvas writes them, without a colour profile.
export const jpeg = decode(
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6j' +
    'q62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSk' +
    'pKSkpKSkpKT/wAARCAAEAAgDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAX/xAAcEAACAQUBAAAAAAAAAAAAAAAAEQMC' +
    'BBITIXH/xAAVAQEBAAAAAAAAAAAAAAAAAAAAA//EABkRAQACAwAAAAAAAAAAAAAAAAEAAgMTIf/aAAwDAQACEQMRAD8Al380kOGu' +
    'pNvngAFLJXjK5w2M/9k=',
);
export const webp = decode(
  'UklGRmYAAABXRUJQVlA4WAoAAAAQAAAABwAAAwAAQUxQSA0AAAABDzD/ERHiD/8R/Y8BAFZQOCAyAAAAcAEAnQEqCAAEAAQAaCWw' +
    'AnQBQAAA/uLffHx5aaS3hjfHx486u8FPyaxRM2iu1pAAAAA=',
);
export const webpLossless = decode(
  'UklGRkgAAABXRUJQVlA4WAoAAAAQAAAABwAAAwAAVlA4TCkAAAAvB8AAEBcgEEii3XY/gUCS07TbCgSSbJcdav4D6h8IBJIll4w4' +
    'ov9hSwA=',
);

export function cleanBytes(bytes: Uint8Array, name: string) {
  return clean(new File([bytes as Uint8Array<ArrayBuffer>], name));
}

/** A TIFF structure with every kind of thing that cameras write; each text begins with PLANT. */
export function exif(orientation: number): Uint8Array {
  const [innerAt, gpsAt, thumbnailAt] = [1000, 2000, 3000];
  const gps = [entryAscii(1, 'N\0'), entryAscii(29, 'PLANT:2026:01:02\0')];
  const inner = [
    entryAscii(0x9003, 'PLANT-taken\0'),
    entryAscii(0xa431, 'PLANT-serial\0'),
    entryAscii(0x9286, 'PLANT-comment\0'),
  ];
  const main = [
    entryAscii(0x10f, 'PLANT-make\0'),
    entryAscii(0x110, 'PLANT-model\0'),
    { tag: 0x112, type: 3, count: 1, value: Uint8Array.of(orientation, 0) },
    entryAscii(0x131, 'PLANT-software\0'),
    entryAscii(0x132, 'PLANT-time\0'),
    entryAscii(0x13b, 'PLANT-artist\0'),
    { tag: 0x8769, type: 4, count: 1, value: little(innerAt) },
    { tag: 0x8825, type: 4, count: 1, value: little(gpsAt) },
  ];
  const thumbnail = [entryAscii(0x201, 'PLANT-thumbnail\0')];
  const block = Buffer.alloc(4000);
  block.write('II*\0', 'latin1');
  block.writeUInt32LE(8, 4);
  directory(block, 8, main, thumbnailAt);
  directory(block, innerAt, inner, 0);
  directory(block, gpsAt, gps, 0);
  directory(block, thumbnailAt, thumbnail, 0);
  return new Uint8Array(block);
}

interface Entry {
  tag: number;
  type: number;
  count: number;
  value: Uint8Array;
}
const entryAscii = (tag: number, text: string): Entry => ({
  tag,
  type: 2,
  count: text.length,
  value: ascii(text),
});
function little(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return new Uint8Array(bytes);
}
function directory(block: Buffer, at: number, entries: Entry[], next: number): void {
  block.writeUInt16LE(entries.length, at);
  let free = at + 6 + entries.length * 12;
  entries.forEach((entry, index) => {
    const here = at + 2 + index * 12;
    block.writeUInt16LE(entry.tag, here);
    block.writeUInt16LE(entry.type, here + 2);
    block.writeUInt32LE(entry.count, here + 4);
    if (entry.value.length <= 4) block.set(entry.value, here + 8);
    else {
      block.writeUInt32LE(free, here + 8);
      block.set(entry.value, free);
      free += entry.value.length;
    }
  });
  block.writeUInt32LE(next, at + 2 + entries.length * 12);
}

export const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description xmp:CreatorTool="PLANT-tool" exif:GPSLatitude="PLANT-37,33N"><dc:creator>PLANT-xmp</dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>`;

export function jpegSegment(marker: number, payload: Uint8Array): Uint8Array {
  return join(Uint8Array.of(0xff, marker, (payload.length + 2) >> 8, (payload.length + 2) & 255), payload);
}

/** The JPEG above with everything planted, turned by `orientation`, and a tail behind its end. */
export function plantedJpeg(orientation = 6): Uint8Array {
  return join(
    jpeg.subarray(0, 2),
    jpegSegment(0xe1, join(ascii('Exif\0\0'), exif(orientation))),
    jpegSegment(0xe1, ascii(`http://ns.adobe.com/xap/1.0/\0${xmp}`)),
    jpegSegment(0xed, ascii('Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x20\x1c\x02\x50\0\x0cPLANT-byline')),
    jpegSegment(0xe2, ascii('MPF\0PLANT-preview')),
    jpegSegment(0xfe, ascii('PLANT-note')),
    jpeg.subarray(2),
    ascii('PLANT-behind'),
  );
}

/** All of a file's bytes and of what is packed in them, as one text. */
export function everything(bytes: Uint8Array, depth = 0): string {
  let text = latin1(bytes);
  if (depth > 3) return text;
  if (text.startsWith('PK\x03\x04')) {
    for (const [name, part] of Object.entries(unzipSync(bytes)))
      text += `\n${name}\n${everything(part, depth + 1)}`;
  }
  for (const match of latin1(bytes).matchAll(/x[^]/g)) {
    try {
      text += latin1(unzlibSync(bytes.subarray(match.index)));
    } catch {
      // not the beginning of a deflated stream
    }
  }
  return text;
}

/** The words beginning with PLANT that are still somewhere in the file, in either width. */
export function plants(bytes: Uint8Array): string[] {
  const text = everything(bytes);
  return [...text.matchAll(/P\0?L\0?A\0?N\0?T[\w:-]{0,20}/g)].map((match) => match[0]);
}

export function zipOf(parts: Record<string, string | Uint8Array>): Uint8Array {
  const tree = Object.fromEntries(
    Object.entries(parts).map(([name, data]) => [name, typeof data === 'string' ? utf8(data) : data]),
  );
  return zipSync(tree, { mtime: new Date(2026, 3, 5), comment: 'PLANT-comment' });
}

export { zlibSync };
