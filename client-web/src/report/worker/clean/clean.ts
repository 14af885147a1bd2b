// Takes out of a file what says who made it, when, where and with what. The file's type is what its content says.
import { CodedError } from '../../../rpc/rpc';
import type { Cleaned } from '../../contract';
import { findings, latin1, NotCleanable, startsWith, type Findings } from './bytes';
import { imageKind, strip, type ImageKind, type Stripped } from './images';
import { cleanOffice, officeKind } from './office';
import { cleanHwpx, cleanOpenDocument, packageKind } from './opendocument';
import { cleanPdf } from './pdf/pdf';
import { readZip, writeZip } from './zip';

const maxSize = 256 * 65519 - 1; // what the largest padded attachment holds
const maxPixels = 50_000_000; // 200 MB decoded; a larger picture is stripped without being decoded

/**
 * The file without its metadata. What cannot be cleaned comes back as it is, with the reason in `residue`; nothing is
 * thrown but `too_large` and what reading the file throws.
 */
export async function clean(file: File): Promise<Cleaned> {
  if (file.size > maxSize) throw new CodedError('too_large');
  const extension = /\.([A-Za-z0-9]{1,8})$/.exec(file.name)?.[1]?.toLowerCase() ?? 'bin';
  const asItIs = (
    bytes: Uint8Array,
    residue: Cleaned['residue'][number],
    type = 'application/octet-stream',
  ): Cleaned => ({
    bytes,
    name: `file.${extension}`,
    type,
    removed: [],
    residue: [residue],
  });
  const bytes = new Uint8Array(await file.arrayBuffer());
  const found = findings();
  try {
    const result = await cleanBytes(bytes, extension, found);
    if (result === undefined) return asItIs(bytes, unknownKind(bytes, extension));
    return { ...result, removed: [...found.removed], residue: [...found.residue] };
  } catch (error) {
    // Whatever else went wrong: the file was not as its type says, so nothing is claimed of it.
    return asItIs(bytes, error instanceof NotCleanable ? error.residue : 'not_readable');
  }
}

async function cleanBytes(
  bytes: Uint8Array,
  extension: string,
  found: Findings,
): Promise<Pick<Cleaned, 'bytes' | 'name' | 'type'> | undefined> {
  const image = imageKind(bytes);
  if (image !== undefined) {
    const name = `photo.${image === 'jpeg' ? 'jpg' : image}`;
    return { bytes: await cleanImage(image, bytes, found), name, type: `image/${image}` };
  }
  if (/^[^]{0,1000}%PDF-\d/.test(latin1(bytes.subarray(0, 1024)))) {
    return { bytes: cleanPdf(bytes, found), name: 'document.pdf', type: 'application/pdf' };
  }
  if (startsWith(bytes, 'PK\x03\x04')) {
    const parts = readZip(bytes);
    const office = officeKind(parts);
    if (office !== undefined) {
      return {
        bytes: writeZip(cleanOffice(parts, found)),
        name: `document.${office.extension}`,
        type: office.type,
      };
    }
    const kind = packageKind(parts);
    if (kind === undefined) return undefined;
    const clean = kind.hwpx ? cleanHwpx(parts, found) : cleanOpenDocument(parts, found);
    return { bytes: writeZip(clean), name: `document.${kind.extension}`, type: kind.type };
  }
  if (/^(?:txt|csv|md|log|tsv)$/.test(extension) && isPlainText(bytes)) {
    const table = extension === 'csv' || extension === 'tsv';
    return {
      bytes,
      name: `${table ? 'table' : 'text'}.${extension}`,
      type: table ? 'text/csv' : 'text/plain',
    };
  }
  return undefined;
}

/** Encrypted Office files are wrapped in the old container format. */
function unknownKind(bytes: Uint8Array, extension: string): 'encrypted' | 'not_readable' | 'unknown_type' {
  const container = startsWith(bytes, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1');
  if (container && latin1(bytes).includes('E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0'))
    return 'encrypted';
  return /^(?:jpe?g|png|webp|pdf|docx|xlsx|pptx|od[tsp]|hwpx|txt|csv)$/.test(extension)
    ? 'not_readable'
    : 'unknown_type';
}

/** Text without markup or a head that could say more than its lines: UTF-8, UTF-16 with its mark, or Korean. */
function isPlainText(bytes: Uint8Array): boolean {
  const wide = startsWith(bytes, '\xff\xfe')
    ? 'utf-16le'
    : startsWith(bytes, '\xfe\xff')
      ? 'utf-16be'
      : undefined;
  for (const encoding of wide === undefined ? ['utf-8', 'euc-kr'] : [wide]) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      // eslint-disable-next-line no-control-regex -- what a text file does not have
      return !/[\0-\x08\x0e-\x1f]/.test(text) && !/^\s{0,100}(?:[<%]|\{\\rtf)/.test(text);
    } catch {
      // not this one
    }
  }
  return false;
}

async function cleanImage(kind: ImageKind, bytes: Uint8Array, found: Findings): Promise<Uint8Array> {
  const stripped = strip(kind, bytes, found.removed);
  return (await encodeAnew(kind, stripped)) ?? stripped.bytes;
}

/** The picture drawn and encoded anew, where the browser can: then nothing but its pixels is left. */
async function encodeAnew(
  kind: ImageKind,
  { bytes, width, height, animated }: Stripped,
): Promise<Uint8Array | undefined> {
  if (typeof OffscreenCanvas === 'undefined' || animated || width * height > maxPixels) return undefined;
  const type = `image/${kind}`;
  try {
    // From the stripped bytes: they still say how to turn the picture.
    const bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>], { type }));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d');
    context?.drawImage(bitmap, 0, 0);
    bitmap.close();
    const blob = await canvas.convertToBlob({ type, quality: 0.92 });
    if (context === null || blob.type !== type || blob.size > maxSize) return undefined;
    return strip(kind, new Uint8Array(await blob.arrayBuffer()), new Set()).bytes;
  } catch {
    return undefined; // no such decoder, or too little memory: the stripped bytes are clean as well
  }
}
