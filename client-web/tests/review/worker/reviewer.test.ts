// The console's worker against the real server, and the command line on the other side.
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fetch } from '../../../src/client/transport';
import { utf8 } from '../../../src/protocol/bytes';
import { openKeyring } from '../../../src/protocol/keyring';
import { ReviewerKeyring } from '../../../src/protocol/reviewer_keyring';
import { openHere } from '../../../src/review/worker/opening';
import { ReviewerConsole } from '../../../src/review/worker/reviewer';
import type { CaseSummary } from '../../../src/review/contract';
import { CodedError, codeOf } from '../../../src/rpc/rpc';
import { changgu, TestServer } from '../../server';

const minutes = 60_000;
const passphrase = 'liberty absorb crater vivid salon orbit';
const none = () => undefined;

let server: TestServer;

let ahead = 0; // of the clock, in seconds
const newConsole = async () => {
  const now = () => Math.floor(Date.now() / 1000) + ahead;
  const made = new ReviewerConsole({ openerFor: openHere, now });
  await made.open(server.origin, server.org);
  return made;
};
const codeFrom = (run: Promise<unknown>) =>
  run.then(
    () => 'ok',
    (error: unknown) => {
      if (!(error instanceof CodedError)) throw error;
      return codeOf(error);
    },
  );

interface Receipt {
  words: string;
}
async function report(text: string, ...options: string[]): Promise<Receipt> {
  const { data } = await server.anyone(['report', '--file', '-', ...options], { input: text });
  return data['receipt'] as Receipt;
}
async function answers(receipt: Receipt): Promise<Record<string, unknown>[]> {
  const { data } = await server.anyone(['answers'], { secrets: { receipt: receipt.words }, allowed: [0, 7] });
  return data['answers'] as Record<string, unknown>[];
}
async function followUp(receipt: Receipt, text: string): Promise<void> {
  await server.anyone(['follow-up', '--file', '-'], { input: text, secrets: { receipt: receipt.words } });
}
/** Syncs until a case with this excerpt is there. */
async function arrived(console: ReviewerConsole, excerpt: string): Promise<CaseSummary> {
  await server.released();
  await console.sync(none);
  const found = (await console.queue()).find((c) => c.excerpt === excerpt);
  if (found === undefined) throw new Error(`no case that begins with ${excerpt}`);
  return found;
}

describe('the console against the server', () => {
  let first: ReviewerConsole;
  let second: ReviewerConsole;
  let file: Uint8Array<ArrayBuffer>;

  beforeAll(async () => {
    server = await TestServer.start();
    await server.enrol(2, false);
    first = await newConsole();
    const code = await server.invite(1);
    const enrolled = await first.enrol(code, passphrase, 'file');
    expect(enrolled).toMatchObject({ number: 1, place: 'file' });
    file = enrolled.file;
    expect(await codeFrom(first.unlockFile(file, passphrase))).toBe('unknown_reviewer'); // not approved yet
    await server.approve(1, true, '감사담당관');
  }, 3 * minutes);

  afterAll(async () => {
    await server.remove();
  });

  it(
    'enrols and unlocks',
    async () => {
      expect(await codeFrom(first.queue())).toBe('locked');
      expect(await codeFrom(first.unlockFile(file, 'another'))).toBe('wrong_passphrase');
      const me = await first.unlockFile(file, passphrase);
      expect(me).toMatchObject({ number: 1, place: 'file', role: { ko: '감사담당관' }, revoked: false });
      expect(await first.health()).toMatchObject({
        readsEpoch: 1,
        isRecipient: true,
        prekeysLeft: 25,
        unsaved: false,
      });
    },
    minutes,
  );

  it(
    'takes a report into a case, answers it, and hears back',
    async () => {
      const receipt = await report('회식비를 걷는다', '--category', 'treating', '--answer', 'who=과장');
      const one = await arrived(first, '회식비를 걷는다');
      expect(one).toMatchObject({
        category: 'treating',
        status: 'received',
        isNew: true,
        messages: 1,
        alarm: false,
      });
      expect(one.number).toMatch(/^C-[0-9]{6}$/);
      expect(one.clocks.map((c) => [c.kind, c.done, c.paused])).toEqual([
        ['acknowledge', false, false],
        ['conclude', false, false],
        ['feedback', false, false],
      ]);

      expect(await first.checkReply(one.id, '과장이')).toEqual([]);
      const detail = await first.reply(one.id, {
        text: '확인하고 있습니다.',
        status: 'reviewing',
        shownAs: 'role',
      });
      expect(detail).toMatchObject({ status: 'reviewing', replies: 1, addressesLeft: 7 });
      expect(detail.clocks.map((c) => c.done)).toEqual([true, false, true]);
      await server.released();
      expect(await answers(receipt)).toMatchObject([
        { state: 'present', text: '확인하고 있습니다.', status: 'reviewing', reviewer: 1 },
      ]);

      await followUp(receipt, '영수증이 있다');
      await server.released();
      const again = await first.sync(none);
      expect(again).toMatchObject({ opened: [], changed: [one.id], strays: [], alarms: [] });
      const read = await first.readCase(one.id);
      expect(read.thread.map((t) => (t.from === 'office' ? t.reply.text : t.message.text))).toEqual([
        '회식비를 걷는다',
        '확인하고 있습니다.',
        '영수증이 있다',
      ]);
      expect(read.thread[0]).toMatchObject({ message: { answers: [{ question: 'who', text: '과장' }] } });
      expect(await first.search('영수증 회식비')).toEqual([one.id]);
      // A second sync of the same finds nothing, and writes nothing twice.
      expect(await first.sync(none)).toMatchObject({ opened: [], changed: [] });
      expect((await first.readCase(one.id)).history).toHaveLength(read.history.length);
    },
    3 * minutes,
  );

  it(
    'keeps a keyring file pending until it is saved',
    async () => {
      expect((await first.health()).unsaved).toBe(true);
      const pending = await first.pendingFile();
      expect((await first.health()).unsaved).toBe(true);
      await first.saved();
      expect(await first.health()).toMatchObject({ unsaved: false });
      expect(await first.pendingFile()).toBeNull();
      if (pending === null) throw new Error('nothing was pending');
      const copy = await newConsole();
      await copy.unlockFile(pending, passphrase);
      await copy.refresh();
      expect(await copy.queue()).toHaveLength(1);
      await copy.lock();
      expect(await codeFrom(copy.queue())).toBe('locked');
    },
    minutes,
  );

  it(
    'keeps the keyring on the server, where two copies become one',
    async () => {
      await first.moveToServer(passphrase);
      const copy = await newConsole();
      expect(await codeFrom(copy.unlockFromServer(1, 'another one'))).toBe('no_keyring');
      expect(await codeFrom(copy.unlockFromServer(9, passphrase))).toBe('no_keyring');
      expect(await copy.unlockFromServer(1, passphrase)).toMatchObject({ number: 1, place: 'server' });
      await report('두 사본');
      const there = await arrived(copy, '두 사본');
      // The first console has not read that batch: what the copy stored is taken in when it saves.
      const back = await first.sync(none);
      expect(back.alarms).toEqual([]);
      expect((await first.queue()).map((c) => c.number)).toContain(there.number);
      ahead = 120;
      await first.lock();
      ahead = 0;
      await first.unlockFromServer(1, passphrase);
      await first.refresh();
      expect(await first.queue()).toHaveLength(2);
      expect((await first.queue()).some((c) => c.isNew)).toBe(false);
      await copy.lock();
    },
    3 * minutes,
  );

  it(
    'shows two reviewers each other’s events, and both survive',
    async () => {
      await report('둘이 함께');
      const code = await server.invite(3);
      second = await newConsole();
      const { file: theirs } = await second.enrol(code, passphrase, 'file');
      await server.approve(3, true);
      await second.unlockFile(theirs, passphrase);
      await report('둘이 함께 보는 제보');
      const mine = await arrived(first, '둘이 함께 보는 제보');
      await second.sync(none);
      expect((await second.queue()).map((c) => c.number)).toEqual([mine.number]); // one event 0, whoever wrote it
      await Promise.all([
        first.act(mine.id, { type: 'note', text: '첫째의 메모' }),
        second.act(mine.id, { type: 'note', text: '둘째의 메모' }),
      ]);
      await first.act(mine.id, { type: 'tag', tag: '회식' });
      await first.act(mine.id, { type: 'recusal', reason: '같은 부서' });
      await first.act(mine.id, { type: 'extension', reason: '자료 대기' });
      expect(await second.refresh()).toEqual({ changed: [mine.id], destroyed: [] });
      const seen = await second.readCase(mine.id);
      expect(seen.notes.map((n) => n.by).sort()).toEqual([1, 3]);
      expect(seen).toMatchObject({ tags: ['회식'], recused: [1], isNew: true });
      await second.act(mine.id, { type: 'untag', tag: '회식' });
      await second.act(mine.id, { type: 'close', reason: '사실 아님' });
      const closed = await first.readCase(mine.id);
      expect(closed).toMatchObject({ tags: [], status: 'closed', closingReason: '사실 아님' });
      expect(closed.clocks.every((c) => c.done)).toBe(true);
      const tooLong = { type: 'tag', tag: '가'.repeat(200) } as const;
      expect(await codeFrom(first.act(mine.id, tooLong))).toBe('bad_field');
      expect(await codeFrom(first.act('00'.repeat(16), { type: 'note', text: 'x' }))).toBe('no_such_case');
    },
    3 * minutes,
  );

  it(
    'hands a case over, but never to somebody whom the reporter excluded',
    async () => {
      const before = (await first.queue()).find((c) => c.excerpt === '두 사본');
      if (before === undefined) throw new Error('no case');
      const given = await first.handOver(before.id, 3, none);
      expect(given.history.at(-1)).toMatchObject({ type: 'handover', by: 1, body: { number: 3 } });
      await server.released();
      expect(await second.sync(none)).toMatchObject({ opened: [before.id], alarms: [] });
      expect((await second.readCase(before.id)).number).toBe(before.number);

      await report('셋째는 모르게', '--exclude', '3');
      const secret = await arrived(first, '셋째는 모르게');
      expect(await codeFrom(first.handOver(secret.id, 3, none))).toBe('excluded_reader');
      expect(await codeFrom(first.act(secret.id, { type: 'assign', number: 3 }))).toBe('excluded_reader');
      expect((await first.readCase(secret.id)).history).toHaveLength(1);
      // Nor is its number told where they read.
      const link = { type: 'similar', case: secret.number } as const;
      expect(await codeFrom(first.act(before.id, link))).toBe('excluded_from_other');
      expect(await codeFrom(first.act(before.id, { ...link, case: 'C-none' }))).toBe('no_such_case');
      expect((await second.readCase(before.id)).similar).toEqual([]);
      expect((await first.act(secret.id, { ...link, case: before.number })).similar).toEqual([before.number]);
      const theirs = await second.sync(none);
      expect(theirs).toMatchObject({ opened: [], alarms: [], strays: [] });
    },
    3 * minutes,
  );

  it(
    'knows a colleague who came after its key log was read',
    async () => {
      const shared = (await second.queue()).find((c) => c.excerpt === '두 사본');
      if (shared === undefined) throw new Error('no case');
      const third = await newConsole();
      const { file: theirs } = await third.enrol(await server.invite(4), passphrase, 'file');
      await server.approve(4, true);
      await third.unlockFile(theirs, passphrase);
      await second.handOver(shared.id, 4, none);
      await server.released();
      expect(await third.sync(none)).toMatchObject({ opened: [shared.id], alarms: [] });
      await third.act(shared.id, { type: 'note', text: '새 담당자의 메모' });
      expect((await first.refresh()).changed).toContain(shared.id);
      const seen = await first.readCase(shared.id);
      expect(seen.notes).toMatchObject([{ by: 4, text: '새 담당자의 메모' }]);
      expect(seen).toMatchObject({ unreadable: [], alarm: false });
      await third.lock();
    },
    3 * minutes,
  );

  it(
    'fetches files and exports a case with their hashes',
    async () => {
      writeFileSync(server.desk('evidence.txt'), '영수증 사본');
      await report('파일이 있다', '--attach', server.desk('evidence.txt'));
      const one = await arrived(first, '파일이 있다');
      const content = await first.attachment(one.id, 0, 0);
      expect(new TextDecoder().decode(content)).toBe('영수증 사본');
      expect(await codeFrom(first.attachment(one.id, 0, 1))).toBe('not-found');
      const text = await first.exportCase(one.id);
      const hash = Array.from(
        new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode('영수증 사본'))),
        (b) => b.toString(16).padStart(2, '0'),
      ).join('');
      expect(JSON.parse(text)).toMatchObject({
        number: one.number,
        messages: [{ text: '파일이 있다', attachments: [{ name: 'evidence.txt', sha256: hash }] }],
      });
      for (const secret of ['reply_key', 'addresses', 'signature', one.id])
        expect(text).not.toContain(secret);
    },
    3 * minutes,
  );

  it(
    'forgets a retired epoch once a later batch was read',
    async () => {
      await server.admin(['keys', 'rotate']);
      await server.admin(['keys', 'retire', '1']);
      await first.sync(none);
      expect((await first.health()).draining).toEqual([1]);
      await server.released();
      expect(await first.sync(none)).toMatchObject({ forgotten: [1] });
      expect((await first.health()).draining).toEqual([]);
    },
    3 * minutes,
  );

  it('counts without giving small numbers away', async () => {
    const figures = await first.figures(false);
    expect(figures.byCategory.total).toBe((await first.queue()).length);
    expect(figures.byStatus.cells.flat().every((n) => n === null || n === 0 || n >= 5)).toBe(true);
  });

  it(
    'tells of a forgotten epoch only once the file without it is saved',
    async () => {
      await server.admin(['keys', 'retire', '2']);
      await second.sync(none);
      await server.released();
      expect(await second.sync(none)).toMatchObject({ forgotten: [2] });
      const draining = async () => {
        const json = openKeyring(await second.exportKeyring(passphrase), utf8(passphrase));
        return ReviewerKeyring.fromJsonText(json).draining.map((d) => d.epoch);
      };
      expect(await draining()).toEqual([2]); // untold
      await second.saved();
      expect(await draining()).toEqual([]);
      expect(await second.health()).toMatchObject({ draining: [], unsaved: false });
    },
    3 * minutes,
  );

  it(
    'writes once though answers are lost',
    async () => {
      const receipt = await report('끊기는 연결');
      const one = await arrived(first, '끊기는 연결');
      const lost = new Set<string>();
      const lossy: Fetch = async (input, init) => {
        const answer = await fetch(input, init);
        const call = input instanceof Request ? input.url : input.toString();
        if (init?.method !== 'PUT' || lost.has(call)) return answer;
        lost.add(call);
        throw new TypeError('the connection is gone');
      };
      const unlucky = new ReviewerConsole({ openerFor: openHere, fetcher: lossy });
      await unlucky.open(server.origin, server.org);
      await unlucky.unlockFile(await first.exportKeyring(passphrase), passphrase);
      await unlucky.act(one.id, { type: 'note', text: '한 번만' });
      const after = await unlucky.reply(one.id, { text: '한 번만', status: 'closed', shownAs: 'office' });
      expect(lost.size).toBe(3); // the note, the announcement, the reply
      expect(after).toMatchObject({ replies: 1, addressesLeft: 7 });
      expect(after.notes).toHaveLength(1);
      await server.released();
      expect(await answers(receipt)).toMatchObject([{ state: 'present', text: '한 번만', status: 'closed' }]);
      await unlucky.lock();
    },
    3 * minutes,
  );

  it(
    'shares keyring files with the command line',
    async () => {
      const path = server.desk('from-console.keyring');
      writeFileSync(path, await first.exportKeyring(passphrase), { mode: 0o600 });
      const { data } = await changgu(['inbox', '--keyring', path], { secrets: { passphrase }, allowed: [0] });
      const listed = (data['cases'] as { number: string }[]).map((c) => c.number).sort();
      expect(listed).toEqual((await first.queue()).map((c) => c.number).sort());

      const theirs = new Uint8Array(readFileSync(server.desk('reviewer-2.keyring')));
      const console = await newConsole();
      const words = 'correct horse battery staple 2 부근 자신'; // as tests/server.ts gives it
      expect(await console.unlockFile(theirs, words)).toMatchObject({ number: 2 });
      await console.sync(none);
      expect((await console.queue()).length).toBeGreaterThan(0);
      await console.lock();
    },
    3 * minutes,
  );

  it(
    'does not open for a revoked reviewer',
    async () => {
      await server.admin(['reviewers', 'revoke', '3', '--allow-missing']);
      expect(await codeFrom(second.sync(none))).toBe('revoked_reviewer');
    },
    minutes,
  );
});
