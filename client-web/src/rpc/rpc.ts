// How a page talks to its worker: calls by name, answered once, with progress in between. libsodium and every
// secret live on the worker's side; what crosses is what a person typed or is about to see.

/** An object of asynchronous methods without optional parameters, so that a Progress can follow the arguments. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any method at all
export type Api = Record<string, (...args: any[]) => Promise<unknown>>;
/** `effort` is there while the server is given a proof of work for the next of them. */
export type Progress = (done: number, of: number, effort?: Effort) => void;

/** How a search goes that only luck ends. */
export interface Effort {
  chance: number; // of having found by now, below 1: it grows and never gets there
  seconds: number; // that one search takes on average, on this device
}

export interface Call {
  id: number;
  method: string;
  args: unknown[];
}

export type Reply =
  | { id: number; kind: 'progress'; done: number; of: number; effort?: Effort }
  | { id: number; kind: 'value'; value: unknown }
  | { id: number; kind: 'error'; code: string; detail?: unknown };

/** A failure that has a name: the classes of docs/protocol.md, problem slugs of the server, and the client's own. */
export class CodedError extends Error {
  constructor(
    readonly code: string,
    readonly detail?: unknown,
  ) {
    super(code);
    this.name = 'CodedError';
  }
}

/** What is not a CodedError is a mistake of ours; its text could quote a secret, so only its class is told. */
export function codeOf(error: unknown): string {
  return error instanceof CodedError ? error.code : 'internal';
}
