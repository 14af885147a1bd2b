import { render } from 'preact';

import { connect } from '../rpc/client';
import { startWorker } from '../ui/start_worker';
import '../ui/theme.css';
import { App } from './app';
import type { CleanerApi, ReporterApi } from './contract';
import { parseFragment } from './fragment';
import { leave, tripleEscape } from './quick_exit';
import './report.css';
import cleanerUrl from './worker/clean/cleaner?worker&url';
import workerUrl from './worker/worker?worker&url';

const root = document.getElementById('app');
if (root === null) throw new Error('no place for the page');

const worker = startWorker(workerUrl);
const api = connect<ReporterApi>(worker);
let cleaningWorker: Worker | undefined;
const alone = location.protocol === 'file:';
let unsaved = false;

const quickExit = () => {
  unsaved = false;
  leave(
    () => {
      render(null, root);
    },
    () => api.forget(),
    () => {
      worker.terminate();
      cleaningWorker?.terminate();
    },
  );
};

const escaped = tripleEscape();
window.addEventListener(
  'keydown',
  (event) => {
    if (escaped(event)) quickExit();
  },
  { capture: true },
);
window.addEventListener('beforeunload', (event) => {
  if (unsaved) event.preventDefault();
});
window.addEventListener('pagehide', () => {
  void api.forget().catch(() => undefined);
});
window.addEventListener('pageshow', (event) => {
  // Back from the browser's page cache: nothing of the last visit may be on the screen.
  if (event.persisted) location.reload();
});
window.addEventListener('hashchange', () => {
  location.reload(); // another poster, perhaps another channel
});

document.documentElement.translate = false; // a translation service would be sent the words
render(
  <App
    api={api}
    startCleaner={() => {
      cleaningWorker = startWorker(cleanerUrl);
      return connect<CleanerApi>(cleaningWorker);
    }}
    fragment={parseFragment(location.hash, alone)}
    origin={alone ? undefined : location.origin}
    quickExit={quickExit}
    onUnsaved={(now) => {
      unsaved = now;
    }}
  />,
  root,
);
