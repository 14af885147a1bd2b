// The receipt is typed back before the page lets go of it: people click past what they are only shown.
import type { ReceiptView } from './contract';

export type ReceiptForm = 'ko' | 'en' | 'digits';

/** What is written down, part by part: eight words, or nine groups of three digits. */
export function partsOf(receipt: ReceiptView, form: ReceiptForm): string[] {
  return form === 'digits' ? (receipt.digits.match(/\d{3}/g) ?? []) : receipt[form];
}

/** Two different positions below `count`, in order. `random` gives a number in [0, 1). */
export function twoPositions(count: number, random: () => number): [number, number] {
  const first = Math.floor(random() * count);
  const second = (first + 1 + Math.floor(random() * (count - 1))) % count;
  return first < second ? [first, second] : [second, first];
}

/** Whether what was typed is that part: composed or not, in capitals or not, blanks around it forgiven. */
export function isPart(typed: string, part: string): boolean {
  const plain = (text: string) => text.normalize('NFKD').trim().toLowerCase();
  return plain(typed) === plain(part);
}
