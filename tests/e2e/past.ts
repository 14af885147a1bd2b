// What takes years, done in a moment: a reviewer's console in this process, whose clock is behind.
import fs from 'node:fs';
import https from 'node:https';
import { openHere } from '../../client-web/src/review/worker/opening';
import { ReviewerConsole } from '../../client-web/src/review/worker/reviewer';
import type { Office } from './office';

/** As fetch, to the office's own certificate. */
export function fetcherOf(office: Office): typeof fetch {
  const ca = fs.readFileSync(office.certificate);
  return (input, init = {}) =>
    new Promise((resolve, reject) => {
      const { method = 'GET', headers, body } = init;
      const request = https.request(
        String(input),
        {
          ca,
          method,
          headers: headers as Record<string, string>,
          agent: false,
        },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on('error', reject);
          answer.on('data', (bytes: Buffer) => parts.push(bytes));
          answer.on('end', () => {
            const status = answer.statusCode ?? 0;
            const etag = answer.headers.etag;
            resolve(
              new Response(status === 204 ? null : Buffer.concat(parts), {
                status,
                ...(etag === undefined ? {} : { headers: { etag } }),
              }),
            );
          });
        },
      );
      request.on('error', reject);
      request.end(body);
    });
}

/** The console of a reviewer of the command line, `years` ago; it has read the inbox. */
export async function consoleOf(office: Office, number: number, years: number): Promise<ReviewerConsole> {
  const now = () => Math.floor(Date.now() / 1000) - years * 365 * 86_400;
  const console = new ReviewerConsole({
    openerFor: openHere,
    now,
    fetcher: fetcherOf(office),
  });
  await console.open(office.origin, office.org);
  const file = new Uint8Array(fs.readFileSync(office.file(`reviewer-${number}.keyring`)));
  await console.unlockFile(file, office.passphrase);
  await console.sync(() => undefined);
  return console;
}
