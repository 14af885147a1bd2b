// An open keyring on a channel, signed in: everything secret that the console holds.
import type { Channel } from '../../client/channel';
import type { ReviewerKeyring } from '../../protocol/reviewer_keyring';
import type { Reviewer } from '../../protocol/key_log';
import { signDrained, type SignKeyPair } from '../../protocol/signing';
import { equalConstantTime, wipe } from '../../protocol/sodium';
import { CodedError } from '../../rpc/rpc';
import type { KeyringStore } from './keyring_store';

const attempts = 3;
const limitPause = 2_000; // milliseconds
const limitPatience = 70_000; // the server counts by the minute

export class Session {
  readonly identity: SignKeyPair;
  readonly seenBefore: number; // when the console was last locked
  /** Set by whoever wants to lock: long work stops at its next step. */
  closing = false;

  private readonly dropped = new Set<string>(); // cases whose keys another copy of the keyring may still have

  private constructor(
    readonly channel: Channel,
    readonly keyring: ReviewerKeyring,
    public store: KeyringStore,
    readonly now: () => number, // seconds since 1970
  ) {
    this.identity = keyring.identity();
    this.seenBefore = keyring.lastSeen;
  }

  /**
   * Holds the log against the keyring, then signs in. Errors: another_keyring, log_forked, unknown_reviewer (not approved
   * yet), revoked_reviewer, and those of signing in.
   */
  static async open(
    channel: Channel,
    keyring: ReviewerKeyring,
    store: KeyringStore,
    now: () => number,
  ): Promise<Session> {
    const session = new Session(channel, keyring, store, now);
    try {
      if (!equalConstantTime(keyring.org, channel.org)) throw new CodedError('another_keyring');
      if (keyring.log !== undefined) channel.log.passesThrough(keyring.log);
      session.checkMe();
      await session.signIn();
      return session;
    } catch (error) {
      session.wipe();
      throw error;
    }
  }

  get number(): number {
    return this.keyring.number;
  }

  /** Errors: unknown_reviewer, another_keyring, revoked_reviewer. */
  checkMe(): Reviewer {
    const me = this.channel.log.reviewers.get(this.number);
    if (me === undefined) throw new CodedError('unknown_reviewer');
    if (!equalConstantTime(me.identity, this.identity.publicKey)) throw new CodedError('another_keyring');
    if (me.revoked) throw new CodedError('revoked_reviewer');
    return me;
  }

  private async signIn(): Promise<void> {
    await this.channel.signIn('reviewer', this.number, this.identity.secretKey);
  }

  /** One call in the session; where that has ended meanwhile it is begun anew. Errors: locked, and the call's. */
  async call<T>(run: (channel: Channel) => Promise<T>): Promise<T> {
    if (this.closing) throw new CodedError('locked');
    try {
      return await run(this.channel);
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== 'unauthorised') throw error;
    }
    await this.signIn();
    return run(this.channel);
  }

  /** The same, up to three times while the connection is lost. */
  async insist(run: (channel: Channel) => Promise<void>): Promise<void> {
    const outcome = await this.claim(run);
    if (outcome !== 'written') throw new CodedError('taken');
  }

  /**
   * Writes where only the first may, up to three times while the connection is lost; where too much was written in this
   * minute it waits for the next. `in_doubt`: it is taken, and an answer of ours was lost, so that it may be taken by us.
   */
  async claim(run: (channel: Channel) => Promise<void>): Promise<'written' | 'taken' | 'in_doubt'> {
    let lost = 0;
    for (let waited = 0; ;) {
      try {
        await this.call(run);
        return 'written';
      } catch (error) {
        const code = error instanceof CodedError ? error.code : undefined;
        if (code === 'taken') return lost > 0 ? 'in_doubt' : 'taken';
        if (code === 'rate-limited' && waited < limitPatience) {
          await new Promise((resolve) => setTimeout(resolve, limitPause));
          waited += limitPause;
        } else if (code !== 'offline' || ++lost === attempts) throw error;
      }
    }
  }

  /** Seconds since 1970, to the minute: what events say. */
  minute(): number {
    return Math.floor(this.now() / 60) * 60;
  }

  caseKey(id: string): Uint8Array {
    const key = this.keyring.cases.get(id);
    if (key === undefined) throw new CodedError('no_such_case');
    return key;
  }

  /** The key of a destroyed case goes, from what another copy brings too. */
  drop(id: string): void {
    this.dropped.add(id);
    wipe(this.keyring.cases.get(id));
    this.keyring.cases.delete(id);
  }

  /** Takes in another copy of the keyring. */
  merge(other: ReviewerKeyring): void {
    this.keyring.merge(other);
    for (const id of this.dropped) this.drop(id);
  }

  /** Keeps the keyring, and tells the server of the epochs whose secrets are gone from what is kept. */
  async save(): Promise<void> {
    const kept = await this.store.save(this);
    if (kept) await this.tellDrained(this.keyring.ratchet.index);
  }

  /** `index` is that of the ratchet in the keyring that is kept. */
  async tellDrained(index: number): Promise<void> {
    for (const { epoch } of [...this.keyring.draining]) {
      if (epoch >= index) continue;
      const signature = signDrained(this.identity.secretKey, this.channel.org, this.number, epoch);
      await this.call((channel) => channel.postDrained(epoch, signature));
      // Told again by a copy that still lists it, which does no harm: so this alone is not worth another save.
      this.keyring.draining = this.keyring.draining.filter((d) => d.epoch !== epoch);
    }
  }

  wipe(): void {
    this.closing = true;
    this.keyring.wipe();
    this.store.wipe();
    wipe(this.identity.secretKey);
  }
}
