import { sodium } from '../../protocol/sodium';

/** The items in random order. */
export function shuffled<T>(items: readonly T[]): T[] {
  const left = [...items];
  const out: T[] = [];
  while (left.length > 0) out.push(...left.splice(sodium.randombytes_uniform(left.length), 1));
  return out;
}
