// All cases of the keyring, as far as they were read: reads on where others wrote, and writes at the first free place.
import { eventsAtOnce } from '../../client/channel';
import { eventAddress, openEvent, sealEvent } from '../../protocol/case_event';
import type { Frame } from '../../protocol/frame';
import { writeJson, type JsonObject } from '../../protocol/json';
import { CodedError } from '../../rpc/rpc';
import { CaseView } from './case_view';
import type { Session } from './session';

const firstLook = 4; // events asked for of a case that was never read; twice as many each time it has them all
const maxCollisions = 64; // events that others write between our read and our write
const maxEvents = 100_000;

export class CaseBook {
  private readonly views = new Map<string, CaseView>();
  private readonly numbers = new Map<string, string>(); // by id, as once read: a destroyed case has none any more

  constructor(readonly session: Session) {}

  /** Those that were read at least once. */
  get all(): CaseView[] {
    return [...this.views.values()];
  }

  /** As last read. Errors: no_such_case. */
  known(id: string): CaseView {
    const view = this.views.get(id);
    if (view === undefined) throw new CodedError('no_such_case');
    return view;
  }

  /** Errors: no_such_case, and those of the call. */
  async read(id: string): Promise<CaseView> {
    this.session.caseKey(id);
    await this.readOn([id]);
    return this.known(id);
  }

  /** Reads on in all of these. */
  async readMany(ids: Iterable<string>): Promise<void> {
    await this.readOn([...new Set(ids)]);
  }

  /** Reads on in every case; ids of those that have something new, or less than before. */
  async readAll(): Promise<string[]> {
    const changed = await this.readOn([...this.session.keyring.cases.keys()]);
    const ending = this.all.filter((view) => view.ended && !view.destroyed);
    // What was read of these may be gone since.
    for (const before of ending) {
      const after = await this.readAnew(before.id);
      if (after.next !== before.next || after.purged !== before.purged) changed.push(before.id);
    }
    return changed;
  }

  /** From its first event. Errors: as read(). */
  async readAnew(id: string): Promise<CaseView> {
    const before = this.views.get(id);
    this.views.delete(id);
    try {
      return await this.read(id);
    } catch (error) {
      if (before !== undefined) this.views.set(id, before);
      throw error;
    }
  }

  /** Drops the keys of cases of which nothing is left; returns their numbers, '' where it was never read. */
  dropDestroyed(): string[] {
    const gone = this.all.filter((view) => view.destroyed);
    for (const view of gone) this.drop(view.id);
    return gone.map((view) => this.numbers.get(view.id) ?? '');
  }

  /** Its key goes for good. */
  drop(id: string): void {
    this.session.drop(id);
    this.forget(id);
  }

  /** A case whose key was not kept. */
  forget(id: string): void {
    this.views.delete(id);
  }

  // Rounds of calls with up to 64 addresses each; a case whose row has ended stays out of the next round.
  private async readOn(ids: string[]): Promise<string[]> {
    const changed = new Set<string>();
    let open = ids.map((id) => ({ id, ahead: this.views.has(id) ? 1 : firstLook }));
    while (open.length > 0) {
      const going: typeof open = [];
      for (const group of grouped(open)) {
        const ended = await this.readGroup(group, changed);
        for (const one of group)
          if (!ended.has(one.id)) going.push({ id: one.id, ahead: Math.min(one.ahead * 2, eventsAtOnce) });
      }
      open = going;
    }
    return [...changed];
  }

  private async readGroup(
    group: { id: string; ahead: number }[],
    changed: Set<string>,
  ): Promise<Set<string>> {
    const asked = group.flatMap(({ id, ahead }) => {
      const view = this.viewOf(id);
      const key = this.session.caseKey(id);
      return Array.from({ length: ahead }, (_, i) => ({ view, key, j: view.next + i }));
    });
    const addresses = asked.map(({ key, j }) => eventAddress(key, j));
    const items = await this.session.call((channel) => channel.readCases(addresses));
    const ended = new Set<string>();
    for (const [i, item] of items.entries()) {
      const at = asked[i];
      if (at === undefined || ended.has(at.view.id)) continue;
      if (item.state === 'unknown') {
        ended.add(at.view.id);
        continue;
      }
      if (at.j >= maxEvents) throw new CodedError('bad_case');
      if (item.state === 'present') await this.take(at.view, at.key, at.j, item.body);
      else at.view.miss();
      at.view.next = at.j + 1;
      changed.add(at.view.id);
    }
    return ended;
  }

  private async take(view: CaseView, key: Uint8Array, j: number, sealed: Uint8Array): Promise<void> {
    const { channel } = this.session;
    let frame: Frame;
    try {
      frame = openEvent(channel.org, key, j, sealed);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      view.unreadable.push(j);
      return;
    }
    // A colleague may have come since the log was read.
    if (channel.log.findReviewer(frame.signer) === undefined) await channel.refresh();
    try {
      view.take(channel.log, j, frame);
      if (view.number !== '') this.numbers.set(view.id, view.number);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      view.unreadable.push(j);
    }
  }

  private viewOf(id: string): CaseView {
    const view = this.views.get(id) ?? new CaseView(id);
    this.views.set(id, view);
    return view;
  }

  /**
   * Writes an event, `at` added, after all that others wrote; not, when what they wrote has made it `needless`.
   * Errors: case_destroyed (also when that has but begun), too_large, rate-limited, bad_answer.
   */
  async append(view: CaseView, event: JsonObject, needless: () => boolean = () => false): Promise<void> {
    const { session } = this;
    const key = session.caseKey(view.id);
    const body = { ...event, at: session.minute() };
    for (let i = 0; i < maxCollisions; i++) {
      if (view.ended) throw new CodedError('case_destroyed');
      const j = view.next;
      const sealed = sealEvent(session.channel.org, key, j, session.identity, body);
      const address = eventAddress(key, j);
      const outcome = await session.claim((channel) => channel.putCaseEvent(address, sealed));
      // Others' events, and ours as it is now stored.
      await this.readOn([view.id]);
      if (outcome === 'written' || needless()) return;
      if (outcome === 'in_doubt' && this.isOurs(view, j, body)) return;
      if (view.next === j) throw new CodedError('bad_answer'); // taken, and yet unknown
    }
    throw new CodedError('taken');
  }

  private isOurs(view: CaseView, j: number, body: JsonObject): boolean {
    const stored = view.events.find((e) => e.index === j);
    const text = (one: JsonObject) => writeJson({ ...one, json: '' });
    return stored?.by === this.session.number && text(stored.body) === text(body);
  }
}

function grouped<T extends { ahead: number }>(open: readonly T[]): T[][] {
  const groups: T[][] = [];
  let room = 0;
  for (const one of open) {
    if (one.ahead > room) {
      groups.push([]);
      room = eventsAtOnce;
    }
    groups.at(-1)?.push(one);
    room -= one.ahead;
  }
  return groups;
}
