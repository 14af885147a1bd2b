import { describe, expect, it } from 'vitest';
import { figuresOf, hideInGrid, hideInRow, type Counted } from '../../../src/review/worker/figures';
import type { FigureTable } from '../../../src/review/contract';

const day = 86_400;
const now = Date.UTC(2026, 10, 20) / 1000;

function cases(counts: Record<string, Record<string, number>>): Counted[] {
  return Object.entries(counts).flatMap(([category, row]) =>
    Object.entries(row).flatMap(([status, n]) =>
      Array.from({ length: n }, (_, i) => ({
        category,
        status,
        received: now - (i % 2 === 0 ? 3 : 80) * day,
      })),
    ),
  );
}
const options = { categories: ['a', 'b', 'c'], statuses: ['received', 'closed'], now, rounded: false };

// All tables with hidden counts of one at least that fit what is shown, up to a bound: the reader's view, by force.
function values(table: FigureTable): Set<number>[][] {
  const rows = table.rows.length;
  const columns = table.columns.length;
  const total = table.total ?? 0;
  const seen = table.cells.map((row) => row.map(() => new Set<number>()));
  const grid = table.cells.map((row) => row.map((n) => n ?? 0));
  const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
  const place = (k: number) => {
    if (k === rows * columns) {
      if (sum(grid.flat()) !== total) return;
      for (let j = 0; j < columns; j++) {
        const shown = table.columnTotals[j] ?? null;
        const counted = sum(grid.map((row) => row[j] ?? 0));
        if (shown === null ? counted < 1 : counted !== shown) return;
      }
      grid.forEach((row, i) => {
        row.forEach((n, j) => seen[i]?.[j]?.add(n));
      });
      return;
    }
    const [i, j] = [Math.floor(k / columns), k % columns];
    const shown = table.cells[i]?.[j] ?? null;
    const row = grid[i] ?? [];
    const tried = shown === null ? Array.from({ length: total }, (_, n) => n + 1) : [shown];
    for (const n of tried) {
      row[j] = n;
      if (sum(row.slice(0, j + 1)) > total) break;
      if (j === columns - 1) {
        const rowTotal = table.rowTotals[i] ?? null;
        if (rowTotal !== null && sum(row) !== rowTotal) continue;
      }
      place(k + 1);
    }
  };
  place(0);
  return seen;
}

function expectSafe(table: FigureTable) {
  const seen = values(table);
  table.cells.forEach((row, i) => {
    row.forEach((n, j) => {
      if (n === null) expect(seen[i]?.[j]?.size ?? 0).toBeGreaterThan(1);
      else expect(n === 0 || n >= 5).toBe(true);
    });
  });
}

describe('hideInRow', () => {
  it('hides a second count beside a lonely small one', () => {
    expect(hideInRow([9, 2, 0, 6])).toEqual([false, true, false, true]);
  });
  it('hides nothing where nothing is small', () => {
    expect(hideInRow([9, 0, 6])).toEqual([false, false, false]);
  });
  it('does not let the number of hidden ones tell that all are one', () => {
    expect(hideInRow([1, 1, 7])).toEqual([true, true, true]);
    expect(hideInRow([1, 1, 1, 1, 1])).toBeNull();
  });
});

describe('hideInGrid', () => {
  it('protects a single small cell within its row and its column', () => {
    const mask = hideInGrid([
      [3, 7, 10],
      [6, 9, 15],
      [9, 16, 25],
    ]);
    expect(mask).toEqual([
      [true, true, false],
      [true, true, false],
      [false, false, false],
    ]);
  });
});

describe('figures', () => {
  it('shows all where nothing is small', () => {
    const f = figuresOf(cases({ a: { received: 6, closed: 8 }, b: { received: 10, closed: 12 } }), options);
    expect(f.categoryByStatus.cells).toEqual([
      [6, 8],
      [10, 12],
      [0, 0],
    ]);
    expect(f.categoryByStatus).toMatchObject({ rowTotals: [14, 22, 0], columnTotals: [16, 20], total: 36 });
    expect(f.byMonth.rows).toEqual(['2026-09', '2026-10', '2026-11']);
    expect(f.byAge.cells).toEqual([[18], [0], [18], [0]]);
  });
  it('hides everything while there are fewer than five cases', () => {
    const f = figuresOf(cases({ a: { received: 3 } }), options);
    for (const table of [f.byCategory, f.byStatus, f.byMonth, f.byAge, f.categoryByStatus])
      expect(
        [table.cells.flat(), table.rowTotals, table.columnTotals, table.total]
          .flat()
          .every((n) => n === null),
      ).toBe(true);
  });
  it('shows zeros of an empty channel', () => {
    const f = figuresOf([], options);
    expect(f.byCategory.cells).toEqual([[0], [0], [0]]);
    expect(f.categoryByStatus.total).toBe(0);
    expect(f.byMonth.rows).toEqual([]);
  });
  it('gives no hidden count away, whatever the counts', () => {
    let state = 1;
    const next = (n: number) => {
      state = (state * 48_271) % 2_147_483_647;
      return state % n;
    };
    for (let round = 0; round < 60; round++) {
      const sizes = [0, 0, 1, 2, 3, 5, 6, 7];
      const size = () => sizes[next(sizes.length)] ?? 0;
      const f = figuresOf(
        cases({
          a: { received: size(), closed: size() },
          b: { received: size(), closed: size() },
          c: { received: size(), closed: size() },
        }),
        options,
      );
      if (f.categoryByStatus.total === null) continue;
      expectSafe(f.byCategory);
      expectSafe(f.byStatus);
      expectSafe(f.byAge);
      // Where the whole inside is withheld, zeros are hidden too, and the margins are safe by themselves.
      if (f.categoryByStatus.cells.flat().some((n) => n !== null)) expectSafe(f.categoryByStatus);
    }
  });
  it('counts a category that the policy no longer has', () => {
    const f = figuresOf(cases({ old: { received: 6 } }), options);
    expect(f.byCategory.rows).toEqual(['a', 'b', 'c', 'old']);
  });
  it('rounds to five for publication', () => {
    const f = figuresOf(cases({ a: { received: 6, closed: 8 }, b: { received: 11, closed: 12 } }), {
      ...options,
      rounded: true,
    });
    expect(f.categoryByStatus.cells.slice(0, 2)).toEqual([
      [5, 10],
      [10, 10],
    ]);
    expect(f.categoryByStatus.total).toBe(35);
  });
});
