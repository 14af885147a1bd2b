// Counts that can be shown to people who may not read a single report. A count of one to four could point at somebody, so it
// is hidden, and with it as much as it takes that no hidden count follows from shown ones and totals.
//
// Zero is shown: hidden counts are known to be one at least, and the checks below reckon with that. A hidden count
// is safe when some other table, equal in everything shown, has another number in its place.
import type { FigureTable, Figures } from '../contract';

const smallest = 5; // the least count, besides zero, that is shown

/** One case, as far as it is counted. */
export interface Counted {
  category: string;
  status: string;
  received: number; // seconds since 1970
}

type Grid = number[][];
type Mask = boolean[][];

const isSmall = (n: number) => n > 0 && n < smallest;
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
const at = <T>(grid: readonly (readonly T[])[], r: number, c: number): T => {
  const value = grid[r]?.[c];
  if (value === undefined) throw new RangeError('outside the table');
  return value;
};

/**
 * Which counts of one row with a shown sum are hidden; null when nothing protects them: all that are left are ones,
 * and then their number gives them away.
 */
export function hideInRow(counts: readonly number[]): boolean[] | null {
  const hidden = counts.map(isSmall);
  if (!hidden.includes(true)) return hidden;
  for (;;) {
    const values = counts.filter((_, i) => hidden[i]);
    if (values.length > 1 && sum(values) > values.length) return hidden;
    const next = counts
      .map((n, i) => ({ n, i }))
      .filter(({ n, i }) => n > 0 && hidden[i] !== true)
      .sort((a, b) => a.n - b.n)[0];
    if (next === undefined) return null;
    hidden[next.i] = true;
  }
}

interface Rectangle {
  cells: [number, number][];
  cost: number;
}

// Rectangles of cells whose alternating change by one keeps all sums: the proof that their counts do not follow. `grid` has
// its totals in the last row and column, which change the other way round.
function cheapestRectangle(grid: Grid, hidden: Mask, r: number, c: number): Rectangle | null {
  const rows = grid.length;
  const columns = grid[0]?.length ?? 0;
  const isTotal = (i: number, j: number) => (i === rows - 1) !== (j === columns - 1);
  let best: Rectangle | null = null;
  for (let r2 = 0; r2 < rows; r2++)
    for (let c2 = 0; c2 < columns; c2++) {
      if (r2 === r || c2 === c) continue;
      const cells: [number, number][] = [
        [r, c],
        [r, c2],
        [r2, c],
        [r2, c2],
      ];
      // The grand total is shown always, and what is zero is never hidden.
      if (cells.some(([i, j]) => (i === rows - 1 && j === columns - 1) || at(grid, i, j) === 0)) continue;
      const signs = cells.map(([i, j], k) => (k === 0 || k === 3 ? 1 : -1) * (isTotal(i, j) ? -1 : 1));
      const stays = (direction: number) =>
        cells.every(([i, j], k) => at(grid, i, j) + direction * (signs[k] ?? 0) >= 1);
      if (!stays(1) && !stays(-1)) continue;
      const cost = sum(cells.map(([i, j]) => (at(hidden, i, j) ? 0 : at(grid, i, j))));
      if (best === null || cost < best.cost) best = { cells, cost };
    }
  return best;
}

/** Which cells of a table with its totals (last row and column) are hidden; null when some cannot be protected. */
export function hideInGrid(grid: Grid): Mask | null {
  const hidden: Mask = grid.map((row) => row.map(isSmall));
  for (let changed = true; changed;) {
    changed = false;
    for (let r = 0; r < grid.length; r++)
      for (let c = 0; c < (grid[r]?.length ?? 0); c++) {
        if (!at(hidden, r, c)) continue;
        const rectangle = cheapestRectangle(grid, hidden, r, c);
        if (rectangle === null) return null;
        if (rectangle.cost === 0) continue;
        for (const [i, j] of rectangle.cells) (hidden[i] ??= [])[j] = true;
        changed = true;
      }
  }
  return hidden;
}

const monthOf = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 7);

function monthsBetween(first: string, last: string): string[] {
  const out: string[] = [];
  for (let month = first; month <= last && out.length < 1200;) {
    out.push(month);
    const [year = 0, number = 0] = month.split('-').map(Number);
    month = number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
  }
  return out;
}

const bands = ['0-7', '8-60', '61-90', '90+'];
function bandOf(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  return (days <= 7 ? bands[0] : days <= 60 ? bands[1] : days <= 90 ? bands[2] : bands[3]) ?? '';
}

export interface FigureOptions {
  categories: readonly string[];
  statuses: readonly string[];
  now: number;
  rounded: boolean;
}

/** All tables count the same cases, so that no two of them differ by a hidden few. */
export function figuresOf(cases: readonly Counted[], options: FigureOptions): Figures {
  const { rounded, now } = options;
  const categories = withOthers(options.categories, cases, (c) => c.category);
  const statuses = withOthers(options.statuses, cases, (c) => c.status);
  const times = cases.map((c) => monthOf(c.received)).sort();
  const months = monthsBetween(times[0] ?? '', times.at(-1) ?? '').filter((m) => m !== '');

  const count = (rows: readonly string[], key: (c: Counted) => string) =>
    rows.map((row) => cases.filter((c) => key(c) === row).length);
  const inner = categories.map((category) =>
    statuses.map((status) => cases.filter((c) => c.category === category && c.status === status).length),
  );
  const byCategory = inner.map(sum);
  const byStatus = statuses.map((_, j) => sum(inner.map((row) => row[j] ?? 0)));
  const byMonth = count(months, (c) => monthOf(c.received));
  const byAge = count(bands, (c) => bandOf(now - c.received));
  const total = cases.length;

  const grid = [...inner.map((row, i) => [...row, byCategory[i] ?? 0]), [...byStatus, total]];
  const mask = isSmall(total) ? null : hideInGrid(grid);
  const hide = {
    category: mask === null ? hideInRow(byCategory) : mask.slice(0, -1).map((row) => row.at(-1) === true),
    status: mask === null ? hideInRow(byStatus) : (mask.at(-1) ?? []).slice(0, -1),
    month: hideInRow(byMonth),
    age: hideInRow(byAge),
  };
  // Where one table cannot be protected, its sum would undo it, and that stands in all of them: nothing is shown.
  const nothing = isSmall(total) || Object.values(hide).includes(null);

  const shown = (n: number, hidden: boolean | undefined): number | null =>
    nothing || hidden !== false ? null : rounded ? Math.round(n / 5) * 5 : n;
  const plain = (rows: string[], counts: number[], hidden: boolean[] | null): FigureTable => {
    const cells = counts.map((n, i) => shown(n, hidden?.[i]));
    return {
      rows,
      columns: [''],
      cells: cells.map((n) => [n]),
      rowTotals: cells,
      columnTotals: [shown(total, false)],
      total: shown(total, false),
    };
  };
  return {
    byCategory: plain(categories, byCategory, hide.category),
    byStatus: plain(statuses, byStatus, hide.status),
    byMonth: plain(months, byMonth, hide.month),
    byAge: plain([...bands], byAge, hide.age),
    categoryByStatus: {
      rows: categories,
      columns: statuses,
      cells: inner.map((row, i) => row.map((n, j) => shown(n, mask?.[i]?.[j]))),
      rowTotals: byCategory.map((n, i) => shown(n, hide.category?.[i])),
      columnTotals: byStatus.map((n, j) => shown(n, hide.status?.[j])),
      total: shown(total, false),
    },
    rounded,
  };
}

// A case may be of a category that the policy has dropped since.
function withOthers(
  known: readonly string[],
  cases: readonly Counted[],
  key: (c: Counted) => string,
): string[] {
  return [...new Set([...known, ...cases.map(key)])];
}
