// The proof of work: what is found is what a server looks for, and a search that is watched behaves.
import { beforeAll, describe, expect, test } from 'vitest';
import { searchWork } from '../../src/client/work';
import { concat, fromBase64, toBase64 } from '../../src/protocol/bytes';
import { H } from '../../src/protocol/hash';
import { label } from '../../src/protocol/labels';
import { randomBytes, ready } from '../../src/protocol/sodium';
import { beginsWithZeros, bitsOf, checkWork, WorkSearch } from '../../src/protocol/work';
import { CodedError, type Effort } from '../../src/rpc/rpc';
import { outcome, vectorTests } from '../vectors';

const org = new Uint8Array(32).fill(3);
const id = new Uint8Array(32).fill(5);

function nonceOf(bits: number): Uint8Array {
  const nonce = randomBytes(32);
  nonce[8] = bits;
  return nonce;
}
function found(search: WorkSearch): string {
  for (;;) {
    const header = search.step();
    if (header !== undefined) return header;
  }
}
/** Time that goes on by `step` milliseconds whenever somebody looks. */
function clockOf(step: number): () => number {
  let now = 0;
  return () => (now += step);
}

beforeAll(ready);

vectorTests('work', (c, expected) => {
  const check = () => {
    checkWork(c.bytes('org'), c.bytes('id'), c.text('proof'));
  };
  expect(outcome(check).class).toBe(expected);
  if (c.has('bits')) expect(bitsOf(c.bytes('nonce'))).toBe(c.number('bits'));
});

describe('a proof of work', () => {
  test('is found, begins anywhere, and is good for its organisation, message and nonce alone', () => {
    const nonce = nonceOf(2);
    const header = found(new WorkSearch(org, id, nonce));
    expect(header).toHaveLength(64);
    expect(fromBase64(header).subarray(0, 32)).toEqual(nonce);
    expect(
      outcome(() => {
        checkWork(org, id, header);
      }).class,
    ).toBe('ok');
    expect(found(new WorkSearch(org, id, nonce))).not.toBe(header);

    const other = new Uint8Array(32).fill(6);
    expect(
      outcome(() => {
        checkWork(other, id, header);
      }).class,
    ).toBe('bad_ticket');
    expect(
      outcome(() => {
        checkWork(org, other, header);
      }).class,
    ).toBe('bad_ticket');
    const claims = concat(nonceOf(2), fromBase64(header).subarray(32));
    expect(
      outcome(() => {
        checkWork(org, id, toBase64(claims));
      }).class,
    ).toBe('bad_ticket');
    expect(
      outcome(() => {
        checkWork(org, id, header.slice(4));
      }).class,
    ).toBe('bad_length');
    expect(
      outcome(() => {
        checkWork(org, id, `!${header.slice(1)}`);
      }).class,
    ).toBe('bad_encoding');
  }, 60_000);

  test('that has a ticket but not the work is not enough', () => {
    const [nonce, solution] = [nonceOf(200), randomBytes(8)];
    const seed = H(32, label.work, org, nonce, id);
    let ticket = randomBytes(8);
    while (!beginsWithZeros(H(32, label.workTicket, seed, solution, ticket), 16)) ticket = randomBytes(8);
    const header = toBase64(concat(nonce, ticket, solution));
    expect(
      outcome(() => {
        checkWork(org, id, header);
      }).class,
    ).toBe('not_enough_work');
  }, 60_000);

  test('counts zero bits from the highest bit of the first byte', () => {
    const hash = Uint8Array.of(0, 0b0001_0000, 0xff);
    for (let bits = 0; bits <= 11; ++bits) expect(beginsWithZeros(hash, bits)).toBe(true);
    for (const bits of [12, 13, 16, 17]) expect(beginsWithZeros(hash, bits)).toBe(false);
    expect(beginsWithZeros(new Uint8Array(2), 17)).toBe(false);
  });
});

describe('a search', () => {
  const demand = (bits: number) => ({ nonce: nonceOf(bits), seconds: 120 });

  test('tells how it goes, ever further and never to the end', async () => {
    const told: Effort[] = [];
    const watch = {
      told: (effort: Effort) => told.push(effort),
      stopped: () => told.length === 20,
    };
    // 24 bits are not found in twenty looks.
    const search = searchWork(org, id, demand(24), watch, clockOf(60));
    await expect(search).rejects.toEqual(new CodedError('stopped'));
    expect(told).toHaveLength(20);
    for (const [i, { chance, seconds }] of told.entries()) {
      expect(chance).toBeGreaterThan(told[i - 1]?.chance ?? 0);
      expect(chance).toBeLessThan(1);
      expect(seconds).toBeGreaterThan(0);
    }
  }, 60_000);

  test('lets others have a turn', async () => {
    let turns = 0;
    const timer = setInterval(() => ++turns, 1);
    const until = { stopped: () => turns >= 3 };
    await expect(searchWork(org, id, demand(255), until)).rejects.toEqual(new CodedError('stopped'));
    clearInterval(timer);
  }, 60_000);

  test('ends before its nonce does', async () => {
    expect(await searchWork(org, id, demand(255), {}, clockOf(10_000))).toBeUndefined();
  });
});
