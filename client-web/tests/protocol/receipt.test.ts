import { expect, test } from 'vitest';
import { CodedError } from '../../src/rpc/rpc';
import { fromBase64, toBase64, toHex } from '../../src/protocol/bytes';
import { orgOf, parseFingerprint, toFingerprintWords } from '../../src/protocol/fingerprint';
import {
  newReceipt,
  parseReceipt,
  receiptDigits,
  receiptWords,
  replyAddress,
  ReporterKeys,
  somebodyExcluded,
  threadOf,
} from '../../src/protocol/receipt';
import { sha256 } from '../../src/protocol/hash';
import { wordsOf } from '../../src/protocol/wordlist';
import { outcome, vectorTests, type VectorCase } from '../vectors';

function checkTyped(c: VectorCase, expected: string, parse: (text: string) => Uint8Array, yields: string) {
  const result = outcome(() => parse(c.text('text')));
  expect(result.class).toBe(expected);
  if (result.value !== undefined) expect(toBase64(result.value)).toBe(c.text(yields));
  if (expected === 'word_not_in_list') {
    const detail = result.error instanceof CodedError ? result.error.detail : undefined;
    expect(detail).toEqual({ position: c.number('position') });
  }
}

vectorTests('receipt', (c, expected) => {
  if (c.has('text')) {
    checkTyped(c, expected, parseReceipt, 'receipt');
    return;
  }
  const receipt = c.bytes('receipt');
  expect(receiptWords(receipt, 'ko').join(' ')).toBe(c.text('korean'));
  expect(receiptWords(receipt, 'en').join(' ')).toBe(c.text('english'));
  expect(receiptDigits(receipt)).toBe(c.text('digits'));
  for (const form of ['korean', 'english', 'digits'])
    expect(toBase64(parseReceipt(c.text(form)))).toBe(c.text('receipt'));
  expect(somebodyExcluded(receipt)).toBe(c.flag('somebody_excluded'));

  const keys = ReporterKeys.deriveFrom(receipt, c.bytes('org'));
  expect(toBase64(keys.author.publicKey)).toBe(c.text('author'));
  expect(toBase64(keys.reply.publicKey)).toBe(c.text('reply_key'));
  expect(toBase64(threadOf(keys.author.publicKey))).toBe(c.text('thread'));
  const tokens = c.list('tokens');
  expect(tokens.length).toBeGreaterThan(0);
  expect(tokens.map((_token, i) => toBase64(keys.tokenAt(i)))).toEqual(tokens);
  expect(tokens.map((_token, i) => toBase64(keys.addressAt(i)))).toEqual(c.list('addresses'));
  expect(tokens.map((token) => toBase64(replyAddress(fromBase64(String(token)))))).toEqual(
    c.list('addresses'),
  );
});

vectorTests('fingerprint', (c, expected) => {
  if (c.has('text')) {
    checkTyped(c, expected, parseFingerprint, 'org');
    return;
  }
  const org = orgOf(c.text('genesis_text'));
  expect(toBase64(org)).toBe(c.text('org'));
  expect(toHex(org)).toBe(c.text('hex'));
  expect(toFingerprintWords(org, 'ko').join(' ')).toBe(c.text('korean'));
  expect(toFingerprintWords(org, 'en').join(' ')).toBe(c.text('english'));
});

test('the word lists are those of the protocol', () => {
  const digest = (words: readonly string[], form: string) =>
    toHex(sha256(new TextEncoder().encode(words.map((word) => `${word.normalize(form)}\n`).join(''))));
  expect(digest(wordsOf('ko'), 'NFKD')).toBe(
    '9e95f86c167de88f450f0aaf89e87f6624a57f973c67b516e338e8e8b8897f60',
  );
  expect(digest(wordsOf('en'), 'NFKD')).toBe(
    '2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda',
  );
});

test('a new receipt says whether somebody was excluded, and differs from the next', () => {
  for (const excluded of [true, false]) {
    const receipt = newReceipt(excluded);
    expect(somebodyExcluded(receipt)).toBe(excluded);
    expect(parseReceipt(receiptWords(receipt, 'ko').join(' '))).toEqual(receipt);
    expect(toHex(newReceipt(excluded))).not.toBe(toHex(receipt));
  }
});
