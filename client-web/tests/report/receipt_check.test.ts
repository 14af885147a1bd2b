import { describe, expect, it } from 'vitest';
import { isPart, partsOf, twoPositions } from '../../src/report/receipt_check';

const receipt = {
  ko: ['가격', '가끔', '가난', '가능', '가득', '가르침', '가뭄', '가방'],
  en: ['abandon', 'ability', 'able', 'about', 'above', 'absent', 'absorb', 'abstract'],
  digits: '012 345 678 901 234 567 890 123 456',
};

describe('what is typed back', () => {
  it('comes in eight words or nine groups', () => {
    expect(partsOf(receipt, 'ko')).toEqual(receipt.ko);
    expect(partsOf(receipt, 'en')).toEqual(receipt.en);
    expect(partsOf(receipt, 'digits')).toHaveLength(9);
    expect(partsOf(receipt, 'digits')[3]).toBe('901');
  });

  it('is forgiven its composition, blanks and capitals', () => {
    expect(isPart('가르침'.normalize('NFD'), '가르침')).toBe(true);
    expect(isPart('가르침', '가르침'.normalize('NFKD'))).toBe(true);
    expect(isPart(' Abandon\n', 'abandon')).toBe(true);
  });

  it('is not forgiven another word', () => {
    expect(isPart('가르친', '가르침')).toBe(false);
    expect(isPart('', '가르침')).toBe(false);
    expect(isPart('abando', 'abandon')).toBe(false);
  });

  it('is two different positions, each as likely as the others', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 8; ++i)
      for (let j = 0; j < 7; ++j) {
        const numbers = [(i + 0.5) / 8, (j + 0.5) / 7];
        const [first, second] = twoPositions(8, () => numbers.shift() ?? 0);
        expect(first).toBeLessThan(second);
        expect(second).toBeLessThan(8);
        counts.set(`${first} ${second}`, (counts.get(`${first} ${second}`) ?? 0) + 1);
      }
    expect(counts.size).toBe(28);
    expect(new Set(counts.values())).toEqual(new Set([2]));
  });
});
