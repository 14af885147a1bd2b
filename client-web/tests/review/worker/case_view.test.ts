import { beforeAll, describe, expect, it } from 'vitest';
import { toBase64, toHex, utf8 } from '../../../src/protocol/bytes';
import { snapshotOf } from '../../../src/protocol/case_event';
import { messageKind, signingTag, type Frame } from '../../../src/protocol/frame';
import { writeJson, type JsonObject } from '../../../src/protocol/json';
import { KeyLog } from '../../../src/protocol/key_log';
import { reportJson } from '../../../src/protocol/message';
import { signNote } from '../../../src/protocol/note';
import { threadOf } from '../../../src/protocol/receipt';
import { sign, signKeyPairFrom, type SignKeyPair } from '../../../src/protocol/signing';
import { randomBytes, ready } from '../../../src/protocol/sodium';
import { statementText } from '../../../src/protocol/statement';
import { CaseView, newCaseNumber } from '../../../src/review/worker/case_view';
import { CodedError } from '../../../src/rpc/rpc';

let log: KeyLog;
let reviewer: SignKeyPair;
let author: SignKeyPair;

const pair = () => signKeyPairFrom(randomBytes(32));

beforeAll(async () => {
  await ready();
  [reviewer, author] = [pair(), pair()];
  const [root, recovery] = [pair(), pair()];
  const key = (name: string, { publicKey }: SignKeyPair) => ({ name, key: toBase64(publicKey) });
  const policy = {
    ...{
      suite: 1,
      tick: 60,
      tick_offset: 0,
      fill: 1,
      ahead: 0,
      overlap: 0,
      drain_max: 0,
      retention_months: 1,
    },
    ...{ categories: [], questions: [] },
  };
  const genesis = statementText(0, new Uint8Array(32), 'genesis', {
    name: { ko: '', en: '' },
    roots: [key('root', root)],
    threshold: 1,
    recovery: key('recovery', recovery),
    origins: ['https://a.example'],
    policy,
  });
  log = KeyLog.start(
    signNote(genesis, [
      { name: 'root', key: root },
      { name: 'recovery', key: recovery },
    ]),
  );
  const entry = {
    number: 7,
    identity: toBase64(reviewer.publicKey),
    role: { ko: '', en: '' },
    desk: '',
    languages: [],
  };
  log.append(signNote(log.nextText('reviewer', entry), [{ name: 'root', key: root }]));
});

const event = (body: JsonObject | string, signer = reviewer): Frame => ({
  kind: messageKind.event,
  signer: signer.publicKey,
  signature: randomBytes(64),
  json: utf8(typeof body === 'string' ? body : writeJson(body)),
});

function snapshot(text: string, excluded: number[] = [], by = author): JsonObject {
  const json = utf8(
    writeJson(
      reportJson({
        log: log.head,
        replyKey: randomBytes(32),
        addresses: Array.from({ length: 8 }, () => randomBytes(32)),
        attachments: [],
        category: 'other',
        answers: [],
        text,
        excluded,
      }),
    ),
  );
  const [headerHash, context] = [randomBytes(32), randomBytes(32)];
  const tag = signingTag(messageKind.report) ?? '';
  const signature = sign(by.secretKey, tag, log.org, headerHash, context, json);
  const frame = { kind: messageKind.report, signer: by.publicKey, signature, json };
  return { ...snapshotOf(frame, headerHash, context), at: 600 };
}

const newView = () => new CaseView(toHex(threadOf(author.publicKey)));
const codeOfTake = (view: CaseView, frame: Frame) => {
  try {
    view.take(log, view.events.length, frame);
    return 'ok';
  } catch (error) {
    return error instanceof CodedError ? error.code : String(error);
  }
};

describe('a case', () => {
  it('is folded from its events', () => {
    const view = newView();
    const bodies: JsonObject[] = [
      { ...snapshot('처음', [3]), case_number: 'C-000123' },
      { type: 'status', status: 'investigating', at: 660 },
      { type: 'assign', number: 7, at: 660 },
      { type: 'tag', tag: '회식', at: 660 },
      { type: 'tag', tag: '예산', at: 660 },
      { type: 'untag', tag: '회식', at: 660 },
      { type: 'similar', case: 'C-000001', at: 660 },
      { type: 'recusal', reason: '', at: 660 },
      { type: 'extension', reason: 'r', at: 660 },
      { type: 'handover', number: 9, at: 660 },
      { type: 'note', text: 'n', at: 660 },
      { type: 'of a later version', anything: [1], at: 720 },
    ];
    for (const body of bodies) expect(codeOfTake(view, event(body))).toBe('ok');
    expect(view).toMatchObject({ number: 'C-000123', status: 'investigating', assignee: 7, excluded: [3] });
    expect([[...view.tags], [...view.similar], [...view.recused]]).toEqual([['예산'], ['C-000001'], [7]]);
    expect(view.events.map((e) => e.type)).toEqual(bodies.map((b) => b['type']));
    expect(view.report?.text).toBe('처음');
    expect(view.freeAddresses).toHaveLength(8);
    const address = view.freeAddresses[0];
    if (address === undefined) throw new Error('no address');
    const reply = {
      type: 'reply',
      address: toBase64(address),
      text: 'a',
      status: 'closed',
      shown_as: 'office',
      at: 780,
    };
    expect(codeOfTake(view, event(reply))).toBe('ok');
    expect(view.freeAddresses).toHaveLength(7);
    expect(view.replies).toMatchObject([{ by: 7, shownAs: 'office', status: 'closed' }]);
    expect(view.status).toBe('closed');
  });

  it('keeps a message once, though two reviewers wrote it', () => {
    const view = newView();
    const body = snapshot('처음');
    expect(codeOfTake(view, event({ ...body, case_number: 'C-000001' }))).toBe('ok');
    expect(codeOfTake(view, event({ ...body, case_number: 'C-000002' }))).toBe('ok');
    expect(view.messages).toHaveLength(1);
    expect(view.number).toBe('C-000001');
  });

  it('believes no stranger, no other thread, and no altered message', () => {
    const view = newView();
    expect(codeOfTake(view, event(snapshot('x'), pair()))).toBe('bad_case');
    expect(codeOfTake(view, event(snapshot('x', [], pair())))).toBe('bad_case');
    const body = snapshot('x');
    expect(codeOfTake(view, event({ ...body, json: (body['json'] as string).replace('"x"', '"y"') }))).toBe(
      'bad_case',
    );
    expect(view.events).toEqual([]);
    expect(view.report).toBeUndefined();
  });

  it('leaves what it cannot read aside, unchanged', () => {
    const view = newView();
    for (const wrong of [
      '',
      '[]',
      '{"type":1}',
      { type: 'status', status: 'lost' },
      { type: 'assign', number: 70_000 },
      { type: 'assign' },
      { type: 'tag', tag: 'x'.repeat(501) },
      { type: 'handover', number: 0 },
      { type: 'close' },
      { type: 'reply', address: 'AAAA', text: '', status: 'closed' },
      { type: 'note', at: -1, text: '' },
    ])
      expect(codeOfTake(view, event(wrong))).toBe('bad_case');
    expect(view).toMatchObject({ status: 'received', assignee: 0, events: [] });
    expect(codeOfTake(view, event({ type: 'note', text: '', at: Number.MAX_SAFE_INTEGER }))).toBe('ok');
    const at = view.events[0]?.at ?? 0;
    expect(new Date(at * 1000).toISOString()).toBe('9999-12-31T23:59:59.000Z');
  });

  it('is given six random digits', () => {
    const numbers = Array.from({ length: 50 }, newCaseNumber);
    expect(numbers.every((n) => /^C-[0-9]{6}$/.test(n))).toBe(true);
    expect(new Set(numbers).size).toBeGreaterThan(45);
  });
});
