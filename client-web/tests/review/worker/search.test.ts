import { describe, expect, it } from 'vitest';
import { searchCases } from '../../../src/review/worker/search';

const cases = [
  { id: 'a', number: 'C-000001', tags: ['회식'], texts: ['과장이 회식비를 걷었다'] },
  { id: 'b', number: 'C-000002', tags: [], texts: ['회식, 회식, 또 회식', '예산'] },
  { id: 'c', number: 'C-000003', tags: [], texts: ['Overtime was paid twice'] },
];

describe('searchCases', () => {
  it('wants every word, and puts tags before text', () => {
    expect(searchCases('회식', cases)).toEqual(['a', 'b']);
    expect(searchCases(' 회식  예산 ', cases)).toEqual(['b']);
    expect(searchCases('회식 없음', cases)).toEqual([]);
  });
  it('finds numbers, without regard to capitals or decomposition', () => {
    expect(searchCases('c-000003', cases)).toEqual(['c']);
    expect(searchCases('OVERTIME', cases)).toEqual(['c']);
    expect(searchCases('회식'.normalize('NFD'), cases)).toEqual(['a', 'b']);
  });
  it('finds nothing for nothing', () => {
    expect(searchCases('  ', cases)).toEqual([]);
  });
});
