// The entry of the reporter's Web Worker.
import { serve } from '../../rpc/server';
import type { ReporterApi } from '../contract';
import { Reporter } from './reporter';

declare const self: DedicatedWorkerGlobalScope;

const reporter = new Reporter();
const api: { [Method in keyof ReporterApi]: ReporterApi[Method] } = {
  open: (origin, pin) => reporter.open(origin, pin),
  measure: (draft) => reporter.measure(draft),
  hold: (file, originalSize) => reporter.hold(file, originalSize),
  discard: (id) => reporter.discard(id),
  send: (draft, progress) => reporter.send(draft, progress),
  sendAgain: (progress) => reporter.sendAgain(progress),
  stop: () => reporter.stop(),
  checkReceipt: (text) => reporter.checkReceipt(text),
  lookUp: (text) => reporter.lookUp(text),
  burn: (indices) => reporter.burn(indices),
  followUp: (draft, progress) => reporter.followUp(draft, progress),
  forget: () => reporter.forget(),
};
serve(self, api);
