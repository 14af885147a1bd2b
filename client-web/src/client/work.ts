// Looking for a proof of work without holding up the worker: it pauses, can be stopped, and says how it goes.
import { WorkSearch } from '../protocol/work';
import { CodedError, type Effort } from '../rpc/rpc';

/** What the server asks for: the nonce says how much, for 1 to `maxBits` bits; it is good for `seconds`. */
export interface WorkDemand {
  nonce: Uint8Array;
  seconds: number;
}

/** Who waits meanwhile. */
export interface Watch {
  told?: (effort: Effort) => void;
  stopped?: () => boolean;
}

export const maxBits = 12; // more is refused
const stretch = 50; // milliseconds of search between two pauses
const tellEvery = 250; // milliseconds
const usable = 0.8; // of the nonce's life: the rest is for the way

/**
 * The header's value; undefined when the nonce has aged before one was found. Errors: stopped.
 */
export async function searchWork(
  org: Uint8Array,
  id: Uint8Array,
  { nonce, seconds }: WorkDemand,
  { told, stopped }: Watch,
  clock: () => number = () => performance.now(),
): Promise<string | undefined> {
  const search = new WorkSearch(org, id, nonce);
  const begun = clock();
  let paused = begun;
  let last = -tellEvery;
  for (;;) {
    const found = search.step();
    if (found !== undefined) return found;
    const now = clock();
    if (now - paused < stretch) continue;
    if (now - begun > seconds * 1000 * usable) return undefined;
    if (now - last >= tellEvery) {
      told?.(effortOf(search, (now - begun) / 1000));
      last = now;
    }
    await new Promise((resolve) => setTimeout(resolve));
    if (stopped?.() === true) throw new CodedError('stopped');
    paused = clock();
  }
}

/** The search for a solution is nine tenths of the bar, the ticket's the rest. */
function effortOf(search: WorkSearch, elapsed: number): Effort {
  if (search.solved) return { chance: 0.9, seconds: elapsed };
  const { attempts, bits } = search;
  return {
    chance: 0.9 * (1 - Math.exp(-attempts / 2 ** bits)),
    seconds: (elapsed / attempts) * 2 ** bits,
  };
}
