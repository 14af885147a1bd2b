// The worker's side of rpc/rpc.ts.
import { CodedError, codeOf, type Api, type Call, type Progress, type Reply } from './rpc';

/** Answers calls with the methods of `api`. Every method is given a Progress as its last argument. */
export function serve(scope: DedicatedWorkerGlobalScope, api: Api): void {
  scope.addEventListener('message', (event: MessageEvent<Call>) => {
    const { id, method, args } = event.data;
    const answer = (reply: Reply) => {
      scope.postMessage(reply);
    };
    const run = Object.hasOwn(api, method) ? api[method] : undefined;
    if (run === undefined) {
      answer({ id, kind: 'error', code: 'internal' });
      return;
    }
    const progress: Progress = (done, of, effort) => {
      answer({ id, kind: 'progress', done, of, ...(effort === undefined ? {} : { effort }) });
    };
    // The method may be written without `async` and throw at once.
    Promise.resolve()
      .then(() => run(...args, progress))
      .then(
        (value) => {
          answer({ id, kind: 'value', value });
        },
        (error: unknown) => {
          answer({
            id,
            kind: 'error',
            code: codeOf(error),
            detail: error instanceof CodedError ? error.detail : undefined,
          });
        },
      );
  });
}
