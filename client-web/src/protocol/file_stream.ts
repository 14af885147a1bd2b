// An attachment: padded to one of five sizes, encrypted with secretstream, cut into chunks of one size, each stored at
// the hash of a token that only holders of the file key can make.
//
//   token[j]  = kdf(file key, j, "blobtok_")     id[j] = BLAKE2b-256("changgu/blob/v1" ‖ token[j])
//   stream key = kdf(file key, 0, "blobkey_")    associated data of chunk j = org ‖ id[j]
//   padded     = content ‖ 0x80 ‖ 0x00…          to class × 65,519 bytes; class is 1, 4, 16, 64 or 256 chunks
//   chunk      = 65,519 padded bytes + 17        = 65,536 on the wire; TAG_FINAL in the last and in no other
import { concat, equal, toBase64 } from './bytes';
import { fail } from './errc';
import { H, kdf } from './hash';
import type { JsonObject, Members } from './json';
import { label } from './labels';
import { randomBytes, sodium, wipe } from './sodium';

export const chunkSize = 65_536;
export const chunkPlainSize = chunkSize - 17;
export const fileClasses = [1, 4, 16, 64, 256] as const; // in chunks
export const maxFileSize = 256 * chunkPlainSize - 1;
export const maxFileName = 255;
export const maxFileType = 127;

/** What a report says of a file: enough to fetch, open, check and purge it. */
export interface Attachment {
  key: Uint8Array;
  chunks: number; // the class
  header: Uint8Array; // secretstream's, 24 bytes
  hash: Uint8Array; // BLAKE2b-256 of the content
  size: number;
  name: string;
  type: string; // media type, as the sender says; never trusted
}

export function attachmentJson(a: Attachment): JsonObject {
  return {
    key: toBase64(a.key),
    chunks: a.chunks,
    header: toBase64(a.header),
    hash: toBase64(a.hash),
    size: a.size,
    name: a.name,
    type: a.type,
  };
}

/** Errors: bad_field, bad_file_class. */
export function readAttachment(members: Members): Attachment {
  const attachment = {
    key: members.bytes('key', 32),
    chunks: members.integer('chunks', 256),
    header: members.bytes('header', 24),
    hash: members.bytes('hash', 32),
    size: members.integer('size', maxFileSize),
    name: members.string('name', maxFileName),
    type: members.string('type', maxFileType),
  };
  const known = fileClasses.some((size) => size === attachment.chunks);
  if (!known || attachment.size >= attachment.chunks * chunkPlainSize) return fail('bad_file_class');
  return attachment;
}

/** The smallest class that holds `size` bytes and a padding byte. Errors: too_large. */
export function fileClassFor(size: number): number {
  return fileClasses.find((chunks) => size < chunks * chunkPlainSize) ?? fail('too_large');
}

export function blobToken(fileKey: Uint8Array, chunk: number): Uint8Array {
  return kdf(fileKey, chunk, label.kdfBlobToken);
}
export function blobId(token: Uint8Array): Uint8Array {
  return H(32, label.blobAddress, token);
}

const streamKey = (fileKey: Uint8Array) => kdf(fileKey, 0, label.kdfBlobKey);
const associatedData = (org: Uint8Array, fileKey: Uint8Array, chunk: number) =>
  concat(org, blobId(blobToken(fileKey, chunk)));

export interface EncryptedFile {
  about: Attachment;
  chunks: Uint8Array[]; // chunks[j] belongs at blobId(blobToken(about.key, j))
}

/** A whole file in memory (at most 16 MiB). Errors: too_large. */
export function encryptFile(org: Uint8Array, content: Uint8Array, name: string, type: string): EncryptedFile {
  const count = fileClassFor(content.length);
  const key = randomBytes(32);
  const derived = streamKey(key);
  const { state, header } = sodium.crypto_secretstream_xchacha20poly1305_init_push(derived);
  wipe(derived);
  const padded = new Uint8Array(chunkPlainSize);
  const chunks: Uint8Array[] = [];
  for (let j = 0; j < count; ++j) {
    const part = content.subarray(j * chunkPlainSize, (j + 1) * chunkPlainSize);
    padded.fill(0);
    padded.set(part);
    if (Math.floor(content.length / chunkPlainSize) === j) padded[part.length] = 0x80;
    const tag =
      j === count - 1
        ? sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
        : sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
    chunks.push(
      sodium.crypto_secretstream_xchacha20poly1305_push(state, padded, associatedData(org, key, j), tag),
    );
  }
  wipe(padded);
  return {
    about: { key, chunks: count, header, hash: H(32, content), size: content.length, name, type },
    chunks,
  };
}

/** Errors: truncated_file (a chunk is missing), bad_chunk, bad_padding, bad_file_hash. */
export function decryptFile(org: Uint8Array, about: Attachment, chunks: Uint8Array[]): Uint8Array {
  if (chunks.length !== about.chunks) return fail('truncated_file');
  const derived = streamKey(about.key);
  const state = sodium.crypto_secretstream_xchacha20poly1305_init_pull(about.header, derived);
  wipe(derived);
  const padded = new Uint8Array(about.chunks * chunkPlainSize);
  chunks.forEach((chunk, j) => {
    if (chunk.length !== chunkSize) return fail('bad_chunk');
    const ad = associatedData(org, about.key, j);
    const pulled = sodium.crypto_secretstream_xchacha20poly1305_pull(state, chunk, ad);
    const tag =
      j === about.chunks - 1
        ? sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
        : sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
    if (pulled === false || pulled.tag !== tag) return fail('bad_chunk');
    padded.set(pulled.message, j * chunkPlainSize);
    wipe(pulled.message);
  });
  const content = unpadded(padded, about.size);
  wipe(padded);
  return equal(H(32, content), about.hash) ? content : fail('bad_file_hash');
}

function unpadded(padded: Uint8Array, size: number): Uint8Array {
  const end = padded.findLastIndex((x) => x !== 0);
  return end === size && padded[end] === 0x80 ? padded.slice(0, size) : fail('bad_padding');
}
