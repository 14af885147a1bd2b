// The one Trusted Types policy of the pages, and with it the only way to start a script. Use:
//
//     import workerUrl from './worker/worker?worker&url';
//     const api = connect<ReporterApi>(startWorker(workerUrl));

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): { createScriptURL: (url: string) => string };
}

/** Own hashed files only; the single file that runs from a disk has its worker in a blob that it made itself. */
function own(url: string): string {
  const { protocol, origin, pathname } = new URL(url, location.href);
  const passes =
    location.protocol === 'file:'
      ? protocol === 'blob:'
      : origin === location.origin && pathname.startsWith('/assets/');
  if (!passes) throw new TypeError('not a script of this page');
  return url;
}

let policy: { createScriptURL: (url: string) => string } | undefined;

/** Starts the worker that the build put at `url`. Throws TypeError for any other address. */
export function startWorker(url: string): Worker {
  policy ??= (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy('changgu', {
    createScriptURL: own,
  }) ?? { createScriptURL: own };
  return new Worker(policy.createScriptURL(url), {
    type: location.protocol === 'file:' ? 'classic' : 'module',
  });
}
