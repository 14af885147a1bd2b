// The inbox into cases, and the ratchet forward.
//
// A sync is made to be broken off anywhere and done again: a case's events are written before the keyring remembers the
// batch they came in, and a message that is in its case already is not written twice.
import { caseKeyOf } from '../../protocol/envelope';
import { equal, toHex } from '../../protocol/bytes';
import { snapshotOf } from '../../protocol/case_event';
import { messageKind } from '../../protocol/frame';
import { slotOf, type Epoch } from '../../protocol/key_log';
import { followUpOf, handoverOf, reportOf, type LogPosition } from '../../protocol/message';
import { prekeyJson } from '../../protocol/ratchet';
import { threadOf } from '../../protocol/receipt';
import { equalConstantTime, wipe } from '../../protocol/sodium';
import { CodedError, codeOf, type Progress } from '../../rpc/rpc';
import type { Alarm, Stray, SyncReport } from '../contract';
import type { CaseBook } from './case_book';
import { newCaseNumber, type CaseView } from './case_view';
import type { Inbound, IntakeKey, Look, OpenerFactory } from './opening';

const openAtOnce = 64; // envelopes handed to a worker
const inFlight = 8; // such pieces at most: bounds what is held in memory

type Opened = Extract<Look, { kind: 'opened' }>;

interface Arrival {
  opened: Opened;
  id: string; // of the case
  log: LogPosition;
  text: string;
  excluded: number[];
}
interface FollowUpArrival extends Arrival {
  followUp: Uint8Array;
}
interface HandoverArrival extends Arrival {
  caseKey: Uint8Array;
}

export class Sync {
  private readonly report: SyncReport = {
    envelopes: 0,
    opened: [],
    changed: [],
    strays: [],
    alarms: [],
    forgotten: [],
    published: false,
    destroyed: [],
  };
  private readonly reports: Arrival[] = [];
  private readonly handovers: HandoverArrival[] = [];
  private readonly followUps: FollowUpArrival[] = [];
  private newestBatch = 0;
  private done = 0; // envelopes opened and messages kept

  constructor(
    private readonly book: CaseBook,
    private readonly openerFor: OpenerFactory,
    private readonly progress: Progress,
  ) {}

  private get total(): number {
    return this.report.envelopes + this.reports.length + this.followUps.length;
  }

  private get session() {
    return this.book.session;
  }

  async run(): Promise<SyncReport> {
    const { session, report } = this;
    const { keyring, channel } = session;
    const before = keyring.toJsonText();
    try {
      await channel.refresh();
      session.checkMe();
      report.published = await this.publish();
      // As known before the inbox is read: only then is the spool of that moment in the batch after the newest one read.
      const retired = [...channel.log.epochs.values()].filter(
        (e) => e.retired && e.epoch >= keyring.ratchet.index,
      );
      await this.readInbox();

      // Senders may have seen a later log than the one this visit began with.
      await channel.refresh();
      for (const arrival of [...this.reports, ...this.handovers, ...this.followUps]) this.holdLog(arrival);

      // Reports first: a follow-up may stand before its report in one batch, or before the hand-over of its case.
      await this.openCases();
      for (const arrival of this.handovers) await this.takeOver(arrival);
      for (const arrival of this.followUps) await this.addFollowUp(arrival);

      keyring.afterBatch = Math.max(keyring.afterBatch, this.newestBatch);
      keyring.log = channel.log.head;
      report.forgotten = this.turnRatchet(retired);
      const after = keyring.toJsonText();
      const changed = !equal(before, after);
      wipe(after);
      if (changed) await session.save();
      return report;
    } finally {
      wipe(
        before,
        ...this.handovers.map((h) => h.caseKey),
        ...this.everything().map((a) => a.opened.contentKey),
      );
    }
  }

  private everything(): Arrival[] {
    return [...this.reports, ...this.handovers, ...this.followUps];
  }

  // The server learns nothing from the same keys again, but there is no need to write them at each visit.
  private async publish(): Promise<boolean> {
    const { keyring, channel, identity, number } = this.session;
    if (keyring.log?.seq === channel.log.head.seq) return false;
    const first = Math.max(channel.log.lastEpoch + 1, keyring.ratchet.index);
    const prekeys = keyring.ratchet.publish(identity, channel.org, number, first);
    await this.session.call((on) => on.putPrekeys(prekeys.map(prekeyJson)));
    return true;
  }

  // --- the inbox

  private intakeKeys(): IntakeKey[] {
    const { keyring, channel, number } = this.session;
    const keys: IntakeKey[] = [];
    for (const e of channel.log.epochs.values()) {
      const slot = slotOf(e, number);
      if (slot === undefined || e.epoch < keyring.ratchet.index) continue;
      keys.push({ epoch: e.epoch, slot, context: e.statement, ...keyring.ratchet.intake(e.epoch) });
    }
    return keys;
  }

  private async readInbox(): Promise<void> {
    const { session, report } = this;
    const intake = this.intakeKeys();
    const opener = this.openerFor({ org: session.channel.org, intake });
    let pending: Inbound[] = [];
    const looks: (Look | undefined)[][] = []; // in the inbox's order, whoever answers first
    let pieces = 0;
    const running = new Set<Promise<void>>();
    const look = async (piece: Inbound[]): Promise<void> => {
      const place = pieces++;
      looks[place] = await opener.open(piece);
      this.done += piece.length;
      this.progress(this.done, this.total);
    };
    const dispatch = () => {
      const piece = look(pending);
      pending = [];
      const done = piece.finally(() => running.delete(done));
      done.catch(() => undefined); // thrown below, where all are awaited
      running.add(done);
    };
    try {
      await session.call((channel) =>
        channel.inbox(session.keyring.afterBatch, async (batch, envelope) => {
          if (session.closing) throw new CodedError('locked');
          report.envelopes++;
          this.newestBatch = batch;
          pending.push({ batch, envelope });
          if (pending.length === openAtOnce) dispatch();
          if (running.size >= inFlight) await Promise.race(running);
        }),
      );
      if (pending.length > 0) dispatch();
      await Promise.all(running);
      for (const one of looks.flat()) if (one !== undefined) this.sort(one);
    } finally {
      opener.close();
      wipe(...intake.map((k) => k.secretKey));
    }
  }

  private alarm(
    kind: Alarm['kind'],
    { batch, epoch }: { batch: number; epoch: number },
    code: string,
    id?: string,
  ): void {
    this.report.alarms.push({ kind, batch, epoch, code, ...(id === undefined ? {} : { case: id }) });
  }

  // What is in an envelope that opened, or that opened and then failed.
  private sort(look: Look): void {
    if (look.kind === 'alarm') {
      this.alarm('damaged', look, look.code);
      return;
    }
    const { message } = look;
    try {
      switch (message.kind) {
        case messageKind.report: {
          const { log, text, excluded } = reportOf(message);
          this.reports.push({ opened: look, id: toHex(threadOf(message.signer)), log, text, excluded });
          return;
        }
        case messageKind.handover: {
          const { log, thread, caseKey } = handoverOf(message);
          this.handovers.push({ opened: look, id: toHex(thread), log, text: '', excluded: [], caseKey });
          return;
        }
        default: {
          const { log, text, id, excluded } = followUpOf(message); // any other kind is wrong_kind
          const thread = toHex(threadOf(message.signer));
          this.followUps.push({ opened: look, id: thread, log, text, followUp: id, excluded });
        }
      }
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      wipe(look.contentKey);
      this.alarm('damaged', look, codeOf(error));
    }
  }

  private holdLog({ log, opened, id }: Arrival): void {
    try {
      this.session.channel.log.passesThrough(log);
    } catch (error) {
      this.alarm('forked_log', opened, codeOf(error), id);
    }
  }

  // --- into cases

  // Writes the message into its case, unless it is there.
  private async keep(view: CaseView, { opened, id, text }: Arrival): Promise<void> {
    if (this.session.closing) throw new CodedError('locked');
    const { message, headerHash, context } = opened;
    const isKept = () => view.hasSignature(message.signature);
    if (isKept()) return;
    const event = snapshotOf(message, headerHash, context);
    if (view.next === 0) event['case_number'] = newCaseNumber();
    try {
      await this.book.append(view, event, isKept);
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== 'too_large') throw error;
      this.stray('too_large', id, text);
    }
  }

  // Whether it excludes somebody who has the case's key: kept there, they could read it. Then it is only shown.
  private excludesAReader(view: CaseView, { id, text, excluded }: Arrival): boolean {
    const known = view.excluded;
    if (excluded.every((n) => known.includes(n))) return false;
    this.stray('excludes_a_reader', id, text);
    return true;
  }

  private stray(why: Stray['why'], id: string, text: string): void {
    this.report.strays.push({ why, text, case: id });
  }

  private async openCases(): Promise<void> {
    const { cases } = this.session.keyring;
    const fresh = new Set<string>();
    for (const { id, opened } of this.reports) {
      if (cases.has(id)) continue;
      cases.set(id, caseKeyOf(opened.contentKey));
      fresh.add(id);
    }
    try {
      // All at once: a colleague may have them already.
      await this.book.readMany(this.reports.map((r) => r.id));
      for (const arrival of this.reports) {
        await this.openCase(arrival, fresh);
        this.progress(++this.done, this.total);
      }
    } finally {
      // What was not reached is read again by the next sync.
      for (const id of fresh) this.drop(id);
    }
  }

  // Takes the case out of `fresh` when there is one, old or new.
  private async openCase(arrival: Arrival, fresh: Set<string>): Promise<void> {
    const { id, opened } = arrival;
    if (!this.session.keyring.cases.has(id)) return; // the same report again, and no case
    const view = this.book.known(id);
    // The report outlives its case in the inbox: it must not bring it back.
    if (view.ended) {
      if (!view.destroyed) fresh.delete(id);
      return;
    }
    // A second one under the same receipt: no client of ours sends it.
    if (!fresh.has(id) && view.messages.length > 0 && this.excludesAReader(view, arrival)) return;
    await this.keep(view, arrival);
    if (view.messages.length > 0) {
      if (fresh.delete(id)) this.report.opened.push(id);
      return;
    }
    // Nothing that this key opens: no case, and no key to keep for it.
    if (view.next > 0) this.alarm('bad_case', opened, 'bad_case');
  }

  private drop(id: string): void {
    const { cases } = this.session.keyring;
    wipe(cases.get(id));
    cases.delete(id);
    this.book.forget(id);
  }

  private async addFollowUp(arrival: FollowUpArrival): Promise<void> {
    const { id, text } = arrival;
    if (!this.session.keyring.cases.has(id)) {
      this.stray('no_case_key', id, text);
      return;
    }
    const view = await this.book.read(id);
    if (view.ended) {
      this.stray('case_destroyed', id, text);
      return;
    }
    if (this.excludesAReader(view, arrival)) return;
    if (!view.hasFollowUp(arrival.followUp)) await this.keep(view, arrival);
    this.progress(++this.done, this.total);
    if (!this.report.changed.includes(id)) this.report.changed.push(id);
  }

  // A case that another reviewer gives us. Its first event must be the thread's own report, whose author signed whom it
  // excludes: a giver who disregards that is found out here.
  private async takeOver({ id, opened, caseKey }: HandoverArrival): Promise<void> {
    const { keyring, channel, number } = this.session;
    const known = keyring.cases.get(id);
    if (known !== undefined) {
      if (!equalConstantTime(known, caseKey)) this.alarm('bad_case', opened, 'bad_case', id);
      return;
    }
    const giver = channel.log.findReviewer(opened.message.signer);
    if (giver === undefined || giver.revoked) {
      this.alarm('bad_case', opened, giver === undefined ? 'wrong_signer' : 'revoked_reviewer');
      return;
    }
    keyring.cases.set(id, caseKey.slice());
    let refusal: string | undefined;
    try {
      const view = await this.book.read(id);
      if (view.destroyed) {
        this.drop(id);
        return;
      }
      if (view.report === undefined) refusal = 'bad_case';
      else if (view.excluded.includes(number)) refusal = 'excluded_reader';
    } catch (error) {
      if (!isBadCase(error)) {
        this.drop(id);
        throw error;
      }
      refusal = 'bad_case';
    }
    if (refusal === undefined) {
      this.report.opened.push(id);
      return;
    }
    this.drop(id);
    this.alarm('bad_case', opened, refusal);
  }

  // --- the ratchet

  // An epoch has drained once a batch has been read that is newer than the newest when its retirement was first seen: the
  // spool of that moment was released into it. At the latest it has when the policy says so. The ratchet turns past the
  // lowest epochs that have, and no further.
  private turnRatchet(retired: readonly Epoch[]): number[] {
    const { keyring, channel, number } = this.session;
    const forgotten: number[] = [];
    let inOrder = true;
    for (let n = keyring.ratchet.index; ; n++) {
      const e = channel.log.epochs.get(n);
      if (e === undefined) return forgotten;
      if (!retired.includes(e)) {
        inOrder = false;
        continue;
      }
      inOrder = this.hasDrained(e, slotOf(e, number) !== undefined) && inOrder;
      if (!inOrder) continue;
      keyring.ratchet.advanceTo(n + 1);
      forgotten.push(n);
    }
  }

  private hasDrained(e: Epoch, isMine: boolean): boolean {
    if (!isMine) return true;
    const { keyring, channel } = this.session;
    let known = keyring.draining.find((d) => d.epoch === e.epoch);
    if (known === undefined) {
      known = { epoch: e.epoch, seenAtBatch: keyring.afterBatch };
      keyring.draining.push(known);
    }
    const latest = e.retiredAt + channel.log.rules.drainMax;
    return keyring.afterBatch > known.seenAtBatch || latest <= this.session.now();
  }
}

function isBadCase(error: unknown): boolean {
  return error instanceof CodedError && error.code === 'bad_case';
}
