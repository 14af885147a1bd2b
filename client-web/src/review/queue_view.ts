// Which cases the queue shows, and in which order.
import type { CaseSummary, Keeping } from './contract';
import { pressing, urgencyOf } from './format';

export const filters = ['all', 'new', 'mine', 'due', 'open', 'closed'] as const;
export const sorts = ['due', 'changed', 'received', 'number'] as const;

export interface QueueView {
  filter: (typeof filters)[number];
  category: string; // '': all
  sort: (typeof sorts)[number];
  search: string;
  page: number; // from 0
}

export const firstView: QueueView = { filter: 'open', category: '', sort: 'due', search: '', page: 0 };
export const pageSize = 50;

export function passes(one: CaseSummary, filter: QueueView['filter'], me: number, now: number): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'new':
      return one.isNew;
    case 'mine':
      return one.assignee === me;
    case 'due':
      return one.clocks.some((c) => ['soon', 'over'].includes(urgencyOf(c, now)));
    case 'open':
      return one.status !== 'closed';
    case 'closed':
      return one.status === 'closed';
  }
}

const soonDays = 31;

/** What is to be destroyed, what somebody holds, and what is due within a month; the earliest first. */
export function keptOf(cases: readonly CaseSummary[], now: number) {
  const at = (one: CaseSummary) => one.keeping.due ?? 0;
  const sorted = [...cases].sort((a, b) => at(a) - at(b));
  const soon = now + soonDays * 86_400;
  return {
    due: sorted.filter(({ keeping }) => isDue(keeping)),
    held: sorted.filter(({ keeping }) => keeping.stage === 'held'),
    soon: sorted.filter(
      ({ keeping }) => keeping.stage === 'kept' && keeping.due !== null && keeping.due <= soon,
    ),
  };
}

export function isDue({ stage }: Keeping): boolean {
  return stage === 'due' || stage === 'begun';
}

// Cases without a running clock come after those with one, paused before done.
function urgency(one: CaseSummary): number {
  const clock = pressing(one.clocks);
  if (clock === null) return Infinity;
  return clock.paused ? Number.MAX_VALUE : clock.due;
}

// The greater key comes first; equal ones in the order of receipt. Reckoned once a case: there may be ten thousand.
const keyOf: Record<Exclude<QueueView['sort'], 'number'>, (one: CaseSummary) => number> = {
  due: (one) => -urgency(one),
  changed: (one) => one.changed,
  received: (one) => one.received,
};

function inOrder(cases: CaseSummary[], sort: QueueView['sort']): CaseSummary[] {
  if (sort === 'number')
    return cases.sort((a, b) => (a.number < b.number ? -1 : a.number > b.number ? 1 : 0));
  const keyed = cases.map((one) => ({ one, key: keyOf[sort](one) }));
  keyed.sort((a, b) => (a.key === b.key ? b.one.received - a.one.received : a.key < b.key ? 1 : -1));
  return keyed.map(({ one }) => one);
}

/** `found`: ids from the search, best first, or null; then its order counts and the filter does not. */
export function arrange(
  cases: readonly CaseSummary[],
  view: QueueView,
  found: readonly string[] | null,
  me: number,
  now: number,
): CaseSummary[] {
  const ofCategory = (one: CaseSummary) => view.category === '' || one.category === view.category;
  if (found !== null) {
    const byId = new Map(cases.map((one) => [one.id, one]));
    return found.flatMap((id) => byId.get(id) ?? []).filter(ofCategory);
  }
  return inOrder(
    cases.filter((one) => ofCategory(one) && passes(one, view.filter, me, now)),
    view.sort,
  );
}
