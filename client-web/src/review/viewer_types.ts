// What an attachment is, by its bytes.
const starts: readonly (readonly [type: string, at: number, bytes: readonly number[]])[] = [
  ['image/png', 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', 0, [0xff, 0xd8, 0xff]],
  ['image/gif', 0, [0x47, 0x49, 0x46, 0x38]],
  ['image/webp', 8, [0x57, 0x45, 0x42, 0x50]],
];

/** One of four raster types, or null. SVG is none of them: it is a program. */
export function imageTypeOf(bytes: Uint8Array): string | null {
  return starts.find(([, at, magic]) => magic.every((byte, i) => bytes[at + i] === byte))?.[0] ?? null;
}

const longestText = 1024 * 1024;

/** UTF-8 without control characters, or null. */
export function textOf(bytes: Uint8Array<ArrayBuffer>): string | null {
  if (bytes.length > longestText) return null;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // eslint-disable-next-line no-control-regex -- those are what is looked for
    return /[\u0000-\u0008\u000e-\u001f]/.test(text) ? null : text;
  } catch {
    return null;
  }
}
