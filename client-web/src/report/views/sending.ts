import { useState } from 'preact/hooks';

import type { Progress } from '../../rpc/rpc';
import { usePage } from '../page';

/** One thing at a time that takes a while: its progress, and the words for its failure ('' is none). */
export function useSending() {
  const { fail } = usePage();
  const [progress, setProgress] = useState<{ done: number; of: number }>();
  const [error, setError] = useState('');
  const run = (work: (onProgress: Progress) => Promise<void>) => {
    if (progress !== undefined) return;
    setError('');
    setProgress({ done: 0, of: 0 });
    work((done, of) => {
      setProgress({ done, of });
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
