// The reporter's worker against the real server, and its answers to a network and a server that misbehave.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toBase64 } from '../../../src/protocol/bytes';
import type { Draft } from '../../../src/report/contract';
import { clean } from '../../../src/report/worker/clean/clean';
import { Reporter } from '../../../src/report/worker/reporter';
import { CodedError, type Effort } from '../../../src/rpc/rpc';
import { TestServer } from '../../server';

const quiet = () => undefined;
const draft = (text: string, more: Partial<Draft> = {}): Draft => ({
  category: 'other',
  answers: {},
  text,
  excluded: [],
  readers: [1, 2],
  files: [],
  ...more,
});
const textFile = (text: string, name = 'memo.txt') => new File([text], name, { type: 'text/plain' });

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'ok',
    (error: unknown) => (error instanceof CodedError ? error.code : String(error)),
  );
}

/** The real fetch, but for what `meddle` answers in its place; what went out is listed in `paths`. */
function meddling(meddle: (path: string, nth: number) => Promise<Response> | undefined) {
  const paths: string[] = [];
  const fetcher: typeof fetch = (input, init) => {
    const path = new URL(input instanceof Request ? input.url : input).pathname.replace('/api/v1', '');
    paths.push(path);
    return meddle(path, paths.filter((p) => p === path).length) ?? fetch(input, init);
  };
  return { fetcher, paths };
}
const lost = () => Promise.reject(new TypeError('connection lost'));

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
  await server.enrol(1, false);
  await server.enrol(2, true);
}, 180_000);
afterAll(() => server.remove());

const pin = () => ({ org: server.org, seq: 0 });
async function opened(fetcher?: typeof fetch): Promise<Reporter> {
  const reporter = new Reporter(fetcher === undefined ? {} : { fetch: fetcher });
  await reporter.open(server.origin, pin());
  return reporter;
}

interface Case {
  number: string;
  thread: string;
}
async function casesOf(reviewer: number): Promise<Case[]> {
  await server.released();
  return (await server.reviewer(reviewer, ['inbox'], { allowed: [0, 7] })).data['cases'] as Case[];
}
interface Shown {
  messages: {
    kind: string;
    text: string;
    excluded: number[];
    attachments: { name: string; type: string; size: number }[];
    answers?: Record<string, string>;
  }[];
}
async function show(reviewer: number, number: string): Promise<Shown> {
  return (await server.reviewer(reviewer, ['show', number])).data as unknown as Shown;
}
/** The case that has come in since `before`. */
async function newCase(reviewer: number, before: Case[]): Promise<Case> {
  const known = new Set(before.map(({ thread }) => thread));
  const found = (await casesOf(reviewer)).filter(({ thread }) => !known.has(thread));
  expect(found.length).toBe(1);
  return found[0] ?? { number: '', thread: '' };
}

describe('a reporter', () => {
  test('sends, gets an answer, burns it and writes on', async () => {
    const { fetcher, paths } = meddling(() => undefined);
    const reporter = await opened(fetcher);
    const before = await casesOf(1);
    const composing = paths.length;
    const evidence = Array.from({ length: 40_000 }, (_, i) => `${i} 증빙자료\n`).join('');
    const file = await reporter.hold(await clean(textFile(evidence)), evidence.length);
    expect(file).toMatchObject({ name: 'text.txt', paddedSize: 16 * 65_536, residue: [] });
    expect(
      (await reporter.measure(draft('글', { files: [{ id: file.id, name: '증빙.txt' }] }))).becomesFile,
    ).toBe(false);
    expect(paths.length).toBe(composing); // composing sends nothing
    const steps: number[] = [];
    const sent = await reporter.send(
      draft('지난 3월 총무과장이 식사비를 요구했습니다.', {
        answers: { who: '총무과장', when: '' },
        files: [{ id: file.id, name: '증빙.txt' }],
      }),
      (done, of) => steps.push(of - done),
    );
    expect(sent.confirmed).toBe(true);
    expect(steps.at(-1)).toBe(0);
    const words = sent.receipt.ko.join(' ');

    const { number } = await newCase(1, before);
    const shown = (await show(1, number)).messages[0];
    expect(shown?.text).toBe('지난 3월 총무과장이 식사비를 요구했습니다.');
    expect(shown?.answers).toEqual({ who: '총무과장' });
    expect(shown?.attachments).toMatchObject([{ name: '증빙.txt', type: 'text/plain' }]);
    const saved = server.desk('saved');
    await server.reviewer(1, ['show', number, '--save-files', saved]);
    const [name] = readdirSync(saved);
    expect(readFileSync(join(saved, name ?? ''), 'utf8')).toBe(evidence);
    const sentPaths = paths.slice(composing);
    expect(sentPaths.length).toBe(17);
    expect(sentPaths.at(-1)).toBe('/envelopes'); // after all its chunks

    expect(await reporter.lookUp(words)).toEqual({ replies: [], somebodyExcluded: false, excluded: [] });
    const asked = ['reply', number, '--file', '-', '--status', 'more_information', '--as', 'role'];
    await server.reviewer(1, asked, { input: '언제였습니까?' });
    await server.released();
    const [reply, ...none] = (await reporter.lookUp(sent.receipt.digits)).replies;
    expect(none).toEqual([]);
    expect(reply).toMatchObject({
      index: 0,
      state: 'present',
      text: '언제였습니까?',
      status: 'more_information',
      shownAs: 'role',
      role: { ko: '조사관 1', en: 'Investigator 1' },
      revoked: false,
      forked: false,
    });

    await reporter.burn([0]);
    const thread = await reporter.lookUp(words);
    expect(thread.replies).toEqual([{ index: 0, state: 'burned' }]);
    expect(await reporter.followUp(draft('3월 3일입니다.', { category: '' }), quiet)).toEqual([]);
    await casesOf(1);
    const messages = (await show(1, number)).messages;
    expect(messages.map(({ kind, text }) => [kind, text])).toEqual([
      ['report', '지난 3월 총무과장이 식사비를 요구했습니다.'],
      ['follow_up', '3월 3일입니다.'],
    ]);

    // The next answer goes to an address of the follow-up's or one that the report still has.
    await server.reviewer(1, ['reply', number, '--file', '-', '--status', 'closed'], {
      input: '종결합니다.',
    });
    await server.released();
    const last = (await reporter.lookUp(words)).replies.at(-1);
    expect(last).toMatchObject({ state: 'present', text: '종결합니다.', status: 'closed' });
    const atCommandLine = await server.anyone(['answers'], { secrets: { receipt: words } });
    expect(atCommandLine.data['answers']).toMatchObject([{ state: 'burned' }, { text: '종결합니다.' }]);
  });

  test('excludes a reader, who sees nothing, and cannot add one later', async () => {
    const reporter = await opened();
    const before = [await casesOf(1), await casesOf(2)] as const;
    const { receipt } = await reporter.send(draft('조사관 2에 관한 일입니다.', { excluded: [2] }), quiet);
    const { number } = await newCase(1, before[0]);
    expect((await casesOf(2)).length).toBe(before[1].length);
    expect((await show(1, number)).messages[0]?.excluded).toEqual([2]);

    const nobodySaid = await reporter.lookUp(receipt.en.join(' '));
    expect(nobodySaid).toEqual({ replies: [], somebodyExcluded: true, excluded: null });
    expect(await codeOf(reporter.followUp(draft('덧붙입니다.'), quiet))).toBe('exclusion_unknown');

    await server.reviewer(1, ['reply', number, '--file', '-'], { input: '검토하겠습니다.' });
    await server.released();
    expect((await reporter.lookUp(receipt.en.join(' '))).excluded).toEqual([2]);
    expect(await codeOf(reporter.followUp(draft('덧붙입니다.', { excluded: [1] }), quiet))).toBe(
      'exclusion_too_late',
    );
    await reporter.burn([0]);
    expect(await reporter.followUp(draft('덧붙입니다.'), quiet)).toEqual([2]); // told in this visit
    await casesOf(1);
    expect((await show(1, number)).messages[1]).toMatchObject({ text: '덧붙입니다.', excluded: [2] });
    expect((await casesOf(2)).length).toBe(before[1].length);
    expect(await codeOf(reporter.send(draft('모두', { excluded: [1, 2] }), quiet))).toBe(
      'everybody_excluded',
    );
  });

  test('sends a text that does not fit as a file, and counts what fits', async () => {
    const reporter = await opened();
    const before = await casesOf(1);
    // Every syllable once in a while: hardly compressible, as no real text is.
    const long = Array.from({ length: 6000 }, (_, i) =>
      String.fromCodePoint(0xac00 + ((i * 7919) % 11_172)),
    ).join('');
    const short = await reporter.measure(draft('짧은 글'));
    expect(short).toEqual(await reporter.measure(draft('짧은 글')));
    expect(short.becomesFile).toBe(false);
    const measured = await reporter.measure(draft(long));
    expect(measured.becomesFile && measured.used > measured.of).toBe(true);
    await reporter.send(draft(long), quiet);
    const { number } = await newCase(1, before);
    expect((await show(1, number)).messages[0]).toMatchObject({
      text: '',
      attachments: [{ name: 'message.txt', size: new TextEncoder().encode(long).length }],
    });
  });

  test('sends nothing to a reader whom its writer has not been shown', async () => {
    const { fetcher, paths } = meddling(() => undefined);
    const reporter = await opened(fetcher);
    paths.length = 0;
    const unseen = draft('새 담당자', { readers: [1] });
    expect(await codeOf(reporter.send(unseen, quiet))).toBe('readers_changed');
    expect(paths).toEqual([]);
    expect(await codeOf(reporter.send({ ...unseen, excluded: [2] }, quiet))).toBe('ok');
  });

  test('reads a report of the command line with its receipt', async () => {
    const { data } = await server.anyone(['report', '--file', '-'], { input: '명령줄에서' });
    const receipt = data['receipt'] as { words: string; digits: string };
    const reporter = await opened();
    await reporter.checkReceipt(receipt.words);
    expect((await reporter.lookUp(receipt.digits)).replies).toEqual([]);
    expect(await codeOf(reporter.checkReceipt(receipt.words.replace(/^\S+/, 'xyzzy')))).toBe(
      'word_not_in_list',
    );
    expect(await codeOf(reporter.checkReceipt('1 2 3'))).toBe('bad_length');
  });
});

describe('a network that fails', () => {
  test('is tried again, and one envelope is stored', async () => {
    const { fetcher, paths } = meddling((path, nth) =>
      path === '/envelopes' && nth < 3 ? lost() : undefined,
    );
    const reporter = await opened(fetcher);
    const before = await casesOf(1);
    expect((await reporter.send(draft('끊긴 연결'), quiet)).confirmed).toBe(true);
    expect(paths.filter((path) => path === '/envelopes').length).toBe(3);
    await newCase(1, before);
  });

  test('that does not come back leaves a receipt, and the same bytes go out again', async () => {
    let down = true;
    let stored = 0;
    const { fetcher } = meddling((path) => {
      if (path !== '/envelopes' || !down) return undefined;
      ++stored;
      return undefined;
    });
    // The request arrives, the answer does not.
    const cut: typeof fetch = async (input, init) => {
      const answer = await fetcher(input, init);
      const path = new URL(input instanceof Request ? input.url : input).pathname;
      return down && path.endsWith('/envelopes') ? lost() : answer;
    };
    const reporter = await opened(cut);
    const before = await casesOf(1);
    const sent = await reporter.send(draft('답이 오지 않음'), quiet);
    expect(sent.confirmed).toBe(false);
    expect(stored).toBe(3);
    expect((await newCase(1, before)).number).toMatch(/^C-\d{6}$/);
    down = false;
    expect(await reporter.sendAgain(quiet)).toEqual({ receipt: sent.receipt, confirmed: true });
    expect(await codeOf(reporter.sendAgain(quiet))).toBe('nothing_to_send');
    await newCase(1, before); // still one
  });

  // As nginx answers for a server that ended in the middle of a call: nobody knows what it had done.
  test('with a proxy that lost the server leaves a receipt, and one envelope is stored', async () => {
    let lost = 0;
    const proxy: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      const path = new URL(input instanceof Request ? input.url : input).pathname;
      if (!path.endsWith('/envelopes') || lost === 4) return answer;
      ++lost;
      return new Response('<html>502 Bad Gateway</html>', { status: 502 });
    };
    const reporter = await opened(proxy);
    const before = await casesOf(1);
    const sent = await reporter.send(draft('저쪽에서 끊김'), quiet);
    expect(sent.confirmed).toBe(false);
    expect(await reporter.sendAgain(quiet)).toEqual({ receipt: sent.receipt, confirmed: true });
    expect(lost).toBe(4);
    await newCase(1, before);
  });

  test('says offline when nothing answers at all', async () => {
    const { fetcher } = meddling(lost);
    expect(await codeOf(new Reporter({ fetch: fetcher }).open(server.origin, null))).toBe('offline');
  });

  test('lets one message through a double click', async () => {
    const reporter = await opened();
    const before = await casesOf(1);
    const codes = await Promise.all([1, 2].map(() => codeOf(reporter.send(draft('두 번'), quiet))));
    expect(codes).toEqual(['ok', 'busy']);
    await newCase(1, before);
  });
});

describe('a proof of work', () => {
  const refused = () =>
    Promise.resolve(
      Response.json({ type: 'urn:changgu:problem:work-required', title: '', status: 429 }, { status: 429 }),
    );
  const demand = () => {
    const nonce = new Uint8Array(32);
    nonce[8] = 12;
    return Promise.resolve(Response.json({ bits: 12, nonce: toBase64(nonce), expires_in: 120 }));
  };

  test('is not asked for before something is sent, and can be broken off', async () => {
    const { fetcher, paths } = meddling((path) =>
      path === '/work' ? demand() : path === '/envelopes' ? refused() : undefined,
    );
    const reporter = await opened(fetcher);
    await reporter.measure(draft('몰린 날'));
    expect(paths).not.toContain('/work');
    const efforts: Effort[] = [];
    const sent = reporter.send(draft('몰린 날'), (done, of, effort) => {
      if (effort === undefined) return;
      expect([done, of]).toEqual([0, 1]);
      efforts.push(effort);
      void reporter.stop();
    });
    expect(await codeOf(sent)).toBe('stopped');
    expect(efforts.length).toBeGreaterThan(0);
    expect(paths.slice(-2)).toEqual(['/envelopes', '/work']);
    // What was stopped is over: the next one is not.
    const again = reporter.send(draft('몰린 날'), (_done, _of, effort) => {
      if (effort !== undefined) void reporter.stop();
    });
    expect(await codeOf(again)).toBe('stopped');
  }, 60_000);

  test('that is broken off when the message may have arrived leaves that open', async () => {
    const { fetcher } = meddling((path, nth) =>
      path === '/work' ? demand() : path !== '/envelopes' ? undefined : nth === 1 ? lost() : refused(),
    );
    const reporter = await opened(fetcher);
    const sent = await reporter.send(draft('끊기고 몰린 날'), (_done, _of, effort) => {
      if (effort !== undefined) void reporter.stop();
    });
    expect(sent.confirmed).toBe(false);
  }, 60_000);
});

describe('a server that misbehaves', () => {
  test('cannot swap the organisation, shorten the log or fork it', async () => {
    const other = { org: server.org.replace(/^./, (digit) => (digit === '0' ? '1' : '0')), seq: 0 };
    expect(await codeOf(new Reporter().open(server.origin, other))).toBe('wrong_org');
    expect(await codeOf(new Reporter().open(server.origin, { ...pin(), seq: 10_000 }))).toBe('log_too_old');
    const view = await new Reporter().open(server.origin, null);
    expect(view).toMatchObject({ org: server.org, pinned: false, canSend: true });
    expect(view.readers.map(({ number }) => number)).toEqual([1, 2]);

    let size = Infinity;
    const shorter: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      if (!new URL(input instanceof Request ? input.url : input).pathname.endsWith('/keylog')) return answer;
      const page = (await answer.json()) as { from: number; size: number; statements: string[] };
      const statements = page.statements.slice(0, Math.max(0, size - page.from));
      return Response.json({ from: page.from, size: Math.min(page.size, size), statements });
    };
    const reporter = await opened(shorter);
    size = 2;
    expect(await codeOf(reporter.open(server.origin, pin()))).toBe('log_forked');
    const { receipt } = await (await opened()).send(draft('한 건'), quiet);
    expect(await codeOf(reporter.lookUp(receipt.ko.join(' ')))).toBe('log_forked');
  });

  test('is refused an answer that is too long or is not what the API says', async () => {
    const answers: [string, () => Response, string][] = [
      ['/keylog', () => new Response(new Uint8Array((1 << 20) + 1)), 'bad_answer'],
      ['/keylog', () => Response.json({ from: 0, size: 1, statements: [] }), 'bad_answer'],
      ['/keylog', () => Response.json({ from: 0, size: 1, statements: ['x'] }), 'bad_note'],
      ['/keylog', () => new Response('<html>', { status: 502 }), 'offline'],
      ['/keylog', () => new Response('<html>', { status: 404 }), 'bad_answer'],
    ];
    for (const [at, answer, code] of answers) {
      const { fetcher } = meddling((path) => (path === at ? Promise.resolve(answer()) : undefined));
      expect(await codeOf(new Reporter({ fetch: fetcher }).open(server.origin, pin()))).toBe(code);
    }
    const index = (bytes: Uint8Array<ArrayBuffer>) =>
      meddling((path) => (path === '/replies/index' ? Promise.resolve(new Response(bytes)) : undefined))
        .fetcher;
    const { receipt } = await (await opened()).send(draft('한 건 더'), quiet);
    for (const bytes of [new Uint8Array(17), Uint8Array.from({ length: 64 }, (_, i) => 64 - i)])
      expect(await codeOf((await opened(index(bytes))).lookUp(receipt.digits))).toBe('bad_answer');
  });

  test('cannot pass off a reply of its own, nor take one back unseen', async () => {
    const before = await casesOf(1);
    const { receipt } = await (await opened()).send(draft('위조될 답변'), quiet);
    const { number } = await newCase(1, before);
    await server.reviewer(1, ['reply', number, '--file', '-'], { input: '진짜 답변' });
    await server.released();
    const altering = (alter: (body: Uint8Array) => void): typeof fetch => {
      return async (input, init) => {
        const answer = await fetch(input, init);
        if (!new URL(input instanceof Request ? input.url : input).pathname.endsWith('/replies/read'))
          return answer;
        const body = new Uint8Array(await answer.arrayBuffer());
        for (let at = 0; at < body.length; at += 8193)
          if (body[at] === 1) alter(body.subarray(at, at + 8193));
        return new Response(body);
      };
    };
    const flip = (at: number) => (item: Uint8Array) => void (item[at] = (item[at] ?? 0) ^ 1);
    const withdrawn = (item: Uint8Array) => void (item[0] = 0);
    const expected: [(body: Uint8Array) => void, string][] = [
      [flip(8000), 'bad_tag'],
      [flip(1310), 'bad_commitment'],
      [flip(20), 'slot_not_mine'],
      [withdrawn, 'bad_answer'],
    ];
    for (const [alter, failure] of expected) {
      const reporter = await opened(altering(alter));
      const { replies } = await reporter.lookUp(receipt.digits);
      expect(replies).toEqual([{ index: 0, state: 'present', failure }]);
    }
  });
});

describe('an epoch that closes while the form is open', () => {
  test('is sealed anew to the next, and a revoked reader reads no more', async () => {
    const { fetcher, paths } = meddling(() => undefined);
    const reporter = await opened(fetcher);
    const before = await casesOf(1);
    await server.admin(['reviewers', 'revoke', '2']);
    expect((await reporter.send(draft('교체 중에 쓴 글'), quiet)).confirmed).toBe(true);
    expect(paths.slice(-4)).toEqual(['/envelopes', '/channel', '/keylog', '/envelopes']);
    await newCase(1, before);
    expect((await reporter.open(server.origin, pin())).readers.map(({ number }) => number)).toEqual([1]);
  });
});
