import { beforeAll, describe, expect, it } from 'vitest';
import { fromUtf8, utf8 } from '../../src/protocol/bytes';
import { Ratchet } from '../../src/protocol/ratchet';
import { ReviewerKeyring } from '../../src/protocol/reviewer_keyring';
import { ready } from '../../src/protocol/sodium';
import { outcome } from '../vectors';

const filled = (n: number, size = 32) => new Uint8Array(size).fill(n);
const make = (index = 1) =>
  new ReviewerKeyring(filled(1), 'https://a.example', 3, filled(2), new Ratchet(index, filled(index)));
const thread = (n: number) => n.toString(16).padStart(32, '0');

beforeAll(ready);

describe('a reviewer’s keyring', () => {
  it('reads what it writes, with what only these pages keep', () => {
    const keyring = make();
    keyring.lastSeen = 1_800_000_000;
    keyring.draining.push({ epoch: 1, seenAtBatch: 9 });
    keyring.cases.set(thread(2), filled(5));
    keyring.cases.set(thread(1), filled(4));
    keyring.log = { seq: 8, hash: filled(9) };
    const text = keyring.toJsonText();
    const again = ReviewerKeyring.fromJsonText(text);
    expect(fromUtf8(again.toJsonText())).toBe(fromUtf8(text));
    expect(again.lastSeen).toBe(1_800_000_000);
    expect(again.cases.get(thread(1))).toEqual(filled(4));
  });
  it('refuses what is out of shape', () => {
    const text = fromUtf8(make().toJsonText());
    const changed = (from: string, to: string) =>
      outcome(() => ReviewerKeyring.fromJsonText(utf8(text.replace(from, to)))).class;
    expect(changed('', '')).toBe('ok');
    expect(changed('"reviewer"', '"root"')).toBe('bad_field');
    expect(changed('"number":3', '"number":70000')).toBe('bad_field');
    expect(changed('"cases":{}', '"cases":{"AAAA":"AAAA"}')).toBe('bad_field');
    expect(changed('{', '')).toBe('bad_json');
  });
  it('merges to the later ratchet, log and batch, and to all cases', () => {
    const mine = make(4);
    mine.draining = [{ epoch: 4, seenAtBatch: 1 }];
    mine.afterBatch = 7;
    mine.cases.set(thread(1), filled(4));
    mine.log = { seq: 8, hash: filled(9) };
    const other = make(6);
    other.draining = [{ epoch: 6, seenAtBatch: 2 }];
    other.afterBatch = 5;
    other.cases.set(thread(1), filled(99));
    other.cases.set(thread(2), filled(5));
    other.log = { seq: 3, hash: filled(1) };
    mine.merge(other);
    expect([mine.ratchet.index, mine.afterBatch, mine.log.seq]).toEqual([6, 7, 8]);
    expect(mine.draining).toEqual([{ epoch: 6, seenAtBatch: 2 }]);
    expect([...mine.cases]).toEqual([
      [thread(1), filled(4)],
      [thread(2), filled(5)],
    ]);
    other.wipe();
    expect(mine.ratchet.currentSeed).toEqual(filled(6));
  });
  it('joins what drains where the ratchets stand alike', () => {
    const mine = make(4);
    mine.draining = [{ epoch: 4, seenAtBatch: 1 }];
    const other = make(4);
    other.draining = [
      { epoch: 4, seenAtBatch: 9 },
      { epoch: 5, seenAtBatch: 9 },
    ];
    mine.merge(other);
    expect(mine.draining).toEqual([
      { epoch: 4, seenAtBatch: 1 },
      { epoch: 5, seenAtBatch: 9 },
    ]);
  });
  it('is not merged with another’s', () => {
    const other = new ReviewerKeyring(
      filled(1),
      'https://a.example',
      3,
      filled(8),
      new Ratchet(1, filled(1)),
    );
    expect(
      outcome(() => {
        make().merge(other);
      }).class,
    ).toBe('bad_field');
  });
});
