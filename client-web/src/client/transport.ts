// One request and its answer, both bounded: what the API of docs/protocol.md, section 10, needs of HTTP and no more.
import { concat, fromUtf8 } from '../protocol/bytes';
import { Members } from '../protocol/json';
import { CodedError } from '../rpc/rpc';

export type Fetch = typeof fetch;

export interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string; // below /api/v1
  expected: number; // any other status is an error
  bytes?: Uint8Array; // a body, sent as application/octet-stream
  json?: string; // a body, sent as application/json
  bearer?: string;
  ifMatch?: string;
  work?: string; // a proof of work
  maxAnswer?: number; // bytes
  timeout?: number; // milliseconds without progress
}

export interface Answer {
  body: Uint8Array;
  etag: string | null;
}

const defaultTimeout = 60_000;
const defaultMaxAnswer = 1 << 20;
const maxProblem = 16_384;
const problemPrefix = 'urn:changgu:problem:';

export const offline = () => new CodedError('offline');
export const badAnswer = () => new CodedError('bad_answer');

/** Aborts a request that makes no progress for `milliseconds`. */
class Patience {
  private readonly controller = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly milliseconds: number) {
    this.renew();
  }
  get signal(): AbortSignal {
    return this.controller.signal;
  }
  renew(): void {
    this.end();
    this.timer = setTimeout(() => {
      this.controller.abort();
    }, this.milliseconds);
  }
  end(): void {
    clearTimeout(this.timer);
  }
}

function requestOf(call: Call, signal: AbortSignal): RequestInit {
  const headers: Record<string, string> = {};
  if (call.bytes !== undefined) headers['Content-Type'] = 'application/octet-stream';
  if (call.json !== undefined) headers['Content-Type'] = 'application/json';
  if (call.bearer !== undefined) headers['Authorization'] = `Bearer ${call.bearer}`;
  if (call.ifMatch !== undefined) headers['If-Match'] = call.ifMatch;
  if (call.work !== undefined) headers['Changgu-Work'] = call.work;
  // Nothing here is in shared memory; a copy would be one more place that holds a token.
  const body = (call.bytes as Uint8Array<ArrayBuffer> | undefined) ?? call.json;
  return {
    method: call.method ?? 'GET',
    headers,
    ...(body === undefined ? {} : { body }),
    signal,
    credentials: 'omit',
    cache: 'no-store',
    referrerPolicy: 'no-referrer',
    redirect: 'error',
  };
}

/**
 * Hands over the answer's body slice by slice. Errors: offline (no connection, no progress, or a proxy without a server),
 * bad_answer (too long, or of another status without a problem that we know), the problem's slug, and what `take` throws.
 */
export async function stream(
  fetcher: Fetch,
  origin: string,
  call: Call,
  take: (slice: Uint8Array) => void | Promise<void>,
): Promise<Response> {
  const patience = new Patience(call.timeout ?? defaultTimeout);
  try {
    const response = await connected(
      fetcher(`${origin}/api/v1${call.path}`, requestOf(call, patience.signal)),
    );
    patience.renew();
    if (response.status !== call.expected) throw await problemOf(response, patience);
    await drain(response, patience, call.maxAnswer ?? defaultMaxAnswer, take);
    return response;
  } finally {
    patience.end();
  }
}

export async function send(fetcher: Fetch, origin: string, call: Call): Promise<Answer> {
  const slices: Uint8Array[] = [];
  const response = await stream(fetcher, origin, call, (slice) => {
    slices.push(slice);
  });
  return { body: concat(...slices), etag: response.headers.get('etag') };
}

/** What fails below is the connection, whatever name the browser gives it. */
async function connected<T>(attempt: Promise<T>): Promise<T> {
  try {
    return await attempt;
  } catch {
    throw offline();
  }
}

async function drain(
  response: Response,
  patience: Patience,
  max: number,
  take: (slice: Uint8Array) => void | Promise<void>,
): Promise<void> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  let taken = 0;
  try {
    for (;;) {
      const { done, value } = await connected(reader.read());
      if (done) return;
      taken += value.length;
      if (taken > max) throw badAnswer();
      patience.end(); // the taker's time is not the server's
      await take(value);
      patience.renew();
    }
  } finally {
    // Does nothing to a stream that has ended; otherwise the rest is not wanted.
    await reader.cancel().catch(() => undefined);
  }
}

async function problemOf(response: Response, patience: Patience): Promise<CodedError> {
  const slices: Uint8Array[] = [];
  let slug: string | undefined;
  try {
    await drain(response, patience, maxProblem, (slice) => {
      slices.push(slice);
    });
    const type = Members.parse(fromUtf8(concat(...slices))).string('type', 100);
    if (/^urn:changgu:problem:[a-z-]{1,40}$/.test(type)) slug = type.slice(problemPrefix.length);
  } catch (error) {
    if (error instanceof CodedError && error.code === 'offline') return error;
  }
  if (slug === 'stopping') return new CodedError('busy');
  if (slug === 'unavailable') return new CodedError('internal');
  if (slug !== undefined) return new CodedError(slug);
  // Not this server's: a proxy has lost it, and what it had done is as unknown as when the connection is lost.
  return response.status >= 500 ? offline() : badAnswer();
}
