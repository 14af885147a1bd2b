// A case as its events tell it. Events arrive numbered, each signed by a reviewer; this folds them, in order, into what
// a reader wants to see. Nothing is believed that the key log does not vouch for.
import { equal, toHex } from '../../protocol/bytes';
import { messageOfSnapshot } from '../../protocol/case_event';
import { CaseLife, type CaseStage } from '../../protocol/case_life';
import type { Attachment } from '../../protocol/file_stream';
import { messageKind, type Frame } from '../../protocol/frame';
import { Members, type JsonObject } from '../../protocol/json';
import type { KeyLog } from '../../protocol/key_log';
import {
  followUpOf,
  isStatus,
  maxText,
  reportOf,
  type FollowUp,
  type Report,
  type Status,
} from '../../protocol/message';
import type { Policy } from '../../protocol/policy';
import { threadOf } from '../../protocol/receipt';
import { sodium } from '../../protocol/sodium';
import { maxReviewerNumber } from '../../protocol/statement';
import { CodedError } from '../../rpc/rpc';
import type { ClockStep } from './clocks';

const maxLine = 500; // bytes
const latest = 253_402_300_799; // the end of the year 9999: a time that no calendar has would break whoever shows it

export interface CaseEvent {
  index: number;
  by: number; // the reviewer who signed it
  at: number;
  type: string; // also one that this version does not know
  body: JsonObject;
}

export interface CaseMessage {
  at: number; // when it was taken into the case
  signature: Uint8Array;
  kind: 'report' | 'follow_up';
  content: Report | FollowUp;
}

export interface CaseReply {
  address: Uint8Array;
  at: number;
  by: number;
  text: string;
  status: Status;
  shownAs: 'office' | 'role';
}

const badCase = () => new CodedError('bad_case');

export class CaseView {
  number = ''; // such as C-482913; for people, never the reporter's
  status: Status = 'received';
  assignee = 0; // 0: nobody
  closingReason = '';
  readonly recused = new Set<number>();
  readonly tags = new Set<string>();
  readonly similar = new Set<string>();
  readonly messages: CaseMessage[] = [];
  readonly replies: CaseReply[] = []; // announced; one whose address was taken is followed by another
  readonly thread: (CaseMessage | CaseReply)[] = []; // both, in order
  readonly events: CaseEvent[] = [];
  readonly steps: ClockStep[] = [];
  readonly unreadable: number[] = []; // events that do not open or contradict themselves: an alarm
  purged = 0; // events that were deleted
  next = 0; // the first free index
  readonly life = new CaseLife(); // how long it is kept

  /** `id` is the hexadecimal of the thread. */
  constructor(readonly id: string) {}

  /** Takes in event `index`, already opened. Errors: bad_case, after which the event counts as unreadable. */
  take(log: KeyLog, index: number, frame: Frame): void {
    const signer = log.findReviewer(frame.signer);
    if (signer === undefined) throw badCase();
    try {
      const body = Members.parse(frame.json);
      const type = body.string('type', 32);
      const at = Math.min(body.integerOr('at', 0), latest);
      const event: CaseEvent = { index, by: signer.number, at, type, body: body.json };
      this.fold(log, event, body);
      this.life.take(body.json, signer.number);
      this.events.push(event);
    } catch (error) {
      if (error instanceof CodedError) throw badCase();
      throw error;
    }
  }

  /** Takes in that event `next` was purged. */
  miss(): void {
    ++this.purged;
    this.life.miss();
  }

  /** Nothing is left of it but its places. */
  get destroyed(): boolean {
    return this.next > 0 && this.purged === this.next;
  }
  /** Nothing may be written to it any more: it is destroyed, or on the way there. */
  get ended(): boolean {
    return this.life.begun;
  }
  /** The category of its report; '' when that cannot be read. */
  get category(): string {
    return this.messages.flatMap(({ content }) => ('category' in content ? [content.category] : []))[0] ?? '';
  }
  stage(rules: Policy, now: number): CaseStage {
    return this.life.stage(rules, this.category, now);
  }

  private fold(log: KeyLog, event: CaseEvent, body: Members): void {
    const { at } = event;
    switch (event.type) {
      case 'snapshot': {
        const given = body.optionalString('case_number', 32);
        const message = this.messageOf(log.org, body, at);
        if (!this.hasSignature(message.signature)) {
          this.messages.push(message);
          this.thread.push(message);
          this.steps.push({ at, type: 'message' });
        }
        if (this.number === '') this.number = given;
        // The message itself stands in `messages`.
        event.body = { ...body.json, json: '' };
        return;
      }
      case 'reply': {
        const reply = {
          address: body.bytes('address', 32),
          at,
          by: event.by,
          text: body.string('text', maxText),
          status: readStatus(body),
          shownAs: body.optionalString('shown_as', 16) === 'office' ? ('office' as const) : ('role' as const),
        };
        this.status = reply.status;
        this.replies.push(reply);
        this.thread.push(reply);
        this.steps.push({ at, type: 'reply', status: reply.status });
        return;
      }
      case 'status':
        this.status = readStatus(body);
        this.steps.push({ at, type: 'status', status: this.status });
        return;
      case 'assign':
        this.assignee = body.integer('number', maxReviewerNumber);
        return;
      case 'hold':
      case 'unhold':
        body.string('reason', maxText);
        return;
      case 'recusal':
        body.string('reason', maxText);
        this.recused.add(event.by);
        return;
      case 'note':
        body.string('text', maxText);
        return;
      case 'tag':
        this.tags.add(body.string('tag', maxLine));
        return;
      case 'untag':
        this.tags.delete(body.string('tag', maxLine));
        return;
      case 'similar':
        this.similar.add(body.string('case', 32));
        return;
      case 'extension':
        body.string('reason', maxText);
        this.steps.push({ at, type: 'extension' });
        return;
      case 'handover':
        if (body.integer('number', maxReviewerNumber) === 0) throw badCase();
        return;
      case 'close':
        this.closingReason = body.string('reason', maxText);
        this.status = 'closed';
        this.steps.push({ at, type: 'close' });
        return;
    }
  }

  private messageOf(org: Uint8Array, snapshot: Members, at: number): CaseMessage {
    const frame = messageOfSnapshot(org, snapshot);
    if (toHex(threadOf(frame.signer)) !== this.id) throw badCase();
    const { signature } = frame;
    return frame.kind === messageKind.report
      ? { at, signature, kind: 'report', content: reportOf(frame) }
      : { at, signature, kind: 'follow_up', content: followUpOf(frame) };
  }

  hasSignature(signature: Uint8Array): boolean {
    return this.messages.some((m) => equal(m.signature, signature));
  }
  /** Whether a follow-up of this id is here. */
  hasFollowUp(id: Uint8Array): boolean {
    return this.messages.some((m) => 'id' in m.content && equal(m.content.id, id));
  }

  /** The report that the case is about, when it stands where it must: first. */
  get report(): Report | undefined {
    const first = this.messages[0]?.content;
    const begins = this.events[0]?.index === 0 && this.events[0].type === 'snapshot';
    return begins && first !== undefined && 'category' in first ? first : undefined;
  }

  /** Everybody that any message of the thread excludes, sorted. */
  get excluded(): number[] {
    return [...new Set(this.messages.flatMap((m) => m.content.excluded))].sort((a, b) => a - b);
  }

  /** Advertised and not announced yet, in the order in which they are to be used. */
  get freeAddresses(): Uint8Array[] {
    const seen = new Set(this.replies.map((r) => toHex(r.address)));
    return this.messages
      .flatMap((m) => m.content.addresses)
      .filter((address) => {
        const fresh = !seen.has(toHex(address));
        seen.add(toHex(address));
        return fresh;
      });
  }

  get attachments(): Attachment[] {
    return this.messages.flatMap((m) => m.content.attachments);
  }
}

function readStatus(body: Members): Status {
  const status = body.string('status', 32);
  if (!isStatus(status)) throw badCase();
  return status;
}

/** The number that a new case is given: "C-" and six random digits, never derived from anything of the reporter's. */
export function newCaseNumber(): string {
  return `C-${String(sodium.randombytes_uniform(1_000_000)).padStart(6, '0')}`;
}
