// How long a case is kept: what its events say of that, and the policy's months. Every client folds it alike;
// docs/protocol.md, section 8.4.
import { monthsAfter } from './calendar';
import type { JsonObject } from './json';
import { monthsKept, type Policy } from './policy';

/** Somebody's reason why a case must not be destroyed. */
export interface CaseHold {
  by: number; // the reviewer who signed it
  at: number; // seconds since 1970
  reason: string;
}

export type CaseStage =
  | 'open'
  | 'held' // whatever its status: nobody destroys it
  | 'kept' // closed, and not due yet
  | 'due' // to be destroyed
  | 'begun'; // its destruction has, and cannot be undone: to be finished

export class CaseLife {
  closed = false;
  /** Undefined: open, or closed by an event that does not say when. */
  closedSince: number | undefined;
  /** Since the last `unhold`. */
  holds: CaseHold[] = [];
  private lastMessage = 0; // when the newest message was taken into the case
  private destroying = false; // a `destroy` that counts was read
  private hasGaps = false; // an event was purged

  /** Takes in the next event, which is well formed. */
  take(event: JsonObject, by: number): void {
    if (this.destroying) return;
    const { status, reason } = event;
    const type = typeof event['type'] === 'string' ? event['type'] : '';
    const at = typeof event['at'] === 'number' ? event['at'] : 0;
    switch (type) {
      case 'status':
      case 'reply':
      case 'close': {
        const closes = type === 'close' || status === 'closed';
        if (!closes) this.closedSince = undefined;
        else if (!this.closed) this.closedSince = at === 0 ? undefined : at;
        this.closed = closes;
        return;
      }
      case 'snapshot':
        this.lastMessage = Math.max(this.lastMessage, at);
        return;
      case 'hold':
        this.holds.push({ by, at, reason: typeof reason === 'string' ? reason : '' });
        return;
      case 'unhold':
        this.holds = [];
        return;
      case 'destroy':
        this.destroying = this.closed && this.holds.length === 0;
    }
  }

  /** The next event was purged. */
  miss(): void {
    this.hasGaps = true;
  }

  /** Its destruction cannot be undone: nothing is written to it any more. */
  get begun(): boolean {
    return this.destroying || (this.hasGaps && this.holds.length === 0);
  }

  /** Seconds since 1970; undefined while it is open, or when that cannot be told. */
  due(rules: Policy, category: string): number | undefined {
    if (!this.closed || this.closedSince === undefined) return undefined;
    return monthsAfter(Math.max(this.closedSince, this.lastMessage), monthsKept(rules, category));
  }

  stage(rules: Policy, category: string, now: number): CaseStage {
    if (this.begun) return 'begun';
    if (this.holds.length > 0) return 'held';
    if (!this.closed) return 'open';
    const due = this.due(rules, category);
    return due !== undefined && due <= now ? 'due' : 'kept';
  }
}
