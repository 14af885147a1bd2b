// The key log: an append-only chain of statements that starts at `org`, and the state it leads to. Whatever a client
// believes about keys comes from here and nowhere else. The rules are those of docs/protocol.md, section 5.
import { equal, utf8 } from './bytes';
import { fail } from './errc';
import { orgOf } from './fingerprint';
import { sha256 } from './hash';
import type { JsonObject } from './json';
import type { LogPosition } from './message';
import { checkSignature, parseNote, type Note, type NoteKey } from './note';
import type { Localised, Policy } from './policy';
import { verifyPrekey } from './signing';
import {
  epochFrom,
  genesisFrom,
  parseStatement,
  policyEntryFrom,
  retireFrom,
  reviewerFrom,
  revokeFrom,
  rootSetFrom,
  statementText,
  type EpochEntry,
  type Genesis,
  type RetireEntry,
  type ReviewerEntry,
  type RootSet,
  type Statement,
  type StatementType,
} from './statement';

const clockTolerance = 86_400; // seconds a client's clock may be wrong
const maxEpochLength = 38 * 86_400;

export interface Reviewer extends ReviewerEntry {
  revoked: boolean;
}

export interface Epoch extends EpochEntry {
  seq: number; // its statement's
  statement: Uint8Array; // SHA-256 of its statement's text: the context of its envelopes
  retired: boolean;
  retiredAt: number;
  purgeForced: boolean;
  namesRevoked: boolean;
}

export function isUsable(e: Epoch): boolean {
  return !e.retired && !e.namesRevoked;
}

/** The reviewer's slot, if the epoch names them. */
export function slotOf(e: EpochEntry, number: number): number | undefined {
  const slot = e.recipients.findIndex((r) => r.number === number);
  return slot < 0 ? undefined : slot;
}

function sameKey(a: NoteKey, b: NoteKey): boolean {
  return a.name === b.name && equal(a.key, b.key);
}

function requireSignature(note: Note, key: NoteKey): void {
  const check = checkSignature(note, key);
  if (check === 'absent') fail('not_enough_signatures');
  if (check === 'wrong') fail('bad_signature');
}

function hasThreshold(note: Note, set: RootSet): boolean {
  const checks = set.roots.map((key) => checkSignature(note, key));
  if (checks.includes('wrong')) return fail('bad_signature');
  return checks.filter((c) => c === 'valid').length >= set.threshold;
}

export class KeyLog {
  readonly org: Uint8Array;
  readonly reviewers = new Map<number, Reviewer>();
  readonly epochs = new Map<number, Epoch>(); // in the order of their numbers
  private readonly hashes: Uint8Array[];
  private readonly name: Localised;
  private keys: RootSet;
  private policy: Policy;
  private origin: string[];

  private constructor(org: Uint8Array, hash: Uint8Array, genesis: Genesis) {
    this.org = org;
    this.hashes = [hash];
    this.name = genesis.name;
    this.keys = genesis.keys;
    this.policy = genesis.rules;
    this.origin = genesis.origins;
  }

  /**
   * Verifies a whole log. `expected` is what the poster says. Errors: wrong_org, broken_chain, not_enough_signatures,
   * bad_signature, bad_transition, revoked_reviewer, unknown_reviewer, unknown_epoch, and those of parsing.
   */
  static verify(expected: Uint8Array, notes: readonly string[]): KeyLog {
    const [first, ...rest] = notes;
    if (first === undefined) return fail('bad_note');
    const log = KeyLog.start(first);
    if (!equal(log.org, expected)) return fail('wrong_org');
    for (const note of rest) log.append(note);
    return log;
  }

  /** The log that a genesis note starts: its `org` is not compared with anything. */
  static start(genesisNote: string): KeyLog {
    const note = parseNote(genesisNote);
    const s = parseStatement(note.text);
    if (s.seq !== 0 || s.prev.some((b) => b !== 0)) return fail('broken_chain');
    if (s.type !== 'genesis') return fail('bad_transition');
    const keys = rootSetFrom(s.body);
    for (const key of [...keys.roots, keys.recovery]) requireSignature(note, key);
    return new KeyLog(orgOf(note.text), sha256(utf8(note.text)), genesisFrom(s.body));
  }

  /** Adds the next statement or leaves the log as it was. Errors: as above. */
  append(wholeNote: string): void {
    const note = parseNote(wholeNote);
    const s = parseStatement(note.text);
    if (s.seq !== this.size || !equal(s.prev, this.head.hash)) fail('broken_chain');
    if (s.type === 'genesis') fail('bad_transition');
    this.checkSignatures(note, s);
    const hash = sha256(utf8(note.text));
    this.apply(s, hash);
    this.hashes.push(hash);
  }

  get size(): number {
    return this.hashes.length;
  }
  get head(): LogPosition {
    return { seq: this.size - 1, hash: this.hashes.at(-1) ?? this.org };
  }
  get organisation(): Localised {
    return this.name;
  }
  get roots(): RootSet {
    return this.keys;
  }
  get rules(): Policy {
    return this.policy;
  }
  get origins(): readonly string[] {
    return this.origin;
  }
  get lastEpoch(): number {
    return this.epochs.size; // they are numbered from 1 without a gap
  }

  /** Whether this log passes through a position that somebody else saw. Errors: log_forked (also for a later seq). */
  passesThrough(seen: LogPosition): void {
    const hash = this.hashes[seen.seq];
    if (hash === undefined || !equal(hash, seen.hash)) fail('log_forked');
  }

  findReviewer(identity: Uint8Array): Reviewer | undefined {
    return [...this.reviewers.values()].find((r) => equal(r.identity, identity));
  }

  /** Errors: origin_not_listed. */
  checkOrigin(origin: string): void {
    if (!this.origin.includes(origin)) fail('origin_not_listed');
  }

  /**
   * The epoch to seal to: the usable one with the highest number that is valid now, within the tolerance of a clock if
   * none is valid outright. Errors: epoch_not_valid.
   */
  sealingEpoch(now: number): Epoch {
    const latestFirst = [...this.epochs.values()].reverse();
    for (const tolerance of [0, clockTolerance]) {
      const found = latestFirst.find(
        (e) => isUsable(e) && e.validFrom <= now + tolerance && now < e.validUntil + tolerance,
      );
      if (found !== undefined) return found;
    }
    return fail('epoch_not_valid');
  }

  /**
   * Whether a server takes an envelope of this epoch: usable, valid (within the tolerance), and no later epoch that is
   * valid now has been so for longer than the policy's overlap. Errors: unknown_epoch, retired_epoch,
   * revoked_reviewer, epoch_not_valid.
   */
  accepts(number: number, now: number): void {
    const e = this.epochs.get(number) ?? fail('unknown_epoch');
    if (e.retired) fail('retired_epoch');
    if (e.namesRevoked) fail('revoked_reviewer');
    if (e.validFrom > now + clockTolerance || now >= e.validUntil + clockTolerance) fail('epoch_not_valid');
    for (const later of this.epochs.values())
      if (
        later.epoch > number &&
        isUsable(later) &&
        later.validFrom + this.policy.overlap <= now &&
        now < later.validUntil
      )
        fail('epoch_not_valid');
  }

  /** The text of the next statement, for root keys to sign. */
  nextText(type: StatementType, body: JsonObject): string {
    return statementText(this.size, this.head.hash, type, body);
  }

  private checkSignatures(note: Note, s: Statement): void {
    const enough = hasThreshold(note, this.keys);
    if (s.type !== 'roots') {
      if (!enough) fail('not_enough_signatures');
      return;
    }
    if (!enough) requireSignature(note, this.keys.recovery);
    const known = [...this.keys.roots, this.keys.recovery];
    const next = rootSetFrom(s.body);
    for (const key of [...next.roots, next.recovery])
      if (!known.some((k) => sameKey(k, key))) requireSignature(note, key);
  }

  private apply(s: Statement, hash: Uint8Array): void {
    switch (s.type) {
      case 'genesis':
        return fail('bad_transition');
      case 'roots':
        this.keys = rootSetFrom(s.body);
        return;
      case 'policy': {
        const { rules, origins } = policyEntryFrom(s.body);
        this.policy = rules;
        if (origins.length > 0) this.origin = origins;
        return;
      }
      case 'reviewer':
        this.applyReviewer(reviewerFrom(s.body));
        return;
      case 'revoke':
        this.applyRevoke(revokeFrom(s.body));
        return;
      case 'epoch':
        this.applyEpoch(epochFrom(s.body), hash);
        return;
      case 'retire':
        this.applyRetire(retireFrom(s.body));
        return;
    }
  }

  private applyReviewer(entry: ReviewerEntry): void {
    const known = this.reviewers.get(entry.number);
    if (known?.revoked === true) fail('revoked_reviewer');
    if (known !== undefined && !equal(known.identity, entry.identity)) fail('bad_transition');
    if (known === undefined && this.findReviewer(entry.identity) !== undefined) fail('bad_transition');
    this.reviewers.set(entry.number, { ...entry, revoked: false });
  }

  private applyRevoke(number: number): void {
    const known = this.reviewers.get(number) ?? fail('unknown_reviewer');
    if (known.revoked) fail('revoked_reviewer');
    known.revoked = true;
    for (const e of this.epochs.values()) if (slotOf(e, number) !== undefined) e.namesRevoked = true;
  }

  private applyEpoch(entry: EpochEntry, hash: Uint8Array): void {
    const length = entry.validUntil - entry.validFrom;
    if (entry.epoch !== this.lastEpoch + 1 || length <= 0 || length > maxEpochLength) fail('bad_transition');
    for (const { number, key, signature } of entry.recipients) {
      const who = this.reviewers.get(number) ?? fail('unknown_reviewer');
      if (who.revoked) fail('revoked_reviewer');
      verifyPrekey(who.identity, signature, this.org, { number, epoch: entry.epoch, key });
    }
    this.epochs.set(entry.epoch, {
      ...entry,
      seq: this.size,
      statement: hash,
      retired: false,
      retiredAt: 0,
      purgeForced: false,
      namesRevoked: false,
    });
  }

  private applyRetire(entry: RetireEntry): void {
    const e = this.epochs.get(entry.epoch) ?? fail('unknown_epoch');
    const reason = entry.purgeReason !== '';
    if (e.retired && (!reason || e.purgeForced)) fail('retired_epoch');
    if (!e.retired) e.retiredAt = entry.at;
    e.retired = true;
    e.purgeForced = reason;
  }
}
