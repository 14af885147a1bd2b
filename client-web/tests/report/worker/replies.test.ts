// Which addresses are looked for, and what the server gets to see of them.
import { beforeAll, expect, test } from 'vitest';
import { Channel } from '../../../src/client/channel';
import { compare, concat, toHex } from '../../../src/protocol/bytes';
import { newReceipt, ReporterKeys } from '../../../src/protocol/receipt';
import { randomBytes, ready } from '../../../src/protocol/sodium';
import { burnReplies, usedIndices } from '../../../src/report/worker/replies';
import { KeyLogMaker } from '../../key_log_maker';

let keys: ReporterKeys;
beforeAll(async () => {
  await ready();
  keys = ReporterKeys.deriveFrom(newReceipt(false), randomBytes(32));
});

const indexOf = (addresses: Uint8Array[]) =>
  concat(...addresses.map((address) => address.subarray(0, 16)).sort(compare));

test('a search ends after 64 absent addresses in a row, and finds all before', () => {
  const others = Array.from({ length: 500 }, () => randomBytes(16));
  const index = (...mine: number[]) => indexOf([...others, ...mine.map((i) => keys.addressAt(i))]);
  expect(usedIndices(index(), keys)).toEqual([]);
  expect(usedIndices(index(0, 1, 65, 129), keys)).toEqual([0, 1, 65, 129]);
  expect(usedIndices(index(0, 1, 66), keys)).toEqual([0, 1]);
  expect(usedIndices(index(63), keys)).toEqual([63]);
  expect(usedIndices(index(64), keys)).toEqual([]);
  expect(usedIndices(new Uint8Array(0), keys)).toEqual([]);
});

test('tokens go four a request, in random places, filled up with random ones', async () => {
  const origin = 'https://report.example.go.kr';
  const bodies: Uint8Array[] = [];
  const { notes } = KeyLogMaker.start(origin);
  const fetcher: typeof fetch = (input, init) => {
    if (init?.method !== 'POST') {
      const hints = (input as string).endsWith('/channel');
      return Promise.resolve(
        Response.json(hints ? { protocol: 1 } : { from: 0, size: 1, statements: notes }),
      );
    }
    bodies.push(Uint8Array.from(init.body as Uint8Array));
    return Promise.resolve(new Response(null, { status: 204 }));
  };
  const channel = await Channel.open(origin, null, fetcher);
  const places = new Set<number>();
  const fillers = new Set<string>();
  for (let round = 0; round < 40; ++round) {
    await burnReplies(channel, keys, [0, 1, 2, 3, 9]);
    const [full, last] = bodies.splice(0).map((body) => {
      expect(body.length).toBe(128);
      return [0, 1, 2, 3].map((k) => toHex(body.subarray(32 * k, 32 * (k + 1))));
    });
    expect(full?.toSorted()).toEqual([0, 1, 2, 3].map((i) => toHex(keys.tokenAt(i))).sort());
    const mine = last?.indexOf(toHex(keys.tokenAt(9))) ?? -1;
    places.add(mine);
    for (const token of last ?? []) fillers.add(token);
  }
  expect([...places].sort()).toEqual([0, 1, 2, 3]);
  expect(fillers.size).toBe(40 * 3 + 1);
});
