import { expect } from 'vitest';
import { toBase64 } from '../../src/protocol/bytes';
import { isUsable, KeyLog } from '../../src/protocol/key_log';
import { logPositionJson } from '../../src/protocol/message';
import type { NoteKey } from '../../src/protocol/note';
import { outcome, vectorTests, type VectorCase } from '../vectors';

const written = ({ name, key }: NoteKey) => ({ name, key: toBase64(key) });

function checkState(log: KeyLog, state: VectorCase) {
  expect(logPositionJson(log.head)).toEqual(state.object('head').raw);
  expect(log.roots.roots.map(written)).toEqual(state.list('roots'));
  expect(log.roots.threshold).toBe(state.number('threshold'));
  expect(written(log.roots.recovery)).toEqual(state.object('recovery').raw);
  expect(log.origins).toEqual(state.list('origins'));
  expect(log.rules.tick).toBe(state.number('tick'));
  expect(
    [...log.reviewers.values()]
      .sort((a, b) => a.number - b.number)
      .map((r) => ({ number: r.number, identity: toBase64(r.identity), revoked: r.revoked })),
  ).toEqual(
    state.objects('reviewers').map((r) => ({
      number: r.number('number'),
      identity: r.text('identity'),
      revoked: r.flag('revoked'),
    })),
  );
  for (const r of log.reviewers.values()) expect(log.findReviewer(r.identity)).toBe(r);
  const epochs = state.objects('epochs');
  expect(log.epochs.size).toBe(epochs.length);
  for (const one of epochs) {
    const found = log.epochs.get(one.number('epoch'));
    expect(found?.statement).toEqual(one.bytes('statement'));
    expect(found?.recipients.map((r) => r.number)).toEqual(one.list('recipients'));
    expect(found?.retired).toBe(one.flag('retired'));
    expect(found?.purgeForced).toBe(one.flag('purge_forced'));
    expect(found !== undefined && isUsable(found)).toBe(one.flag('usable'));
  }
}

function ask(log: KeyLog, q: VectorCase): unknown {
  switch (q.text('query')) {
    case 'accepts':
      log.accepts(q.number('epoch'), q.number('now'));
      return;
    case 'sealing_epoch':
      return log.sealingEpoch(q.number('now')).epoch;
    case 'origin':
      log.checkOrigin(q.text('origin'));
      return;
    case 'passes_through':
      log.passesThrough({ seq: q.number('seq'), hash: q.bytes('hash') });
      return;
    default:
      throw new Error('unknown query');
  }
}

vectorTests('key_log', (c, expected) => {
  const log = outcome(() => KeyLog.verify(c.bytes('org'), c.list('notes').map(String)));
  expect(log.class).toBe(expected);
  if (log.value === undefined) return;
  checkState(log.value, c.object('state'));
  for (const q of c.objects('queries')) {
    const verified = log.value;
    const answer = outcome(() => ask(verified, q));
    expect(answer.class).toBe(q.text('expect'));
    if (q.text('query') === 'sealing_epoch' && answer.class === 'ok')
      expect(answer.value).toBe(q.number('epoch'));
  }
});
