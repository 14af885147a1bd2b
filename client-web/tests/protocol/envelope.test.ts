import { beforeAll, describe, expect, test } from 'vitest';
import { fromUtf8, toBase64 } from '../../src/protocol/bytes';
import {
  caseAddress,
  caseToken,
  messageOfSnapshot,
  openEvent,
  sealEvent,
  snapshotOf,
} from '../../src/protocol/case_event';
import {
  caseKeyOf,
  envelopeId,
  isAlarm,
  openEnvelope,
  readHeader,
  sealEnvelope,
} from '../../src/protocol/envelope';
import { messageKind, signingTag, type Frame } from '../../src/protocol/frame';
import { Members, writeJson, type JsonObject } from '../../src/protocol/json';
import {
  followUpJson,
  followUpOf,
  handoverJson,
  handoverOf,
  replyJson,
  replyOf,
  reportJson,
  reportOf,
} from '../../src/protocol/message';
import { threadOf } from '../../src/protocol/receipt';
import { signKeyPairFrom } from '../../src/protocol/signing';
import { randomBoxKeyPair, randomBytes, ready, sodium, type BoxKeyPair } from '../../src/protocol/sodium';
import { outcome, vectorTests, type VectorCase } from '../vectors';

function keyPairOf(secretKey: Uint8Array): BoxKeyPair {
  return { secretKey, publicKey: sodium.crypto_scalarmult_base(secretKey) };
}

const readers: Record<string, (frame: Frame) => JsonObject> = {
  report: (frame) => reportJson(reportOf(frame)),
  follow_up: (frame) => followUpJson(followUpOf(frame)),
  reply: (frame) => replyJson(replyOf(frame)),
  handover: (frame) => handoverJson(handoverOf(frame)),
};
function fieldsOf(frame: Frame, readAs: string): JsonObject {
  const reader = readers[readAs];
  if (reader === undefined) throw new Error('a kind of message that this reader does not know');
  return reader(frame);
}

vectorTests('message', (c, expected) => {
  const frame = {
    kind: c.number('kind'),
    signer: new Uint8Array(32),
    signature: new Uint8Array(64),
    json: c.bytes('json'),
  };
  const read = outcome(() => fieldsOf(frame, c.text('read_as')));
  expect(read.class).toBe(expected);
  if (read.value !== undefined) expect(read.value).toEqual(c.object('fields').raw);
});

function openedOf(c: VectorCase, envelope: Uint8Array) {
  const mine = keyPairOf(c.bytes('recipient_secret_key'));
  return openEnvelope(
    c.bytes('org'),
    envelope,
    c.number('epoch'),
    c.bytes('context'),
    c.number('slot'),
    mine,
  );
}

vectorTests('envelope', (c, expected, file) => {
  const envelope = file.object('envelopes').bytes(c.text('envelope'));
  const opened = outcome(() => openedOf(c, envelope));
  expect(opened.class).toBe(expected);
  if (opened.value === undefined) {
    expect(isAlarm(opened.error)).toBe(c.flag('alarm'));
    return;
  }
  const { message, headerHash, contentKey } = opened.value;
  expect(message.kind).toBe(c.number('kind'));
  expect(signingTag(message.kind) !== undefined).toBe(c.flag('signature_checked'));
  expect(toBase64(message.signer)).toBe(c.text('signer'));
  expect(fromUtf8(message.json)).toBe(c.text('json'));
  expect(toBase64(headerHash)).toBe(c.text('header_hash'));
  expect(toBase64(contentKey)).toBe(c.text('content_key'));
  expect(toBase64(caseKeyOf(contentKey))).toBe(c.text('case_key'));
  expect(toBase64(envelopeId(envelope))).toBe(c.text('id'));
});

vectorTests('follow_up', (c, expected) => {
  const read = outcome(() => {
    const { message } = openedOf(c, c.bytes('envelope'));
    return { message, fields: fieldsOf(message, 'follow_up') };
  });
  expect(read.class).toBe(expected);
  if (read.value === undefined) return;
  expect(toBase64(read.value.message.signer)).toBe(c.text('author'));
  expect(toBase64(threadOf(read.value.message.signer))).toBe(c.text('thread'));
  expect(read.value.fields).toEqual(c.object('fields').raw);
});

vectorTests('reply', (c, expected) => {
  const read = outcome(() => {
    const mine = keyPairOf(c.bytes('reply_secret_key'));
    const { message } = openEnvelope(c.bytes('org'), c.bytes('envelope'), 0, c.bytes('address'), 0, mine);
    return { message, fields: fieldsOf(message, 'reply') };
  });
  expect(read.class).toBe(expected);
  if (read.value === undefined) return;
  expect(toBase64(read.value.message.signer)).toBe(c.text('reviewer'));
  expect(read.value.fields).toEqual(c.object('fields').raw);
});

vectorTests('case_event', (c, expected, file) => {
  const key = c.bytes('case_key');
  const j = c.number('j');
  const sealed = file.object('events').bytes(c.text('event'));
  const read = outcome(() => openEvent(c.bytes('org'), key, j, sealed));
  expect(read.class).toBe(expected);
  if (read.value === undefined) return;
  expect(toBase64(caseToken(key, j))).toBe(c.text('token'));
  expect(toBase64(caseAddress(caseToken(key, j)))).toBe(c.text('address'));
  expect(toBase64(read.value.signer)).toBe(c.text('signer'));
  expect(fromUtf8(read.value.json)).toBe(c.text('json'));
});

vectorTests('snapshot', (c, expected) => {
  const snapshot = Members.parse(JSON.stringify(c.object('snapshot').raw));
  const read = outcome(() => messageOfSnapshot(c.bytes('org'), snapshot));
  expect(read.class).toBe(expected);
  if (read.value !== undefined) expect(toBase64(threadOf(read.value.signer))).toBe(c.text('thread'));
});

describe('sealing', () => {
  beforeAll(ready);
  const json = writeJson({ text: '갑질 신고가 아니라 제보입니다 \ud800' });

  test('opens for each recipient in its slot, and for nobody in a decoy', () => {
    const org = randomBytes(32);
    const context = randomBytes(32);
    const author = signKeyPairFrom(randomBytes(32));
    const [first, excluded, third] = [randomBoxKeyPair(), randomBoxKeyPair(), randomBoxKeyPair()];
    const slots = [first.publicKey, undefined, third.publicKey];
    const sealed = sealEnvelope(org, 7, context, slots, messageKind.report, author, json);
    expect(sealed.length).toBe(8192);
    expect(readHeader(sealed)).toEqual({ suite: 1, epoch: 7 });
    const opened = openEnvelope(org, sealed, 7, context, 0, first);
    expect(fromUtf8(opened.message.json)).toBe('{"text":"갑질 신고가 아니라 제보입니다 \ufffd"}');
    expect(openEnvelope(org, sealed, 7, context, 2, third).contentKey).toEqual(opened.contentKey);
    expect(outcome(() => openEnvelope(org, sealed, 7, context, 1, excluded)).class).toBe('slot_not_mine');
    const snapshot = snapshotOf(opened.message, opened.headerHash, context);
    expect(messageOfSnapshot(org, Members.parse(writeJson(snapshot)))).toEqual(opened.message);
  });

  test('refuses a key of small order, a seventeenth slot and what does not fit', () => {
    const author = signKeyPairFrom(randomBytes(32));
    const seal = (slots: Uint8Array[], text: string) =>
      outcome(() =>
        sealEnvelope(randomBytes(32), 1, randomBytes(32), slots, messageKind.report, author, text),
      ).class;
    expect(seal([new Uint8Array(32)], json)).toBe('bad_key');
    expect(seal(new Array<Uint8Array>(17).fill(randomBytes(32)), json)).toBe('bad_length');
    expect(seal([], toBase64(randomBytes(7000)))).toBe('too_large');
    expect(seal([], 'x'.repeat(65_536))).toBe('too_large');
    expect(seal([], 'x'.repeat(60_000))).toBe('ok');
  });

  test('a case event opens at its place only', () => {
    const org = randomBytes(32);
    const key = randomBytes(32);
    const reviewer = signKeyPairFrom(randomBytes(32));
    const sealed = sealEvent(org, key, 3, reviewer, { type: 'note', text: '메모' });
    expect(fromUtf8(openEvent(org, key, 3, sealed).json)).toBe('{"type":"note","text":"메모"}');
    expect(outcome(() => openEvent(org, key, 4, sealed)).class).toBe('bad_tag');
  });
});
