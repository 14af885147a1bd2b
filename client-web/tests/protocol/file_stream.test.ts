import { beforeAll, describe, expect, test } from 'vitest';
import { concat, toBase64 } from '../../src/protocol/bytes';
import {
  attachmentJson,
  blobId,
  blobToken,
  chunkPlainSize,
  decryptFile,
  encryptFile,
  fileClassFor,
  maxFileSize,
  readAttachment,
} from '../../src/protocol/file_stream';
import { H, kdf } from '../../src/protocol/hash';
import { Members, writeJson } from '../../src/protocol/json';
import { label } from '../../src/protocol/labels';
import { randomBytes, ready, sodium } from '../../src/protocol/sodium';
import { outcome, vectorTests, type VectorCase } from '../vectors';

/** The chunks as the case says they came about: the state that init_pull gives can also push. */
function wireChunks(c: VectorCase, content: Uint8Array): Uint8Array[] {
  const key = c.bytes('key');
  const state = sodium.crypto_secretstream_xchacha20poly1305_init_pull(
    c.bytes('header'),
    kdf(key, 0, label.kdfBlobKey),
  );
  const padded = new Uint8Array(c.number('chunks') * chunkPlainSize);
  padded.set(content);
  padded[content.length] = 0x80;
  return Array.from({ length: c.number('chunks') }, (_, j) => {
    const ad = concat(c.bytes('sealed_for'), blobId(blobToken(key, j)));
    const tag =
      j === c.number('final_at')
        ? sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
        : sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
    const part = padded.subarray(j * chunkPlainSize, (j + 1) * chunkPlainSize);
    return sodium.crypto_secretstream_xchacha20poly1305_push(state, part, ad, tag);
  });
}

vectorTests('file', (c, expected) => {
  const content = Uint8Array.from({ length: c.number('content_size') }, (_, i) => i % 251);
  const about = {
    key: c.bytes('key'),
    chunks: c.number('chunks'),
    header: c.bytes('header'),
    hash: c.bytes('hash'),
    size: c.number('size'),
    name: '',
    type: '',
  };
  expect(fileClassFor(content.length)).toBe(about.chunks);
  const wire = wireChunks(c, content);
  expect(wire.map((chunk) => toBase64(H(32, chunk)))).toEqual(c.list('chunk_hashes'));
  const tokens = wire.map((_chunk, j) => blobToken(about.key, j));
  expect(tokens.map(toBase64)).toEqual(c.list('tokens'));
  expect(tokens.map((token) => toBase64(blobId(token)))).toEqual(c.list('ids'));
  if (c.has('first_chunk')) expect(toBase64(wire[0] ?? new Uint8Array())).toBe(c.text('first_chunk'));

  const served = c.list('served').map((j) => Uint8Array.from(wire[Number(j)] ?? []));
  const flipped = served[0];
  if (c.has('flip') && flipped !== undefined) {
    const at = c.number('flip');
    flipped[at] = (flipped[at] ?? 0) ^ 1;
  }
  const plain = outcome(() => decryptFile(c.bytes('org'), about, served));
  expect(plain.class).toBe(expected);
  if (plain.value !== undefined) expect(Buffer.compare(plain.value, content)).toBe(0);
});

describe('files', () => {
  beforeAll(ready);

  test('come back as they were, whatever their size is to a chunk', () => {
    const org = randomBytes(32);
    for (const size of [0, 1, chunkPlainSize - 1, chunkPlainSize, 2 * chunkPlainSize]) {
      const content = randomBytes(size);
      const { about, chunks } = encryptFile(org, content, '사진.jpg', 'image/jpeg');
      expect(chunks.every((chunk) => chunk.length === 65_536)).toBe(true);
      const read = readAttachment(Members.parse(writeJson(attachmentJson(about))));
      expect(Buffer.compare(decryptFile(org, read, chunks), content)).toBe(0);
    }
  });

  test('have one of five sizes, and a largest', () => {
    expect(fileClassFor(maxFileSize)).toBe(256);
    expect(outcome(() => fileClassFor(maxFileSize + 1)).class).toBe('too_large');
  });
});
