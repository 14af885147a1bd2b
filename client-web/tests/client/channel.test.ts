// The channel against a server that is made up, so that it can lie: the real one is in the tests of the two workers.
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { Channel } from '../../src/client/channel';
import { send } from '../../src/client/transport';
import { concat, toBase64, u32 } from '../../src/protocol/bytes';
import { signKeyPairFrom } from '../../src/protocol/signing';
import { randomBytes, ready } from '../../src/protocol/sodium';
import { checkWork } from '../../src/protocol/work';
import { CodedError } from '../../src/rpc/rpc';
import { KeyLogMaker } from '../key_log_maker';

const origin = 'https://report.example.go.kr';

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'ok',
    (error: unknown) => (error instanceof CodedError ? error.code : String(error)),
  );
}

type Handler = (path: string, init: RequestInit) => Response | undefined;

/** Serves a key log in pages of `pageSize`, and the rest by `handler`. What precedes each look at the log is not counted. */
function serving(
  maker: { log: KeyLogMaker },
  handler: Handler = () => undefined,
  pageSize = 64,
  hints = () => json({ protocol: 1 }),
) {
  const requests: { url: string; init: RequestInit }[] = [];
  const fetcher: typeof fetch = (input, init = {}) => {
    const url = input instanceof Request ? input.url : String(input);
    const { pathname, searchParams } = new URL(url);
    const path = pathname.replace('/api/v1', '');
    if (path === '/channel') return Promise.resolve(hints());
    requests.push({ url, init });
    if (path !== '/keylog')
      return Promise.resolve(handler(path, init) ?? new Response(null, { status: 404 }));
    const from = Number(searchParams.get('from'));
    const { notes } = maker.log;
    const statements = notes.slice(from, from + pageSize);
    return Promise.resolve(Response.json({ from, size: notes.length, statements }));
  };
  return { fetcher, requests };
}

const json = (value: object, status = 200) => Response.json(value, { status });
const session: Handler = (path) => {
  if (path === '/sessions/challenges') return json({ nonce: toBase64(new Uint8Array(32)) }, 201);
  if (path === '/sessions')
    return json({ bearer: toBase64(new Uint8Array(32).fill(7)), expires_in: 900 }, 201);
  return undefined;
};

beforeAll(ready);

describe('the key log', () => {
  test('is read in pages, and from where it ended', async () => {
    const made = { log: KeyLogMaker.start(origin) };
    for (let i = 0; i < 6; ++i) made.log.addPolicy(`category ${i}`);
    const { fetcher, requests } = serving(made, undefined, 3);
    const channel = await Channel.open(origin, made.log.log.org, fetcher);
    expect(channel.log.size).toBe(7);
    expect(requests.map(({ url }) => new URL(url).search)).toEqual(['?from=0', '?from=3', '?from=6']);
    made.log.addPolicy('one more');
    await channel.refresh();
    expect(channel.log.rules.categories[0]?.id).toBe('one more');
    await channel.refresh();
    expect(requests.map(({ url }) => new URL(url).search).slice(3)).toEqual(['?from=7', '?from=8']);
  });

  test('is taken on first use without a fingerprint, and never swapped with one', async () => {
    const [mine, other] = [{ log: KeyLogMaker.start(origin) }, { log: KeyLogMaker.start(origin) }];
    const { fetcher } = serving(mine);
    expect((await Channel.open(origin, null, fetcher)).org).toEqual(mine.log.log.org);
    expect(await codeOf(Channel.open(origin, other.log.log.org, fetcher))).toBe('wrong_org');
  });

  test('that forks or shrinks is refused', async () => {
    const here = KeyLogMaker.start(origin);
    here.addPolicy('shared');
    const made = { log: here };
    const channel = await Channel.open(origin, null, serving(made).fetcher);
    const there = here.fork();
    here.addPolicy('here');
    await channel.refresh();

    made.log = KeyLogMaker.start(origin); // shorter
    expect(await codeOf(channel.refresh())).toBe('log_forked');
    there.addPolicy('there');
    there.addPolicy('and on');
    made.log = there;
    expect(await codeOf(channel.refresh())).toBe('log_forked');
    expect(channel.log.rules.categories[0]?.id).toBe('here');
    made.log = here;
    expect(await codeOf(channel.refresh())).toBe('ok');
  });

  test('that does not list the origin is refused, at first or later', async () => {
    const made = { log: KeyLogMaker.start('https://elsewhere.example') };
    expect(await codeOf(Channel.open(origin, null, serving(made).fetcher))).toBe('origin_not_listed');
    made.log = KeyLogMaker.start(origin);
    const channel = await Channel.open(origin, null, serving(made).fetcher);
    made.log.addPolicy('moved', ['https://elsewhere.example']);
    expect(await codeOf(channel.refresh())).toBe('origin_not_listed');
  });
});

describe('the protocol', () => {
  test.each([
    [{ protocol: 2 }, 'unknown_protocol'],
    [{ protocol: 0 }, 'unknown_protocol'],
    [{ protocol: 2, org: 7, statements: 'many' }, 'unknown_protocol'],
    [{}, 'bad_answer'],
    [{ protocol: '1' }, 'bad_answer'],
    [null, 'bad_answer'],
    [{ protocol: 1, org: 'anything' }, 'ok'],
  ])('is looked at before anything else: %j', async (hints, code) => {
    const answer = () => (hints === null ? new Response('{') : json(hints));
    const { fetcher, requests } = serving({ log: KeyLogMaker.start(origin) }, undefined, 64, answer);
    expect(await codeOf(Channel.open(origin, null, fetcher))).toBe(code);
    expect(requests).toHaveLength(code === 'ok' ? 1 : 0);
  });

  test('may have become another one while a page is open', async () => {
    let protocol = 1;
    const made = { log: KeyLogMaker.start(origin) };
    const { fetcher, requests } = serving(made, undefined, 64, () => json({ protocol }));
    const channel = await Channel.open(origin, null, fetcher);
    protocol = 2;
    requests.length = 0;
    expect(await codeOf(channel.refresh())).toBe('unknown_protocol');
    expect(requests).toEqual([]);
  });
});

describe('a request', () => {
  test('carries nothing that a browser would add, and follows nothing', async () => {
    const { fetcher, requests } = serving({ log: KeyLogMaker.start(origin) });
    await Channel.open(origin, null, fetcher);
    expect(requests[0]?.init).toMatchObject({
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      redirect: 'error',
    });
  });

  test('ends when nothing comes, before the answer and within it', async () => {
    vi.useFakeTimers();
    try {
      const aborted = (signal: AbortSignal | null | undefined) =>
        new Promise<never>((_resolve, reject) => {
          signal?.addEventListener('abort', () => {
            reject(new DOMException('aborted', 'AbortError'));
          });
        });
      const silent: typeof fetch = (_input, init) => aborted(init?.signal);
      const halting: typeof fetch = (_input, init) => {
        const body = new ReadableStream({
          start(controller) {
            controller.enqueue(new Uint8Array(10));
            aborted(init?.signal).catch((error: unknown) => {
              controller.error(error);
            });
          },
        });
        return Promise.resolve(new Response(body));
      };
      for (const fetcher of [silent, halting]) {
        const code = codeOf(send(fetcher, origin, { path: '/channel', expected: 200, timeout: 1000 }));
        await vi.advanceTimersByTimeAsync(1001);
        expect(await code).toBe('offline');
      }
    } finally {
      vi.useRealTimers();
    }
  });

  test('fails by the name of the problem', async () => {
    const problem = (slug: string, status: number) => () =>
      json({ type: `urn:changgu:problem:${slug}`, title: '', status }, status);
    const answers: [() => Response, string][] = [
      [problem('epoch-closed', 409), 'epoch-closed'],
      [problem('storage-full', 507), 'storage-full'],
      [problem('stopping', 503), 'busy'],
      [problem('unavailable', 503), 'internal'],
      [problem('<script>', 400), 'bad_answer'],
      [() => json({ type: 'about:blank' }, 400), 'bad_answer'],
      [() => new Response('x'.repeat(100_000), { status: 400 }), 'bad_answer'],
      [problem('internal', 500), 'internal'],
      [() => new Response(null, { status: 500 }), 'offline'],
      [() => new Response(null, { status: 200 }), 'bad_answer'],
    ];
    for (const [answer, code] of answers) {
      const { fetcher } = serving({ log: KeyLogMaker.start(origin) }, answer);
      const channel = await Channel.open(origin, null, fetcher);
      expect(await codeOf(channel.postEnvelope(new Uint8Array(8192)))).toBe(code);
    }
  });
});

describe('the inbox', () => {
  const record = (batch: number, fill: number) => concat(u32(batch), new Uint8Array(8192).fill(fill));

  async function inboxOf(body: Uint8Array<ArrayBuffer>, slice: number, after = 0) {
    const stream = () =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0; at < body.length; at += slice) controller.enqueue(body.slice(at, at + slice));
          controller.close();
        },
      });
    const { fetcher, requests } = serving({ log: KeyLogMaker.start(origin) }, (path, init) =>
      path === '/inbox' ? new Response(stream()) : session(path, init),
    );
    const channel = await Channel.open(origin, null, fetcher);
    await channel.signIn('reviewer', 1, signKeyPairFrom(randomBytes(32)).secretKey);
    const taken: [number, number][] = [];
    const code = await codeOf(
      channel.inbox(after, async (batch, envelope) => {
        await Promise.resolve();
        expect(envelope.length).toBe(8192);
        taken.push([batch, envelope[0] ?? -1]);
      }),
    );
    const headers = requests.at(-1)?.init.headers as Record<string, string>;
    expect(headers['Authorization']).toBe(`Bearer ${toBase64(new Uint8Array(32).fill(7))}`);
    return { code, taken };
  }

  test('is handed over record by record, however the network cuts it', async () => {
    const body = concat(record(1, 11), record(1, 12), record(4, 13));
    const expected = [
      [1, 11],
      [1, 12],
      [4, 13],
    ];
    for (const slice of [1000, 8196, 8197, 100_000])
      expect(await inboxOf(body, slice)).toEqual({ code: 'ok', taken: expected });
  });

  test('must be whole, in order and after what was asked for', async () => {
    expect((await inboxOf(record(1, 1).slice(0, 8000), 8000)).code).toBe('bad_answer');
    expect(await inboxOf(concat(record(2, 1), record(1, 2)), 5000)).toEqual({
      code: 'bad_answer',
      taken: [[2, 1]],
    });
    expect(await inboxOf(record(3, 1), 5000, 3)).toEqual({ code: 'bad_answer', taken: [] });
  });

  test('is for those who have signed in', async () => {
    const channel = await Channel.open(origin, null, serving({ log: KeyLogMaker.start(origin) }).fetcher);
    expect(channel.signedIn).toBe(false);
    expect(await codeOf(channel.inbox(0, () => undefined))).toBe('unauthorised');
  });
});

describe('items', () => {
  test('have a state each, and a body when present', async () => {
    let body = new Uint8Array(4 * 8193);
    [0, 1, 2, 3].forEach((state, i) => body.fill(state, i * 8193, i * 8193 + 1));
    const { fetcher } = serving({ log: KeyLogMaker.start(origin) }, (path) =>
      path === '/replies/read' ? new Response(body) : undefined,
    );
    const channel = await Channel.open(origin, null, fetcher);
    const tokens = () => [1, 2, 3, 4].map(() => randomBytes(32));
    expect(await channel.readReplies(tokens())).toEqual([
      { state: 'unknown' },
      { state: 'present', body: new Uint8Array(8192) },
      { state: 'burned' },
      { state: 'expired' },
    ]);
    body[0] = 4;
    expect(await codeOf(channel.readReplies(tokens()))).toBe('bad_answer');
    body = body.slice(1);
    expect(await codeOf(channel.readReplies(tokens()))).toBe('bad_answer');
  });
});

describe('a submission under load', () => {
  const id = new Uint8Array(32).fill(9);
  const nonceOf = (bits: number, second = bits) => {
    const nonce = randomBytes(32);
    nonce[8] = second;
    return { bits, nonce: toBase64(nonce), expires_in: 120 };
  };
  const proofOf = (init: RequestInit) => (init.headers as Record<string, string>)['Changgu-Work'];
  const refused = () =>
    Response.json({ type: 'urn:changgu:problem:work-required', title: '', status: 429 }, { status: 429 });

  /** Wants a proof, made for `id` under a nonce of its own, while `demand` gives one. */
  async function busy(demand: () => object) {
    const nonces = new Set<string>();
    const made = { log: KeyLogMaker.start(origin) };
    const { org } = made.log.log;
    const { fetcher, requests } = serving(made, (path, init) => {
      if (path === '/work') return json(demand());
      const proof = proofOf(init);
      if (proof === undefined) return refused();
      checkWork(org, id, proof);
      nonces.add(proof.slice(0, 40));
      return new Response(null, { status: 201 });
    });
    const channel = await Channel.open(origin, null, fetcher);
    requests.length = 0;
    const paths = () => requests.map(({ url }) => new URL(url).pathname.replace('/api/v1', ''));
    return { channel, requests, paths, nonces };
  }
  const blob = `/blobs/${'09'.repeat(32)}`;

  test('is sent first, then with a proof, which is good again for the same bytes', async () => {
    const { channel, paths, nonces } = await busy(() => nonceOf(1));
    await channel.putBlob(id, new Uint8Array(65_536));
    expect(paths()).toEqual([blob, '/work', blob]);
    await channel.putBlob(new Uint8Array(id), new Uint8Array(65_536));
    expect(nonces.size).toBe(1); // the same bytes: the same proof again
    expect(paths().slice(3)).toEqual([blob]);
  }, 60_000);

  test('needs none any more when the server says so', async () => {
    let bits = 1;
    const { channel, paths, requests } = await busy(() => (bits === 0 ? { bits } : nonceOf(bits)));
    await channel.putBlob(id, new Uint8Array(65_536));
    bits = 0;
    const other = new Uint8Array(32).fill(8);
    // It asks ahead, and is refused as long as this made-up server wants what it says it does not.
    expect(await codeOf(channel.putBlob(other, new Uint8Array(65_536)))).toBe('work-required');
    const path = blob.replaceAll('9', '8');
    const asked = Array.from({ length: 5 }, () => ['/work', path]).flat();
    expect(paths().slice(3)).toEqual(asked);
    expect(requests.slice(3).map(({ init }) => proofOf(init))).toEqual(asked.map(() => undefined));
  }, 60_000);

  test.each([
    ['more than a person can wait for', nonceOf(13)],
    ['what its nonce does not say', nonceOf(1, 2)],
    ['without a nonce', { bits: 1 }],
    ['with a nonce that lasts for ever', { ...nonceOf(1), expires_in: 1e9 }],
  ])('does not work for a server that asks %s', async (_what, demand) => {
    const { channel } = await busy(() => demand);
    expect(await codeOf(channel.putBlob(id, new Uint8Array(65_536)))).toBe('bad_answer');
  });

  test('can be stopped', async () => {
    const { channel } = await busy(() => nonceOf(12));
    const watch = { stopped: () => true };
    expect(await codeOf(channel.putBlob(id, new Uint8Array(65_536), watch))).toBe('stopped');
  });
});

describe('the access log', () => {
  /** What the channel makes of an answer to `from` 2. */
  async function answering(answer: object): Promise<unknown> {
    const { fetcher } = serving({ log: KeyLogMaker.start(origin) }, (path, init) =>
      path === '/access-log' ? json(answer) : session(path, init),
    );
    const channel = await Channel.open(origin, null, fetcher);
    await channel.signIn('reviewer', 1, signKeyPairFrom(randomBytes(32)).secretKey);
    return channel.accessLog(2, 1000).catch(codeOfError);
  }
  const codeOfError = (error: unknown) => (error instanceof CodedError ? error.code : String(error));

  test('comes in pages that lead to its end', async () => {
    expect(await answering({ from: 2, size: 9, entries: ['a', 'b'] })).toEqual({
      entries: ['a', 'b'],
      size: 9,
    });
    expect(await answering({ from: 2, size: 2, entries: [] })).toEqual({ entries: [], size: 2 });
    expect(await answering({ from: 2, size: 1, entries: [] })).toEqual({ entries: [], size: 1 });
  });
  test.each([
    ['another place', { from: 1, size: 9, entries: ['a'] }],
    ['an end that does not come', { from: 2, size: 9, entries: [] }],
    ['more than there is', { from: 2, size: 3, entries: ['a', 'b'] }],
    ['too much', { from: 2, size: 1001, entries: ['a'] }],
    ['too much at once', { from: 2, size: 900, entries: Array.from({ length: 257 }, () => 'a') }],
    ['a long line', { from: 2, size: 3, entries: ['a'.repeat(201)] }],
  ])('is refused with %s', async (_what, answer) => {
    expect(await answering(answer)).toBe('bad_answer');
  });
});

describe('a keyring on the server', () => {
  test('comes with its ETag, or as nothing', async () => {
    const bytes = (n: number) => toBase64(new Uint8Array(n).fill(n));
    let kept: object = { keyring: null, pepper: null, next_pepper: bytes(32) };
    const { fetcher, requests } = serving({ log: KeyLogMaker.start(origin) }, (path, init) => {
      if (path !== '/keyring') return session(path, init);
      const put = init.method === 'PUT';
      return put
        ? new Response(null, { status: 204, headers: { ETag: '"two"' } })
        : Response.json(kept, { headers: { ETag: '"one"' } });
    });
    const channel = await Channel.open(origin, null, fetcher);
    await channel.signIn('keyring', 1, signKeyPairFrom(randomBytes(32)).secretKey);
    expect(await channel.getKeyring()).toMatchObject({ keyring: null, pepper: null });
    kept = { keyring: bytes(96), pepper: bytes(32), next_pepper: bytes(32) };
    const got = await channel.getKeyring();
    expect([got.keyring?.length, got.pepper?.length, got.etag]).toEqual([96, 32, '"one"']);
    expect(await channel.putKeyring(new Uint8Array(32), new Uint8Array(96), got.etag)).toBe('"two"');
    expect(requests.at(-1)?.init.headers).toMatchObject({ 'If-Match': '"one"' });
    kept = { keyring: 'not base64!', pepper: null, next_pepper: bytes(32) };
    expect(await codeOf(channel.getKeyring())).toBe('bad_answer');
  });
});
