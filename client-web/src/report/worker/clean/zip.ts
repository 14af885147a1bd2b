// ZIP as Office files use it: read by the central directory within bounds, written anew by fflate.
import { zipSync, type Zippable } from 'fflate';
import { crc32, inflate, notReadable, NotCleanable, viewOf } from './bytes';

const maxEntries = 2000;
const maxInflated = 200 * 1024 * 1024;
const maxRatio = 400; // of all entries together; Office's own XML stays below 100

export type Parts = Map<string, Uint8Array>; // by name, in the order of the directory; no folders

/** Errors: NotCleanable 'encrypted', 'too_large_to_clean' or 'not_readable'. */
export function readZip(bytes: Uint8Array): Parts {
  const view = viewOf(bytes);
  let end = bytes.length - 22;
  const first = Math.max(0, end - 65535);
  while (end >= first && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < first) throw notReadable();
  const count = view.getUint16(end + 10, true);
  if (count > maxEntries) throw new NotCleanable('too_large_to_clean');
  let at = view.getUint32(end + 16, true);

  const parts: Parts = new Map();
  let inflated = 0;
  for (let entry = 0; entry < count; entry++) {
    if (view.getUint32(at, true) !== 0x02014b50) throw notReadable();
    const [flags, method, checksum] = [
      view.getUint16(at + 8, true),
      view.getUint16(at + 10, true),
      view.getUint32(at + 16, true),
    ];
    const [packed, size, local] = [
      view.getUint32(at + 20, true),
      view.getUint32(at + 24, true),
      view.getUint32(at + 42, true),
    ];
    const nameSize = view.getUint16(at + 28, true);
    const raw = bytes.subarray(at + 46, at + 46 + nameSize);
    at += 46 + nameSize + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (flags & 1) throw new NotCleanable('encrypted');
    const name = new TextDecoder('utf-8', { fatal: true }).decode(raw);
    if (name.endsWith('/')) continue;
    if (
      name === '' ||
      name.startsWith('/') ||
      /\\|\0|(?:^|\/)\.\.(?:\/|$)|__proto__/.test(name) ||
      parts.has(name)
    )
      throw notReadable();
    inflated += size;
    if (inflated > maxInflated || inflated > maxRatio * bytes.length)
      throw new NotCleanable('too_large_to_clean');
    if (view.getUint32(local, true) !== 0x04034b50) throw notReadable();
    const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const body = bytes.subarray(from, from + packed);
    if (body.length !== packed || (method !== 0 && method !== 8)) throw notReadable();
    const data = method === 0 ? body : inflate(body, size);
    if (data.length !== size || crc32(data) !== checksum) throw notReadable();
    parts.set(name, data);
  }
  return parts;
}

/** `mimetype`, where there is one, comes first and uncompressed, as OpenDocument and HWPX want it. */
export function writeZip(parts: Parts): Uint8Array {
  const tree = Object.create(null) as Zippable;
  const names = [...parts.keys()].sort((a, b) => Number(b === 'mimetype') - Number(a === 'mimetype'));
  for (const name of names) {
    const data = parts.get(name);
    if (data !== undefined) tree[name] = [data, { level: name === 'mimetype' ? 0 : 6 }];
  }
  return zipSync(tree, { mtime: new Date(1980, 0, 1) });
}
