// The access log against the real server, and against one that tampers with it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHere } from '../../../src/review/worker/opening';
import { ReviewerConsole } from '../../../src/review/worker/reviewer';
import { CodedError } from '../../../src/rpc/rpc';
import { TestServer } from '../../server';

const minutes = 60_000;
const passphrase = 'liberty absorb crater vivid salon orbit';

describe('the access log', () => {
  let server: TestServer;
  let file: Uint8Array<ArrayBuffer>;
  let reviewer: ReviewerConsole;
  let tamper = (entries: string[]) => entries;

  const fetcher: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    const path = new URL(input instanceof Request ? input.url : input).pathname;
    if (!path.endsWith('/access-log')) return answer;
    const page = (await answer.json()) as { from: number; size: number; entries: string[] };
    const entries = tamper(page.entries);
    return Response.json({ from: page.from, size: page.from + entries.length, entries });
  };

  beforeAll(async () => {
    server = await TestServer.start();
    reviewer = new ReviewerConsole({ openerFor: openHere, fetcher });
    await reviewer.open(server.origin, server.org);
    file = (await reviewer.enrol(await server.invite(1), passphrase, 'file')).file;
    await server.approve(1, true);
    await reviewer.unlockFile(file, passphrase);
  }, 3 * minutes);
  afterAll(() => server.remove());

  it(
    'tells what reviewers and admins did, and nothing of who reports',
    async () => {
      await server.anyone(['report', '--file', '-'], { input: '누가 보냈는지 모를 글' });
      const { size, newest } = await reviewer.accessLog(false);
      expect(newest).toHaveLength(size);
      const what = newest.map((entry) => entry.replace(/^\d+ /, '')).reverse();
      expect(what).toContain('code enrolment-submitted 1');
      expect(what).toContain('reviewer 1 session-opened reviewer');
      expect(what.at(-1)).toMatch(/^(reviewer 1|admin \S+|roots) /);
      // A second look begins at the first entry again, and goes on to what came since.
      await reviewer.lock();
      await reviewer.unlockFile(file, passphrase);
      expect((await reviewer.accessLog(false)).size).toBeGreaterThan(size);
    },
    minutes,
  );

  it.each([
    ['a line is changed', (entries: string[]) => entries.map((e, i) => (i === 2 ? `${e}0` : e))],
    ['a line is taken out', (entries: string[]) => entries.filter((_, i) => i !== 1)],
    ['two change places', ([a = '', b = '', ...rest]: string[]) => [b, a, ...rest]],
    ['it ends earlier', (entries: string[]) => entries.slice(0, -1)],
  ])(
    'is refused when %s',
    async (_what, how) => {
      await reviewer.accessLog(false);
      tamper = how;
      const refused = new CodedError('log_forked');
      try {
        await expect(reviewer.accessLog(false)).rejects.toEqual(refused);
      } finally {
        tamper = (entries) => entries;
      }
      await reviewer.accessLog(false); // what was refused is not what is remembered
    },
    minutes,
  );

  it(
    'is held against what was seen at an earlier visit, until it is accepted as it is',
    async () => {
      const forked = new CodedError('log_forked');
      const visit = async () => {
        await reviewer.lock();
        await reviewer.unlockFromServer(1, passphrase);
      };
      await reviewer.moveToServer(passphrase);
      await reviewer.accessLog(false);
      await visit();
      try {
        tamper = (entries) => entries.filter((_, i) => i !== 1);
        await expect(reviewer.accessLog(false)).rejects.toEqual(forked);
        await visit();
        await expect(reviewer.accessLog(false)).rejects.toEqual(forked); // and goes on saying so
        const { size } = await reviewer.accessLog(true);
        await visit();
        expect((await reviewer.accessLog(false)).size).toBeGreaterThan(size);
        tamper = (entries) => entries;
        await expect(reviewer.accessLog(false)).rejects.toEqual(forked);
      } finally {
        tamper = (entries) => entries;
      }
    },
    minutes,
  );
});
