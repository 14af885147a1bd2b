// A channel: its verified key log, and one method for each call of docs/protocol.md, section 10, that a page makes.
//
// Errors of every call: offline (no answer), bad_answer (an answer that is not as the API says), and the slugs of the
// server's problems (busy, epoch-closed, taken, …). Calls say only what is particular to them.
import { byteAt, compare, concat, equal, fromBase64, fromU32, toBase64, toHex } from '../protocol/bytes';
import { eventSize } from '../protocol/case_event';
import { envelopeId, suite1 } from '../protocol/envelope';
import { fail } from '../protocol/errc';
import { chunkSize } from '../protocol/file_stream';
import { KeyLog } from '../protocol/key_log';
import { Members, writeJson, type Json, type JsonObject } from '../protocol/json';
import { maxNoteSize } from '../protocol/note';
import { signSignIn } from '../protocol/signing';
import { wipe } from '../protocol/sodium';
import { bitsOf } from '../protocol/work';
import { CodedError } from '../rpc/rpc';
import { badAnswer, send, stream, type Answer, type Call, type Fetch } from './transport';
import { maxBits, searchWork, type Watch, type WorkDemand } from './work';

export const tokensAtOnce = 4;
export const blobsAtOnce = 16;
export const eventsAtOnce = 64;
export const tokensShownAtOnce = 256;
const purgeKinds = { case_events: 2, file_chunks: 3 } as const;
const maxIndex = 64 << 20;
const maxKeyringAnswer = 2 << 20;
const maxLogStatements = 100_000;
const notesAtOnce = 64;
const protocolVersion = 1;
const prefixSize = 16;
const inboxRecord = 4 + suite1.envelopeSize;
const maxInbox = 2 ** 40;
const longTimeout = 120_000;
const entriesAtOnce = 256;
const maxEntry = 200;
const maxWord = 32;
const workLife = 120; // seconds
const proofs = 4; // that are looked for before a submission is given up: some six minutes at most

const itemStates = ['unknown', 'present', 'burned', 'expired'] as const;
export type ItemState = (typeof itemStates)[number];

/** `body` is there exactly when the state is present. */
export type Item = { state: 'present'; body: Uint8Array } | { state: Exclude<ItemState, 'present'> };

/** A reviewer's keyring as the server keeps it: nulls when it keeps none. */
export interface KeptKeyring {
  keyring: Uint8Array | null;
  pepper: Uint8Array | null;
  nextPepper: Uint8Array; // what the next PUT must be wrapped under
  etag: string | null;
}

export class Channel {
  private bearer: string | undefined;
  private underLoad = false; // work was asked for the last time
  private proven: { id: Uint8Array; header: string; until: number } | undefined;

  private constructor(
    readonly origin: string,
    readonly log: KeyLog,
    private readonly fetcher: Fetch,
  ) {}

  get org(): Uint8Array {
    return this.log.org;
  }

  /**
   * Fetches the whole key log and verifies it. With `org` null it is taken from the genesis statement: trust on first
   * use. Errors: also unknown_protocol, wrong_org, origin_not_listed and those of KeyLog.
   */
  static async open(
    origin: string,
    org: Uint8Array | null,
    fetcher: Fetch = (...request) => fetch(...request),
  ): Promise<Channel> {
    let log: KeyLog | undefined;
    await readLog(fetcher, origin, 0, (note) => {
      if (log !== undefined) {
        log.append(note);
        return;
      }
      log = KeyLog.start(note);
      if (org !== null && !equal(log.org, org)) fail('wrong_org');
    });
    if (log === undefined) throw badAnswer();
    log.checkOrigin(origin);
    return new Channel(origin, log, fetcher);
  }

  /** Fetches and verifies the statements that came since. Errors: as open(), and log_forked. */
  async refresh(): Promise<void> {
    const from = this.log.size;
    await readLog(this.fetcher, this.origin, from, (note) => {
      try {
        this.log.append(note);
      } catch (error) {
        // A statement that follows on another one than ours: the log we saw before is not this one.
        const forked = error instanceof CodedError && error.code === 'broken_chain';
        throw forked && this.log.size === from ? new CodedError('log_forked') : error;
      }
    });
    this.log.checkOrigin(this.origin);
  }

  // --- for everybody

  /** Errors: bad-envelope, epoch-closed, busy, storage-full, and those of a proof of work. */
  async postEnvelope(envelope: Uint8Array, watch: Watch = {}): Promise<void> {
    const call: Call = { method: 'POST', path: '/envelopes', expected: 201, bytes: envelope };
    await this.submit(envelopeId(envelope), call, watch);
  }

  /** Errors: taken, and those of a proof of work. */
  async putBlob(id: Uint8Array, chunk: Uint8Array, watch: Watch = {}): Promise<void> {
    const path = `/blobs/${toHex(id)}`;
    await this.submit(id, { method: 'PUT', path, expected: 201, bytes: chunk, timeout: longTimeout }, watch);
  }

  // With a proof of work where the server wants one. Nobody asks it before something is sent; but once it wanted one, it
  // is asked ahead, so that a chunk does not go up only to be refused. Errors: stopped, work-required.
  private async submit(id: Uint8Array, call: Call, watch: Watch): Promise<void> {
    for (let asked = 0; ; ++asked) {
      const work = asked > 0 || this.underLoad ? await this.prove(id, watch) : undefined;
      try {
        await this.send(work === undefined ? call : { ...call, work });
        return;
      } catch (error) {
        const wanted = error instanceof CodedError && error.code === 'work-required';
        if (!wanted || asked === proofs) throw error;
      }
      this.proven = undefined;
    }
  }

  /** Undefined when none is wanted, or none was found while the nonce was good. */
  private async prove(id: Uint8Array, watch: Watch): Promise<string | undefined> {
    // The connection may have been lost since: the same proof is good again.
    if (this.proven !== undefined && equal(this.proven.id, id) && performance.now() < this.proven.until)
      return this.proven.header;
    const asked = performance.now();
    const demand = await this.workDemand();
    this.underLoad = demand !== undefined;
    if (demand === undefined) return undefined;
    const header = await searchWork(this.org, id, demand, watch);
    this.proven = header === undefined ? undefined : { id, header, until: asked + demand.seconds * 1000 };
    return header;
  }

  private async workDemand(): Promise<WorkDemand | undefined> {
    const answer = await this.ask({ path: '/work', expected: 200 });
    return readAnswer(() => {
      const bits = answer.integer('bits', maxBits);
      if (bits === 0) return undefined;
      const nonce = answer.bytes('nonce', 32);
      if (bitsOf(nonce) !== bits) throw badAnswer();
      return { nonce, seconds: answer.integer('expires_in', workLife) };
    });
  }

  /** Sorted 16-byte prefixes of all addresses that are or were written to. */
  async replyIndex(): Promise<Uint8Array> {
    const path = '/replies/index';
    const { body } = await this.send({ path, expected: 200, maxAnswer: maxIndex, timeout: longTimeout });
    if (body.length % prefixSize !== 0) throw badAnswer();
    const prefix = (at: number) => body.subarray(at, at + prefixSize);
    for (let at = prefixSize; at < body.length; at += prefixSize)
      if (compare(prefix(at - prefixSize), prefix(at)) > 0) throw badAnswer();
    return body;
  }

  /** Exactly four tokens. Changes nothing. */
  async readReplies(tokens: Uint8Array[]): Promise<Item[]> {
    const size = tokens.length * (1 + suite1.envelopeSize);
    const { body } = await this.sendSecret({
      method: 'POST',
      path: '/replies/read',
      expected: 200,
      bytes: concat(...tokens),
      maxAnswer: size,
    });
    return itemsOf(body, tokens.length, suite1.envelopeSize);
  }

  /** Exactly four tokens. */
  async burnReplies(tokens: Uint8Array[]): Promise<void> {
    await this.sendSecret({
      method: 'POST',
      path: '/replies/burn',
      expected: 204,
      bytes: concat(...tokens),
    });
  }

  /** 1 to 256 tokens. */
  async purge(kind: keyof typeof purgeKinds, tokens: Uint8Array[]): Promise<void> {
    const bytes = concat(Uint8Array.of(purgeKinds[kind]), ...tokens);
    await this.sendSecret({ method: 'POST', path: '/purge', expected: 204, bytes });
  }

  /** 1 to 256 tokens: the chunks count as released in the present month. */
  async keep(kind: 'file_chunks', tokens: Uint8Array[]): Promise<void> {
    await this.sendSecret({
      method: 'POST',
      path: '/keep',
      expected: 204,
      bytes: concat(Uint8Array.of(purgeKinds[kind]), ...tokens),
    });
  }

  /** The number that a code invites. Errors: not-found. */
  async enrolmentNumber(id: Uint8Array): Promise<number> {
    const answer = await this.ask({ path: `/enrolments/${toHex(id)}`, expected: 200 });
    const number = readAnswer(() => answer.integer('number', 65_535));
    if (number === 0) throw badAnswer();
    return number;
  }

  /** `request` as section 10 has it. Errors: not-found, taken. */
  async postEnrolment(id: Uint8Array, request: JsonObject): Promise<void> {
    const path = `/enrolments/${toHex(id)}`;
    await this.send({ method: 'POST', path, expected: 201, json: writeJson(request) });
  }

  // --- signing in: the bearer is kept here, and used by the calls below

  get signedIn(): boolean {
    return this.bearer !== undefined;
  }

  /** `secretKey` is the identity's or, for the scope keyring, the locker's. Errors: unauthorised, rate-limited. */
  async signIn(scope: 'reviewer' | 'keyring', number: number, secretKey: Uint8Array): Promise<void> {
    const challenge = await this.ask({
      method: 'POST',
      path: '/sessions/challenges',
      expected: 201,
      json: writeJson({ scope, number }),
    });
    const nonce = readAnswer(() => challenge.bytes('nonce', 32));
    const signature = signSignIn(secretKey, this.org, { origin: this.origin, nonce, number, scope });
    const session = await this.ask({
      method: 'POST',
      path: '/sessions',
      expected: 201,
      json: writeJson({ scope, number, nonce: toBase64(nonce), signature: toBase64(signature) }),
    });
    this.bearer = readAnswer(() => toBase64(session.bytes('bearer', 32)));
  }

  /** Another 900 seconds. Errors: unauthorised when the session has ended. */
  async keepAlive(): Promise<void> {
    await this.sendInSession({ method: 'PUT', path: '/sessions', expected: 200 });
  }

  /** Ends the session, on the server too if it can be reached: it forgets it in 15 minutes anyway. */
  async signOut(): Promise<void> {
    if (this.bearer === undefined) return;
    const ended = this.sendInSession({ method: 'DELETE', path: '/sessions', expected: 204 });
    this.bearer = undefined;
    await ended.catch(() => undefined);
  }

  // --- reviewers

  /** Coarse words for the disk and the load; docs/protocol.md, section 10, has those of today. */
  async condition(): Promise<{ storage: string; load: string }> {
    const { body } = await this.sendInSession({ path: '/condition', expected: 200 });
    return readAnswer(() => {
      const members = Members.parse(body);
      return { storage: members.string('storage', maxWord), load: members.string('load', maxWord) };
    });
  }

  /** Hands over every envelope of batches after `after`, by batch; what `take` throws stops. */
  async inbox(
    after: number,
    take: (batch: number, envelope: Uint8Array) => void | Promise<void>,
  ): Promise<void> {
    let pending = new Uint8Array(0);
    let last = after + 1;
    const call = this.inSession({ path: `/inbox?after=${after}`, expected: 200, maxAnswer: maxInbox });
    await stream(this.fetcher, this.origin, call, async (slice) => {
      pending = concat(pending, slice);
      let at = 0;
      for (; pending.length - at >= inboxRecord; at += inboxRecord) {
        const batch = fromU32(pending, at);
        if (batch < last) throw badAnswer();
        last = batch;
        await take(batch, pending.slice(at + 4, at + inboxRecord));
      }
      pending = pending.slice(at);
    });
    if (pending.length > 0) throw badAnswer();
  }

  /** Entries of the access log behind the first `from`, and how many there are in all. */
  async accessLog(from: number, max: number): Promise<{ entries: string[]; size: number }> {
    const { body } = await this.sendInSession({ path: `/access-log?from=${from}`, expected: 200 });
    return readAnswer(() => {
      const members = Members.parse(body);
      const entries = members.strings('entries', entriesAtOnce, maxEntry);
      const size = members.integer('size', max);
      // A server that never gets to the end, or goes beyond it.
      if (members.integer('from') !== from || from < size !== entries.length > 0) throw badAnswer();
      if (from + entries.length > Math.max(size, from)) throw badAnswer();
      return { entries, size };
    });
  }

  /** 1 to 16 ids. */
  async readBlobs(ids: Uint8Array[]): Promise<Item[]> {
    return this.readItems('/blobs/read', ids, chunkSize);
  }

  /** Errors: taken, rate-limited. */
  async putReply(address: Uint8Array, envelope: Uint8Array): Promise<void> {
    const path = `/replies/${toHex(address)}`;
    await this.sendInSession({ method: 'PUT', path, expected: 201, bytes: envelope });
  }

  /** Errors: taken, rate-limited. */
  async putCaseEvent(address: Uint8Array, sealed: Uint8Array): Promise<void> {
    const path = `/cases/${toHex(address)}`;
    await this.sendInSession({ method: 'PUT', path, expected: 201, bytes: sealed });
  }

  /** 1 to 64 addresses. */
  async readCases(addresses: Uint8Array[]): Promise<Item[]> {
    return this.readItems('/cases/read', addresses, eventSize);
  }

  /** Replaces all of this reviewer's; at most 64. Each item as prekeyJson() makes it. */
  async putPrekeys(prekeys: JsonObject[]): Promise<void> {
    const json = writeJson({ prekeys });
    await this.sendInSession({ method: 'PUT', path: '/prekeys', expected: 204, json });
  }

  async postDrained(epoch: number, signature: Uint8Array): Promise<void> {
    const json = writeJson({ epoch, signature: toBase64(signature) });
    await this.sendInSession({ method: 'POST', path: '/drained', expected: 204, json });
  }

  async getKeyring(): Promise<KeptKeyring> {
    const answer = await this.sendInSession({
      path: '/keyring',
      expected: 200,
      maxAnswer: maxKeyringAnswer,
    });
    return readAnswer(() => {
      const members = Members.parse(answer.body);
      return {
        keyring: optionalBytes(members.json['keyring']),
        pepper: members.json['pepper'] === null ? null : members.bytes('pepper', 32),
        nextPepper: members.bytes('next_pepper', 32),
        etag: answer.etag,
      };
    });
  }

  /**
   * Puts a keyring that is wrapped under `nextPepper` of this session's last getKeyring(); returns the new ETag. `etag` is
   * the one it replaces, null when there was none. Errors: precondition-failed when somebody else was quicker.
   */
  async putKeyring(locker: Uint8Array, keyring: Uint8Array, etag: string | null): Promise<string | null> {
    const answer = await this.sendInSession({
      method: 'PUT',
      path: '/keyring',
      expected: 204,
      json: writeJson({ locker: toBase64(locker), keyring: toBase64(keyring) }),
      ...(etag === null ? {} : { ifMatch: etag }),
    });
    return answer.etag;
  }

  // --- how

  private async send(call: Call): Promise<Answer> {
    return send(this.fetcher, this.origin, call);
  }

  private async sendSecret(call: Call & { bytes: Uint8Array }): Promise<Answer> {
    try {
      return await this.send(call);
    } finally {
      wipe(call.bytes);
    }
  }

  private inSession(call: Call): Call {
    if (this.bearer === undefined) throw new CodedError('unauthorised');
    return { ...call, bearer: this.bearer };
  }

  private async sendInSession(call: Call): Promise<Answer> {
    return this.send(this.inSession(call));
  }

  private async ask(call: Call): Promise<Members> {
    const { body } = await this.send(call);
    return readAnswer(() => Members.parse(body));
  }

  private async readItems(path: string, addresses: Uint8Array[], size: number): Promise<Item[]> {
    const { body } = await this.sendInSession({
      method: 'POST',
      path,
      expected: 200,
      bytes: concat(...addresses),
      maxAnswer: addresses.length * (1 + size),
      timeout: longTimeout,
    });
    return itemsOf(body, addresses.length, size);
  }
}

/** Of a hint nothing but this number: with another protocol anything else may mean something else. */
async function checkProtocol(fetcher: Fetch, origin: string): Promise<void> {
  const { body } = await send(fetcher, origin, { path: '/channel', expected: 200 });
  if (readAnswer(() => Members.parse(body).integer('protocol')) !== protocolVersion)
    throw new CodedError('unknown_protocol');
}

/**
 * The notes of the log from `from` on, each handed over as text. Errors: also unknown_protocol, and log_forked: it has
 * become shorter.
 */
async function readLog(
  fetcher: Fetch,
  origin: string,
  from: number,
  take: (note: string) => void,
): Promise<void> {
  await checkProtocol(fetcher, origin);
  let next = from;
  let size = from + 1;
  while (next < size) {
    const { body } = await send(fetcher, origin, { path: `/keylog?from=${next}`, expected: 200 });
    const page = readAnswer(() => {
      const members = Members.parse(body);
      if (members.integer('from') !== next) throw badAnswer();
      const notes = members.strings('statements', notesAtOnce, maxNoteSize);
      return { size: members.integer('size', maxLogStatements), notes };
    });
    size = page.size;
    if (size < next) fail('log_forked');
    if (size === next) return;
    if (page.notes.length === 0) throw badAnswer(); // a server that never gets to the end
    page.notes.forEach(take);
    next += page.notes.length;
  }
}

function itemsOf(body: Uint8Array, count: number, size: number): Item[] {
  if (body.length !== count * (1 + size)) throw badAnswer();
  return Array.from({ length: count }, (_, i): Item => {
    const one = body.subarray(i * (1 + size), (i + 1) * (1 + size));
    const state = itemStates[byteAt(one, 0)];
    if (state === undefined) throw badAnswer();
    return state === 'present' ? { state, body: one.slice(1) } : { state };
  });
}

/** What cannot be read in an answer makes it a bad one. */
function readAnswer<T>(read: () => T): T {
  try {
    return read();
  } catch {
    throw badAnswer();
  }
}

function optionalBytes(value: Json | undefined): Uint8Array | null {
  if (value === null) return null;
  return typeof value === 'string' ? fromBase64(value) : fail('bad_field');
}
