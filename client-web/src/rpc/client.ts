// The page's side of rpc/rpc.ts.
import { CodedError, type Api, type Progress, type Reply } from './rpc';

interface Pending {
  resolve: (value: unknown) => void;
  reject: (error: CodedError) => void;
  progress: Progress | undefined;
}

/** A proxy that runs the methods of T in the worker. When the worker dies, calls fail with `worker_failed`. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller names what the worker serves
export function connect<T extends object>(worker: Worker): T & Api {
  const pending = new Map<number, Pending>();
  let last = 0;
  let dead = false;

  worker.addEventListener('message', (event: MessageEvent<Reply>) => {
    const reply = event.data;
    const call = pending.get(reply.id);
    if (call === undefined) return;
    if (reply.kind === 'progress') {
      call.progress?.(reply.done, reply.of, reply.effort);
      return;
    }
    pending.delete(reply.id);
    if (reply.kind === 'value') call.resolve(reply.value);
    else call.reject(new CodedError(reply.code, reply.detail));
  });
  worker.addEventListener('error', () => {
    dead = true;
    for (const call of pending.values()) call.reject(new CodedError('worker_failed'));
    pending.clear();
  });

  return new Proxy({} as T & Api, {
    get(_target, method) {
      // A proxy that had a `then` would be taken for a promise.
      if (typeof method !== 'string' || method === 'then') return undefined;
      return (...args: unknown[]): Promise<unknown> =>
        new Promise((resolve, reject) => {
          if (dead) {
            reject(new CodedError('worker_failed'));
            return;
          }
          const final = args.at(-1);
          const progress = typeof final === 'function' ? (final as Progress) : undefined;
          const id = ++last;
          pending.set(id, { resolve, reject, progress });
          worker.postMessage({ id, method, args: progress === undefined ? args : args.slice(0, -1) });
        });
    },
  });
}
