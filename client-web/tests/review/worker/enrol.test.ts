import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fetch } from '../../../src/client/transport';
import { openHere } from '../../../src/review/worker/opening';
import { ReviewerConsole } from '../../../src/review/worker/reviewer';
import { codeOf } from '../../../src/rpc/rpc';
import { TestServer } from '../../server';

const minutes = 60_000;

describe('enrolment', () => {
  let server: TestServer;
  let passphrase: string; // of reviewer 1
  const newConsole = async (fetcher: Fetch = fetch) => {
    const made = new ReviewerConsole({ openerFor: openHere, fetcher });
    await made.open(server.origin, server.org);
    return made;
  };
  const failure = (run: Promise<unknown>) => run.then(() => 'ok', codeOf);

  beforeAll(async () => {
    server = await TestServer.start();
  }, minutes);
  afterAll(async () => {
    await server.remove();
  });

  it('offers six words of the list, in either language', async () => {
    const console = await newConsole();
    for (const language of ['ko', 'en'] as const) {
      const words = await console.suggestPassphrase(language);
      expect(words.split(' ')).toHaveLength(6);
      expect(words).toBe(words.normalize('NFC'));
      expect(await console.suggestPassphrase(language)).not.toBe(words);
    }
  });

  it(
    'keeps the keyring on the server before anybody has approved it',
    async () => {
      const console = await newConsole();
      passphrase = await console.suggestPassphrase('ko');
      const code = await server.invite(1);
      const enrolled = await console.enrol(code, passphrase, 'server');
      expect(enrolled).toMatchObject({ number: 1, place: 'server' });
      expect(await failure(console.unlockFromServer(1, passphrase))).toBe('unknown_reviewer');
      await server.approve(1, true);
      expect(await console.unlockFromServer(1, passphrase)).toMatchObject({ number: 1, place: 'server' });
      // The spare opens too.
      const another = await newConsole();
      expect(await another.unlockFile(enrolled.file, passphrase)).toMatchObject({ number: 1, place: 'file' });
    },
    2 * minutes,
  );

  it(
    'can be opened though one way of storing it overtook another',
    async () => {
      let arrive: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (arrive = resolve));
      let stored: Promise<Response> | undefined; // what is put first, and is long on its way
      const slow: Fetch = async (input, init) => {
        const url = input instanceof Request ? input.url : input.toString();
        if (!url.endsWith('/keyring')) return fetch(input, init);
        if (init?.method === 'PUT' && stored === undefined) {
          stored = held.then(() => fetch(input, init));
          return stored;
        }
        const answer = await fetch(input, init);
        if (stored !== undefined) {
          arrive();
          await stored;
        }
        return answer;
      };
      const console = await newConsole(slow);
      await console.unlockFromServer(1, passphrase); // goes on before its keyring is stored
      await server.anyone(['report', '--file', '-'], { input: '느린 연결' });
      await server.released();
      expect(await console.sync(() => undefined)).toMatchObject({ opened: [expect.any(String)] });
      expect((await stored)?.status).toBe(204);

      const another = await newConsole();
      await another.unlockFromServer(1, passphrase);
      expect((await another.sync(() => undefined)).opened).toEqual([]);
      expect(await another.queue()).toMatchObject([{ excerpt: '느린 연결' }]);
    },
    2 * minutes,
  );

  it(
    'is refused for a code that is used, mistyped or made up',
    async () => {
      const console = await newConsole();
      const code = await server.invite(2);
      const mistyped = code.slice(0, -1) + (code.endsWith('a') ? 'b' : 'a');
      expect(await failure(console.enrol(mistyped, 'x', 'file'))).toMatch(/^bad_(checksum|encoding)$/);
      expect(await failure(console.enrol('nonsense', 'x', 'file'))).toBe('bad_length');
      await console.enrol(code, 'x', 'file');
      expect(await failure(console.enrol(code, 'x', 'file'))).toBe('not-found');
    },
    minutes,
  );
});
