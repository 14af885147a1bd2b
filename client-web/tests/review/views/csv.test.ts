import { expect, test } from 'vitest';
import { toCsv } from '../../../src/review/csv';

const body = (rows: (string | number)[][]) => toCsv(rows).slice(1);

test('begins with a byte order mark and ends lines as RFC 4180 says', () => {
  expect(
    toCsv([
      ['갑질', 5],
      ['합계', 10],
    ]),
  ).toBe('\ufeff갑질,5\r\n합계,10\r\n');
});
test('quotes what would break a row', () => {
  expect(body([['a,b', 'say "x"', 'two\nlines']])).toBe('"a,b","say ""x""","two\nlines"\r\n');
});
test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '\r=1'])('%j is no formula any more', (value) => {
  expect(
    body([[value]])
      .replace(/^"/, '')
      .startsWith("'"),
  ).toBe(true);
});
test('numbers stay numbers, the mark of a hidden count stays itself', () => {
  expect(body([[-1, '–']])).toBe('-1,–\r\n');
});
