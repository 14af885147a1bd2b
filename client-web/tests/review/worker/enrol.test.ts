import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHere } from '../../../src/review/worker/opening';
import { ReviewerConsole } from '../../../src/review/worker/reviewer';
import { codeOf } from '../../../src/rpc/rpc';
import { TestServer } from '../../server';

const minutes = 60_000;

describe('enrolment', () => {
  let server: TestServer;
  const newConsole = async () => {
    const made = new ReviewerConsole({ openerFor: openHere });
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
      const passphrase = await console.suggestPassphrase('ko');
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
