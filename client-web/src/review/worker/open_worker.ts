// One of the pool's workers: is given the keys once, then opens what it is sent.
import { ready } from '../../protocol/sodium';
import { serve } from '../../rpc/server';
import { lookAt, type Inbound, type Keys, type Look } from './opening';

declare const self: DedicatedWorkerGlobalScope;

let keys: Keys | undefined;

serve(self, {
  async start(given: Keys): Promise<void> {
    await ready();
    keys = given;
  },
  open(envelopes: Inbound[]): Promise<(Look | undefined)[]> {
    const known = keys;
    return Promise.resolve(known === undefined ? [] : envelopes.map((one) => lookAt(known, one)));
  },
});
