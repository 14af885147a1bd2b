// The end of a case, against the real server: due, held, destroyed, and not brought back.
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHere } from '../../../src/review/worker/opening';
import { ReviewerConsole } from '../../../src/review/worker/reviewer';
import type { CaseSummary } from '../../../src/review/contract';
import { CodedError, codeOf } from '../../../src/rpc/rpc';
import { TestServer } from '../../server';

const minutes = 60_000;
const years = 365 * 86_400;
const passphrase = 'liberty absorb crater vivid salon orbit';
const none = () => undefined;
const codeFrom = (run: Promise<unknown>) =>
  run.then(
    () => 'ok',
    (error: unknown) => {
      if (!(error instanceof CodedError)) throw error;
      return codeOf(error);
    },
  );

describe('a case that nobody needs any more', () => {
  let server: TestServer;
  let ahead = 0; // of the clocks, in seconds
  let purges = Infinity; // that get through
  const files: Uint8Array<ArrayBuffer>[] = [];
  let first: ReviewerConsole;
  let second: ReviewerConsole;

  const fetcher: typeof fetch = (input, init) => {
    const path = new URL(input instanceof Request ? input.url : input).pathname;
    return path.endsWith('/purge') && --purges < 0
      ? Promise.reject(new TypeError('lost'))
      : fetch(input, init);
  };
  async function unlocked(file: Uint8Array<ArrayBuffer> | undefined): Promise<ReviewerConsole> {
    const now = () => Math.floor(Date.now() / 1000) + ahead;
    const made = new ReviewerConsole({ openerFor: openHere, now, fetcher });
    await made.open(server.origin, server.org);
    if (file !== undefined) await made.unlockFile(file, passphrase);
    return made;
  }
  async function report(text: string, ...options: string[]): Promise<string> {
    const { data } = await server.anyone(['report', '--file', '-', ...options], { input: text });
    return (data['receipt'] as { words: string }).words;
  }
  async function arrived(excerpt: string): Promise<CaseSummary> {
    await server.released();
    for (const console of [first, second]) await console.sync(none);
    const found = (await first.queue()).find((c) => c.excerpt === excerpt);
    if (found === undefined) throw new Error(`no case that begins with ${excerpt}`);
    return found;
  }
  /** Its stage as both see it. */
  async function stages(id: string): Promise<string[]> {
    const seen = await Promise.all([first, second].map((console) => console.readCase(id)));
    return seen.map(({ keeping }) => keeping.stage);
  }

  beforeAll(async () => {
    server = await TestServer.start();
    for (const number of [1, 2]) {
      const console = await unlocked(undefined);
      files.push((await console.enrol(await server.invite(number), passphrase, 'file')).file);
      await server.approve(number, number === 2);
    }
    first = await unlocked(files[0]);
    second = await unlocked(files[1]);
  }, 5 * minutes);
  afterAll(() => server.remove());

  it(
    'falls due years after its closing, and is not destroyed before, nor while it is held',
    async () => {
      await report('오래된 일');
      const { id, keeping } = await arrived('오래된 일');
      expect(keeping).toEqual({ stage: 'open', closedSince: null, due: null, holds: [] });
      expect(await codeFrom(first.destroyCase(id))).toBe('not_due');
      await first.act(id, { type: 'close', reason: '사실 확인' });
      expect(await stages(id)).toEqual(['kept', 'kept']);
      expect(await codeFrom(first.destroyCase(id))).toBe('not_due');
      await second.act(id, { type: 'hold', reason: '소송 중' });
      expect(await stages(id)).toEqual(['held', 'held']);
      ahead = 4 * years;
      try {
        expect(await codeFrom(first.destroyCase(id))).toBe('case_held');
        expect((await first.readCase(id)).keeping.holds).toMatchObject([{ by: 2, reason: '소송 중' }]);
        await first.act(id, { type: 'unhold', reason: '소송 끝' });
        expect(await stages(id)).toEqual(['due', 'due']);
      } finally {
        ahead = 0;
      }
      expect(await stages(id)).toEqual(['kept', 'kept']);
    },
    3 * minutes,
  );

  it(
    'goes with its files and its keys, and its old envelope does not bring it back',
    async () => {
      writeFileSync(server.desk('evidence.txt'), '영수증 사본');
      const receipt = await report('없앨 일', '--attach', server.desk('evidence.txt'));
      const { id, number } = await arrived('없앨 일');
      const before = (await first.queue()).length;
      await first.act(id, { type: 'close', reason: '사실 확인' });
      await second.readCase(id);
      ahead = 4 * years;
      try {
        expect(await codeFrom(first.destroyCase(id))).toBe('ok');
        expect(await codeFrom(first.readCase(id))).toBe('no_such_case');
        // The other one has read it all: it sees that nothing is left, and says so once.
        expect(await codeFrom(second.attachment(id, 0, 0))).not.toBe('ok');
        expect((await second.refresh()).destroyed).toEqual([number]);
        expect((await second.refresh()).destroyed).toEqual([]);
        for (const console of [first, second])
          expect((await console.queue()).map((c) => c.id)).not.toContain(id);
      } finally {
        ahead = 0;
      }
      // Copies that never read the inbox find the envelope in it, and a follow-up beside.
      await server.anyone(['follow-up', '--file', '-'], { input: '더 있다', secrets: { receipt } });
      await server.released();
      for (const file of files) {
        const copy = await unlocked(file);
        const synced = await copy.sync(none);
        expect(synced.alarms).toEqual([]);
        expect(synced.opened).not.toContain(id);
        expect(synced.strays).toMatchObject([{ why: 'no_case_key', text: '더 있다' }]);
        expect(await copy.queue()).toHaveLength(before - 1);
        const again = await copy.sync(none);
        expect(again).toMatchObject({ opened: [], strays: [], destroyed: [] });
      }
      expect((await first.sync(none)).strays).toMatchObject([{ why: 'no_case_key', text: '더 있다' }]);
    },
    5 * minutes,
  );

  it(
    'whose destruction was broken off takes nothing more, and is finished by anybody',
    async () => {
      writeFileSync(server.desk('more.txt'), '또 다른 사본');
      const receipt = await report('반쯤 없앤 일', '--attach', server.desk('more.txt'));
      const { id } = await arrived('반쯤 없앤 일');
      await first.act(id, { type: 'close', reason: '사실 확인' });
      ahead = 4 * years;
      try {
        purges = 1; // its files
        expect(await codeFrom(first.destroyCase(id))).toBe('offline');
        purges = Infinity;
        expect(await stages(id)).toEqual(['begun', 'begun']);
        expect(await codeFrom(second.act(id, { type: 'hold', reason: '늦었다' }))).toBe('case_destroyed');
        await server.anyone(['follow-up', '--file', '-'], { input: '늦은 글', secrets: { receipt } });
        await server.released();
        expect((await second.sync(none)).strays).toMatchObject([{ why: 'case_destroyed', text: '늦은 글' }]);
        expect(await codeFrom(second.destroyCase(id))).toBe('ok');
        expect((await first.refresh()).destroyed).toHaveLength(1);
      } finally {
        ahead = 0;
        purges = Infinity;
      }
    },
    5 * minutes,
  );
});
