// Bulk opening in parallel workers. Where a policy or a browser does not let a worker start others, the console opens
// with its own hands.
import { connect } from '../../rpc/client';
import { startWorker } from '../../ui/start_worker';
import { openHere, type Inbound, type Keys, type Look, type Opener } from './opening';
import openWorkerUrl from './open_worker?worker&url';

interface OpenApi {
  start(keys: Keys): Promise<void>;
  open(envelopes: Inbound[]): Promise<(Look | undefined)[]>;
}

export function openInPool(keys: Keys): Opener {
  const count = Math.min(4, Math.max(2, navigator.hardwareConcurrency - 1));
  const here = openHere(keys);
  const workers: Worker[] = [];
  const pool: { api: OpenApi; started: Promise<void> }[] = [];
  try {
    for (let i = 0; i < count; i++) {
      const worker = startWorker(openWorkerUrl);
      workers.push(worker);
      const api = connect<OpenApi>(worker);
      const started = api.start(keys);
      // A worker that does not start is found out when it is used.
      started.catch(() => undefined);
      pool.push({ api, started });
    }
  } catch {
    pool.length = 0;
  }
  let turn = 0;
  return {
    async open(envelopes) {
      const one = pool[turn++ % Math.max(1, pool.length)];
      if (one === undefined) return here.open(envelopes);
      try {
        await one.started;
        return await one.api.open(envelopes);
      } catch {
        return here.open(envelopes);
      }
    },
    close() {
      for (const worker of workers) worker.terminate();
      here.close();
    },
  };
}
