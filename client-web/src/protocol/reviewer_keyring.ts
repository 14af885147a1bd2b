// What a reviewer keeps: identity, ratchet, the epochs still draining, and the keys of cases.
import { accessPositionJson, readAccessPosition, type AccessPosition } from './access_log';
import { fromBase64, fromHex, sized, toBase64, toHex, utf8 } from './bytes';
import { fail } from './errc';
import { Members, writeJson, type JsonObject } from './json';
import { readLogPosition, logPositionJson, type LogPosition } from './message';
import { Ratchet } from './ratchet';
import { signKeyPairFrom, type SignKeyPair } from './signing';
import { equalConstantTime, wipe } from './sodium';
import { maxReviewerNumber } from './statement';

const maxCases = 100_000;
const maxDraining = 64;
const u32max = 0xffff_ffff;

/** A retired epoch whose envelopes are still being taken into cases. */
export interface DrainingEpoch {
  epoch: number;
  seenAtBatch: number; // newest batch when `retire` was first seen; complete once a later one was read
}

export class ReviewerKeyring {
  draining: DrainingEpoch[] = [];
  /** The newest position seen: a log that does not pass through it is refused. */
  log: LogPosition | undefined;
  afterBatch = 0; // the inbox is read up to here
  /** The newest position seen in the access log, which must pass through it. */
  access: AccessPosition | undefined;
  /** The last in which files were kept alive, as monthOf() has it. */
  keptMonth = 0;
  /** When the console was last locked, in seconds. Only this client minds it. */
  lastSeen = 0;
  readonly cases = new Map<string, Uint8Array>(); // hexadecimal of the thread → case key

  constructor(
    readonly org: Uint8Array,
    public origin: string,
    readonly number: number,
    readonly identitySeed: Uint8Array,
    public ratchet: Ratchet,
  ) {}

  identity(): SignKeyPair {
    return signKeyPairFrom(this.identitySeed);
  }

  toJsonText(): Uint8Array {
    const cases: JsonObject = {};
    for (const [thread, key] of [...this.cases].sort(([a], [b]) => (a < b ? -1 : 1)))
      cases[toBase64(fromHex(thread))] = toBase64(key);
    const out: JsonObject = {
      kind: 'reviewer',
      org: toBase64(this.org),
      origin: this.origin,
      number: this.number,
      identity: toBase64(this.identitySeed),
      ratchet_index: this.ratchet.index,
      ratchet_seed: toBase64(this.ratchet.currentSeed),
      draining: this.draining.map((d) => ({ epoch: d.epoch, seen_at_batch: d.seenAtBatch })),
      after_batch: this.afterBatch,
      cases,
    };
    if (this.keptMonth > 0) out['kept_month'] = this.keptMonth;
    if (this.log !== undefined) out['log'] = logPositionJson(this.log);
    if (this.access !== undefined) out['access'] = accessPositionJson(this.access);
    if (this.lastSeen > 0) out['last_seen'] = this.lastSeen;
    return utf8(writeJson(out));
  }

  /** Errors: bad_json, bad_field. */
  static fromJsonText(text: Uint8Array): ReviewerKeyring {
    const object = Members.parse(text);
    if (object.string('kind', 32) !== 'reviewer') return fail('bad_field');
    const out = new ReviewerKeyring(
      object.bytes('org', 32),
      object.string('origin', 300),
      object.integer('number', maxReviewerNumber),
      object.bytes('identity', 32),
      new Ratchet(object.integer('ratchet_index', u32max), object.bytes('ratchet_seed', 32)),
    );
    out.draining = object.objects('draining', maxDraining).map((item) => ({
      epoch: item.integer('epoch', u32max),
      seenAtBatch: item.integer('seen_at_batch', u32max),
    }));
    out.afterBatch = object.integer('after_batch', u32max);
    out.keptMonth = object.integerOr('kept_month', 0, u32max);
    const cases = object.object('cases');
    const threads = Object.keys(cases.json);
    if (threads.length > maxCases) return fail('bad_field');
    for (const thread of threads) out.cases.set(toHex(readThread(thread)), cases.bytes(thread, 32));
    if (object.has('log')) out.log = readLogPosition(object);
    if (object.has('access')) out.access = readAccessPosition(object, 'access');
    out.lastSeen = object.integerOr('last_seen', 0);
    return out;
  }

  /**
   * Takes from another copy of the same keyring: the later ratchet, log positions, batch and month, the union of case
   * keys.
   * Errors: bad_field when it is another reviewer's.
   */
  merge(other: ReviewerKeyring): void {
    const same =
      other.number === this.number &&
      equalConstantTime(other.org, this.org) &&
      equalConstantTime(other.identitySeed, this.identitySeed);
    if (!same) fail('bad_field');
    if (other.ratchet.index > this.ratchet.index) {
      this.ratchet.wipe();
      this.ratchet = new Ratchet(other.ratchet.index, other.ratchet.currentSeed.slice());
      this.draining = [...other.draining];
    } else if (other.ratchet.index === this.ratchet.index) {
      for (const d of other.draining)
        if (!this.draining.some((known) => known.epoch === d.epoch)) this.draining.push(d);
    }
    if (other.log !== undefined && (this.log === undefined || other.log.seq > this.log.seq))
      this.log = other.log;
    if (other.access !== undefined && other.access.size > (this.access?.size ?? 0))
      this.access = other.access;
    this.afterBatch = Math.max(this.afterBatch, other.afterBatch);
    this.keptMonth = Math.max(this.keptMonth, other.keptMonth);
    this.lastSeen = Math.max(this.lastSeen, other.lastSeen);
    for (const [thread, key] of other.cases) if (!this.cases.has(thread)) this.cases.set(thread, key.slice());
  }

  wipe(): void {
    wipe(this.identitySeed, ...this.cases.values());
    this.ratchet.wipe();
    this.cases.clear();
  }
}

function readThread(text: string): Uint8Array {
  try {
    return sized(fromBase64(text), 16);
  } catch {
    return fail('bad_field');
  }
}
