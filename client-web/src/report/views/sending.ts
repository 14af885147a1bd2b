import { useState } from 'preact/hooks';

import type { Effort, Progress } from '../../rpc/rpc';
import { usePage } from '../page';

export interface SendingState {
  done: number;
  of: number;
  /** The last proof of work's. It stays when the next thing goes up, so that the words do not change to and fro. */
  effort?: Effort | undefined;
}

/** One thing at a time that takes a while: its progress, and the words for its failure ('' is none). */
export function useSending() {
  const { fail } = usePage();
  const [progress, setProgress] = useState<SendingState>();
  const [error, setError] = useState('');
  const run = (work: (onProgress: Progress) => Promise<void>) => {
    if (progress !== undefined) return;
    setError('');
    setProgress({ done: 0, of: 0 });
    work((done, of, effort) => {
      setProgress((before) => ({
        done,
        of,
        effort: effort ?? (before?.effort && { ...before.effort, chance: 0 }),
      }));
    })
      .catch((reason: unknown) => {
        setError(fail(reason));
      })
      .finally(() => {
        setProgress(undefined);
      });
  };
  return { progress, error, run };
}
