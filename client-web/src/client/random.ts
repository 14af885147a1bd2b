import { sodium } from '../protocol/sodium';

/** The items in random order. */
export function shuffled<T>(items: readonly T[]): T[] {
  const out = [...items];
  for (let i = out.length; i > 1; --i) {
    const j = sodium.randombytes_uniform(i);
    [out[i - 1], out[j]] = [out[j] as T, out[i - 1] as T];
  }
  return out;
}
