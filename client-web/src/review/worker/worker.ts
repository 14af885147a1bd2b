// The entry of the reviewer's Web Worker.
import { serve } from '../../rpc/server';
import type { ReviewApi } from '../contract';
import { openInPool } from './open_pool';
import { ReviewerConsole } from './reviewer';

declare const self: DedicatedWorkerGlobalScope;

const reviewer = new ReviewerConsole({ openerFor: openInPool });
const api: { [Method in keyof ReviewApi]: ReviewApi[Method] } = {
  open: (origin, org) => reviewer.open(origin, org),
  suggestPassphrase: (language) => reviewer.suggestPassphrase(language),
  enrol: (code, passphrase, place) => reviewer.enrol(code, passphrase, place),
  unlockFromServer: (number, passphrase) => reviewer.unlockFromServer(number, passphrase),
  unlockFile: (file, passphrase) => reviewer.unlockFile(file, passphrase),
  lock: () => reviewer.lock(),
  exportKeyring: (passphrase) => reviewer.exportKeyring(passphrase),
  pendingFile: () => reviewer.pendingFile(),
  saved: () => reviewer.saved(),
  moveToServer: (passphrase) => reviewer.moveToServer(passphrase),
  health: () => reviewer.health(),
  sync: (progress) => reviewer.sync(progress),
  accessLog: (accept) => reviewer.accessLog(accept),
  refresh: () => reviewer.refresh(),
  queue: () => reviewer.queue(),
  readCase: (id) => reviewer.readCase(id),
  search: (text) => reviewer.search(text),
  act: (id, action) => reviewer.act(id, action),
  checkReply: (id, text) => reviewer.checkReply(id, text),
  reply: (id, draft) => reviewer.reply(id, draft),
  handOver: (id, number, progress) => reviewer.handOver(id, number, progress),
  destroyCase: (id) => reviewer.destroyCase(id),
  stop: () => reviewer.stop(),
  attachment: (id, message, index) => reviewer.attachment(id, message, index),
  figures: (rounded) => reviewer.figures(rounded),
  exportCase: (id) => reviewer.exportCase(id),
};
serve(self, api);
