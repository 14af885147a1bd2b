// What EXIF, IPTC and XMP blocks say, by name: the blocks are dropped whole, and what was in them is reported.
import type { Removal } from '../../contract';
import { latin1, startsWith, viewOf } from './bytes';

type Removed = Set<Removal>;

const byTag = new Map<number, Removal | 'nothing'>([
  ...[0x10f, 0x110, 0x927c, 0xa431, 0xa432, 0xa433, 0xa434, 0xa435, 0xc62f].map(
    (tag) => [tag, 'camera'] as const,
  ),
  ...[0x0b, 0x131, 0x13c].map((tag) => [tag, 'software'] as const),
  ...[0x132, 0x9003, 0x9004, 0x9010, 0x9011, 0x9012, 0x9290, 0x9291, 0x9292].map(
    (tag) => [tag, 'times'] as const,
  ),
  ...[0x13b, 0x8298, 0x9c9d, 0xa430].map((tag) => [tag, 'author'] as const),
  ...[0x10e, 0x9c9b, 0x9c9f].map((tag) => [tag, 'title'] as const),
  [0x8825, 'location'],
  // Orientation, resolution, colour space, sizes, versions, and pointers to what is walked by itself.
  ...[0x112, 0x11a, 0x11b, 0x128, 0x213, 0x8769, 0x9000, 0x9101, 0xa000, 0xa001, 0xa002, 0xa003, 0xa005].map(
    (tag) => [tag, 'nothing'] as const,
  ),
]);

/** Reads a TIFF structure (the inside of an EXIF block). Returns the orientation, 1 to 8; damage ends the walk. */
export function readExif(tiff: Uint8Array, removed: Removed): number {
  let orientation = 1;
  try {
    const view = viewOf(tiff);
    const little = view.getUint16(0) === 0x4949;
    const u16 = (at: number) => view.getUint16(at, little);
    const u32 = (at: number) => view.getUint32(at, little);
    const queue: { at: number; first: boolean }[] = [{ at: u32(4), first: true }];
    const seen = new Set<number>();
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { at, first } = next;
      if (at === 0 || seen.has(at) || seen.size > 8) continue;
      seen.add(at);
      const count = u16(at);
      for (let entry = at + 2; entry < at + 2 + count * 12; entry += 12) {
        const tag = u16(entry);
        if (first && tag === 0x112) orientation = u16(entry + 8);
        if (tag === 0x8769) queue.push({ at: u32(entry + 8), first: false });
        const what = byTag.get(tag) ?? 'other_metadata';
        if (what !== 'nothing') removed.add(what);
      }
      if (first && u32(at + 2 + count * 12) !== 0) removed.add('thumbnail');
    }
  } catch {
    removed.add('other_metadata');
  }
  return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

/** An EXIF block of our own, which says how to turn the picture and nothing else. */
export function orientationOnly(orientation: number): Uint8Array {
  // Big endian, one IFD at 8 with one entry: 0x0112, SHORT, 1 value; no IFD behind it.
  return Uint8Array.from([
    0x4d,
    0x4d,
    0,
    42,
    0,
    0,
    0,
    8,
    0,
    1,
    0x01,
    0x12,
    0,
    3,
    0,
    0,
    0,
    1,
    0,
    orientation,
    0,
    0,
    0,
    0,
    0,
    0,
  ]);
}

const xmpWords: readonly [RegExp, Removal][] = [
  [/exif:GPS|photoshop:City|Iptc4xmpCore:Location/, 'location'],
  [/tiff:(?:Make|Model)|aux:|exifEX:/, 'camera'],
  [/dc:creator|dc:rights|photoshop:(?:Credit|AuthorsPosition|CaptionWriter)|xmpRights:/, 'author'],
  [/xmp:CreatorTool|pdf:Producer|stEvt:softwareAgent/, 'software'],
  [/xmp:(?:Create|Modify|Metadata)Date|photoshop:DateCreated|stEvt:when/, 'times'],
  [/dc:title|dc:description|dc:subject|pdf:Keywords/, 'title'],
];

export function readXmp(packet: Uint8Array, removed: Removed): void {
  removed.add('xmp');
  const text = latin1(packet);
  for (const [pattern, what] of xmpWords) if (pattern.test(text)) removed.add(what);
}

/** IPTC records inside Photoshop's resources (the payload of JPEG's APP13). */
export function readPhotoshop(payload: Uint8Array, removed: Removed): void {
  let known = false;
  for (let at = payload.indexOf(0x1c); at >= 0; at = payload.indexOf(0x1c, at + 1)) {
    if (payload[at + 1] !== 2) continue;
    const dataset = payload[at + 2] ?? 0;
    if ([80, 85, 110, 115, 116, 122].includes(dataset)) removed.add('author');
    else if (dataset >= 90 && dataset <= 101) removed.add('location');
    else if ([55, 60, 62, 63].includes(dataset)) removed.add('times');
    else if ([5, 25, 105, 120].includes(dataset)) removed.add('title');
    else if (dataset === 65) removed.add('software');
    else continue;
    known = true;
  }
  if (!known) removed.add('other_metadata');
}

/** EXIF with or without its "Exif\0\0" in front. */
export function exifBody(block: Uint8Array): Uint8Array {
  return startsWith(block, 'Exif\0\0') ? block.subarray(6) : block;
}
