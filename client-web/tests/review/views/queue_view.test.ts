import { describe, expect, test } from 'vitest';
import type { CaseSummary, Clock } from '../../../src/review/contract';
import { arrange, firstView, type QueueView } from '../../../src/review/queue_view';

const day = 86_400;
const now = 1_800_000_000;

const clock = (days: number, more: Partial<Clock> = {}): Clock => ({
  kind: 'conclude',
  due: now + days * day,
  done: false,
  paused: false,
  ...more,
});

function one(id: string, more: Partial<CaseSummary> = {}): CaseSummary {
  return {
    id,
    number: `C-00000${id}`,
    category: 'abuse',
    status: 'reviewing',
    assignee: 0,
    received: now,
    changed: now,
    isNew: false,
    recused: [],
    tags: [],
    similar: [],
    clocks: [clock(30)],
    messages: 1,
    replies: 0,
    attachments: 0,
    excerpt: '',
    alarm: false,
    keeping: { stage: 'open', closedSince: null, due: null, holds: [] },
    ...more,
  };
}

const cases = [
  one('1', { clocks: [clock(-3)], assignee: 2 }),
  one('2', { clocks: [clock(3)], isNew: true, category: 'idea' }),
  one('3', { clocks: [clock(1, { paused: true })], changed: now + 5 }),
  one('4', { clocks: [clock(1, { done: true })], status: 'closed', received: now - 9 }),
  one('5', { assignee: 1, received: now + 9 }),
];
const ids = (view: Partial<QueueView>, found: string[] | null = null) =>
  arrange(cases, { ...firstView, ...view }, found, 1, now)
    .map((c) => c.id)
    .join('');

describe('the queue', () => {
  test('what presses comes first: overdue, soon, later, paused, done', () => {
    expect(ids({ filter: 'all', sort: 'due' })).toBe('12534');
  });
  test('other orders', () => {
    expect(ids({ filter: 'all', sort: 'changed' })[0]).toBe('3');
    expect(ids({ filter: 'all', sort: 'received' })).toMatch(/^5.*4$/);
    expect(ids({ filter: 'all', sort: 'number' })).toBe('12345');
  });
  test('filters', () => {
    expect(ids({ filter: 'new' })).toBe('2');
    expect(ids({ filter: 'mine' })).toBe('5');
    expect(ids({ filter: 'due' })).toBe('12');
    expect(ids({ filter: 'closed' })).toBe('4');
    expect(ids({ filter: 'open' })).toBe('1253');
    expect(ids({ filter: 'all', category: 'idea' })).toBe('2');
  });
  test('a search keeps its own order, looks into closed cases too, and passes over what is gone', () => {
    expect(ids({ filter: 'open' }, ['4', '9', '1'])).toBe('41');
  });
});
