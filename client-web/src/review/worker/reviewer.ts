// ReviewApi, as src/review/contract.ts has it. Calls that change something run one after another; what only looks at cases
// that were read answers at once, also while a long sync runs.
import { Channel } from '../../client/channel';
import type { Fetch } from '../../client/transport';
import type { Watch } from '../../client/work';
import { fromHex, toHex, utf8 } from '../../protocol/bytes';
import { toFingerprintWords } from '../../protocol/fingerprint';
import { messageKind } from '../../protocol/frame';
import { writeJson, type JsonObject } from '../../protocol/json';
import { openKeyring } from '../../protocol/keyring';
import { slotOf, type Epoch, type KeyLog, type Reviewer } from '../../protocol/key_log';
import { Locker } from '../../protocol/locker';
import { statuses } from '../../protocol/message';
import { prekeysAhead } from '../../protocol/ratchet';
import { ReviewerKeyring } from '../../protocol/reviewer_keyring';
import { ready, wipe } from '../../protocol/sodium';
import { CodedError, codeOf, type Progress } from '../../rpc/rpc';
import type * as contract from '../contract';
import { readAccessLog } from './access_log';
import { CaseBook } from './case_book';
import { CaseView } from './case_view';
import { enrol, fetchKeyring, suggestedPassphrase } from './enrol';
import { exportedCase } from './export';
import { figuresOf } from './figures';
import { fetchFile } from './files';
import { handOver } from './handover';
import { FileStore, sealed, ServerStore, type KeyringStore } from './keyring_store';
import type { OpenerFactory } from './opening';
import { Presenter, reportersWords, searchable } from './queue';
import { repetitions } from './repetition';
import { sendReply } from './replying';
import { destroyCase, keepFiles } from './retention';
import { searchCases } from './search';
import { Session } from './session';
import { Sync } from './sync';

const maxKeyringFile = 1_048_576;
const lockPatience = 5_000; // milliseconds

export interface Surroundings {
  openerFor: OpenerFactory;
  now?: () => number; // seconds since 1970
  fetcher?: Fetch;
}

export class ReviewerConsole implements contract.ReviewApi {
  private channel: Channel | undefined;
  private book: CaseBook | undefined;
  private readonly alarmed = new Set<string>();
  private stopped = false; // a proof of work
  private condition = { storage: '', load: '' };
  private last: Promise<unknown> = Promise.resolve();
  private readonly now: () => number;

  constructor(private readonly around: Surroundings) {
    this.now = around.now ?? (() => Math.floor(Date.now() / 1000));
  }

  // --- the channel

  open(origin: string, org: string | null): Promise<contract.ChannelInfo> {
    return this.inTurn(async () => {
      await ready();
      const expected = org === null ? null : fromHex(org);
      const args = this.around.fetcher === undefined ? [] : ([this.around.fetcher] as const);
      this.channel = await Channel.open(origin, expected, ...args);
      return channelInfo(this.channel);
    });
  }

  async suggestPassphrase(language: 'ko' | 'en'): Promise<string> {
    await ready();
    return suggestedPassphrase(language);
  }

  enrol(code: string, passphrase: string, place: contract.KeyringPlace): Promise<contract.Enrolled> {
    return this.inTurn(() => enrol(this.opened(), code, passphrase, place));
  }

  // --- the keyring

  unlockFromServer(number: number, passphrase: string): Promise<contract.Me> {
    return this.inTurn(async () => {
      const channel = this.opened();
      const words = utf8(passphrase);
      const locker = Locker.open(words, channel.org, number);
      wipe(words);
      const store = new ServerStore(locker);
      try {
        const keyring = await fetchKeyring(channel, locker, number);
        if (keyring.number !== number) throw new CodedError('another_keyring');
        const me = await this.begin(keyring, store);
        // The access log says once a session that the keyring was stored. At the start it says nothing of what comes after.
        await briefly(store.save(this.session()));
        return me;
      } catch (error) {
        store.wipe();
        throw error;
      }
    });
  }

  unlockFile(file: Uint8Array<ArrayBuffer>, passphrase: string): Promise<contract.Me> {
    return this.inTurn(async () => {
      this.opened();
      if (file.length > maxKeyringFile) throw new CodedError('not_a_keyring');
      const store = FileStore.under(passphrase);
      const words = utf8(passphrase);
      let json: Uint8Array | undefined;
      try {
        json = openKeyring(file, words);
        return await this.begin(ReviewerKeyring.fromJsonText(json), store);
      } catch (error) {
        store.wipe();
        throw error;
      } finally {
        wipe(words, json);
      }
    });
  }

  private async begin(keyring: ReviewerKeyring, store: KeyringStore): Promise<contract.Me> {
    const channel = this.opened();
    await channel.refresh();
    this.end();
    const session = await Session.open(channel, keyring, store, this.now);
    this.book = new CaseBook(session);
    return this.me(session);
  }

  lock(): Promise<void> {
    const { book } = this;
    if (book !== undefined) book.session.closing = true; // a sync that runs stops at its next step
    return this.inTurn(async () => {
      if (this.book === undefined) return;
      const { session } = this.book;
      session.closing = false;
      session.keyring.lastSeen = this.now();
      const kept = session.store instanceof ServerStore ? session.store.save(session) : Promise.resolve();
      await briefly(kept);
      this.end();
      if (this.channel !== undefined) await briefly(this.channel.signOut());
    });
  }

  private end(): void {
    this.book?.session.wipe();
    this.book = undefined;
    this.alarmed.clear();
  }

  exportKeyring(passphrase: string): Promise<Uint8Array<ArrayBuffer>> {
    return this.inTurn(() => {
      const { keyring, store } = this.session();
      const words = utf8(passphrase);
      try {
        keyring.lastSeen = this.now();
        return store instanceof FileStore ? store.handOut(keyring, words) : sealed(keyring, words);
      } finally {
        wipe(words);
      }
    });
  }

  pendingFile(): Promise<Uint8Array<ArrayBuffer> | null> {
    return this.inTurn(() => {
      const { keyring, store } = this.session();
      if (!(store instanceof FileStore) || !store.unsaved) return null;
      keyring.lastSeen = this.now();
      return store.handOut(keyring);
    });
  }

  saved(): Promise<void> {
    return this.inTurn(async () => {
      const session = this.session();
      if (!(session.store instanceof FileStore)) return;
      const index = session.store.saved();
      if (index !== undefined) await session.tellDrained(index);
    });
  }

  moveToServer(passphrase: string): Promise<void> {
    return this.inTurn(async () => {
      const session = this.session();
      const words = utf8(passphrase);
      const store = new ServerStore(Locker.open(words, session.channel.org, session.number));
      wipe(words);
      const former = session.store;
      try {
        await store.replace(session, former instanceof ServerStore ? former : undefined);
      } catch (error) {
        store.wipe();
        throw error;
      }
      session.store = store;
      former.wipe();
      await session.tellDrained(session.keyring.ratchet.index);
    });
  }

  // --- what came, and how things stand

  health(): Promise<contract.Health> {
    return this.looking(({ session }) => {
      const { channel, keyring, number } = session;
      const { log } = channel;
      const sealing = sealingEpoch(log, this.now());
      const since = keyring.log?.seq ?? 0;
      const used = [...log.epochs.values()].filter((e) => e.seq > since).length;
      return {
        me: this.me(session),
        channel: channelInfo(channel),
        colleagues: [...log.reviewers.values()].map(colleague),
        categories: log.rules.categories,
        questions: log.rules.questions,
        readsEpoch: sealing?.epoch ?? 0,
        epochEnds: sealing?.validUntil ?? null,
        isRecipient: sealing !== undefined && slotOf(sealing, number) !== undefined,
        prekeysLeft: Math.max(0, prekeysAhead - used),
        draining: keyring.draining.map((d) => d.epoch).filter((n) => n >= keyring.ratchet.index),
        unsaved: session.store instanceof FileStore && session.store.unsaved,
        batch: keyring.afterBatch,
        ...this.condition,
      };
    });
  }

  sync(progress: Progress): Promise<contract.SyncReport> {
    return this.inTurn(async () => {
      const book = this.cases();
      const report = await new Sync(book, this.around.openerFor, progress).run();
      await book.readAll();
      report.destroyed = book.dropDestroyed();
      await this.askCondition(book);
      let changed = report.destroyed.length > 0;
      try {
        changed = (await keepFiles(book)) || changed;
      } catch (error) {
        report.notKept = codeOf(error); // tried again at the next visit
      }
      if (changed) await book.session.save();
      for (const view of book.all)
        if (view.unreadable.length > 0 && !this.alarmed.has(view.id))
          report.alarms.push({ kind: 'unreadable_event', case: view.id, code: 'bad_case' });
      for (const { case: id } of report.alarms) if (id !== undefined) this.alarmed.add(id);
      return report;
    });
  }

  /** For a notice only: nothing else hangs on the answer. */
  private async askCondition({ session }: CaseBook): Promise<void> {
    try {
      this.condition = await session.call((channel) => channel.condition());
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
    }
  }

  accessLog(accept: boolean): Promise<contract.AccessLog> {
    return this.inTurn(() => readAccessLog(this.session(), accept));
  }

  refresh(): Promise<contract.Refreshed> {
    return this.inTurn(async () => {
      const book = this.cases();
      const changed = await book.readAll();
      const destroyed = book.dropDestroyed();
      if (destroyed.length > 0) await book.session.save();
      return { changed, destroyed };
    });
  }

  // --- cases; the first group only looks

  queue(): Promise<contract.CaseSummary[]> {
    return this.looking((book) => {
      const presenter = this.presenter(book);
      return book.all.filter((v) => v.messages.length > 0).map((v) => presenter.summary(v));
    });
  }

  search(text: string): Promise<string[]> {
    return this.looking((book) => searchCases(text, book.all.map(searchable)));
  }

  checkReply(id: string, text: string): Promise<contract.Repetition[]> {
    return this.looking((book) => repetitions(text, reportersWords(book.known(id))));
  }

  figures(rounded: boolean): Promise<contract.Figures> {
    return this.looking((book) => {
      const counted = book.all.flatMap((view) => {
        const { report, messages, status } = view;
        const received = messages[0]?.at;
        return report === undefined || received === undefined
          ? []
          : [{ category: report.category, status, received }];
      });
      const categories = book.session.channel.log.rules.categories.map((c) => c.id);
      return figuresOf(counted, { categories, statuses, now: this.now(), rounded });
    });
  }

  readCase(id: string): Promise<contract.CaseDetail> {
    return this.inTurn(async () => this.shown(await this.cases().read(id)));
  }

  act(id: string, action: contract.CaseAction): Promise<contract.CaseDetail> {
    return this.inTurn(async () => {
      const book = this.cases();
      const view = await book.read(id);
      if (action.type === 'assign' && action.number !== 0) this.checkReader(view, action.number);
      if (action.type === 'similar') this.checkLink(view, action.case);
      const event: JsonObject = { ...action };
      this.checkEvent(event);
      await book.append(view, event);
      return this.shown(view);
    });
  }

  reply(id: string, draft: contract.ReplyDraft): Promise<contract.CaseDetail> {
    return this.inTurn(async () => {
      const book = this.cases();
      const view = await book.read(id);
      await sendReply(book, view, draft);
      return this.shown(view);
    });
  }

  handOver(id: string, number: number, progress: Progress): Promise<contract.CaseDetail> {
    return this.inTurn(async () => {
      const book = this.cases();
      this.stopped = false;
      const watch: Watch = {
        told: (effort) => {
          progress(0, 1, effort);
        },
        stopped: () => this.stopped || book.session.closing,
      };
      return this.shown(await handOver(book, id, number, watch));
    });
  }

  destroyCase(id: string): Promise<void> {
    return this.inTurn(() => destroyCase(this.cases(), id));
  }

  stop(): Promise<void> {
    this.stopped = true;
    return Promise.resolve();
  }

  attachment(id: string, message: number, index: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.inTurn(() => this.fetch(this.cases().known(id), message, index));
  }

  exportCase(id: string): Promise<string> {
    return this.inTurn(async () => {
      const book = this.cases();
      const { channel } = book.session;
      const view = await book.read(id);
      return exportedCase({
        detail: this.shown(view),
        view,
        channel: { origin: channel.origin, org: toHex(channel.org) },
        at: this.now(),
        fetch: (message, index) => this.fetch(view, message, index),
      });
    });
  }

  // --- how

  private fetch(view: CaseView, message: number, index: number): Promise<Uint8Array<ArrayBuffer>> {
    const file = view.messages[message]?.content.attachments[index];
    if (file === undefined) throw new CodedError('not-found');
    return fetchFile(this.session(), file);
  }

  private checkReader(view: CaseView, number: number): void {
    const reviewer = this.session().channel.log.reviewers.get(number);
    if (reviewer === undefined) throw new CodedError('unknown_reviewer');
    if (reviewer.revoked) throw new CodedError('revoked_reviewer');
    if (view.excluded.includes(number)) throw new CodedError('excluded_reader');
  }

  // All who read this case read the link: it must not tell one of them of a case that they were excluded from.
  private checkLink(view: CaseView, number: string): void {
    const { reviewers } = this.session().channel.log;
    const others = this.cases().all.filter((one) => one.number === number);
    if (others.length === 0) throw new CodedError('no_such_case');
    const learns = (n: number) => !view.excluded.includes(n) && reviewers.get(n)?.revoked === false;
    if (others.some((other) => other.excluded.some(learns))) throw new CodedError('excluded_from_other');
  }

  // What its readers would call damaged is not written. Errors: bad_field.
  private checkEvent(event: JsonObject): void {
    const { channel, identity } = this.session();
    const json = utf8(writeJson(event));
    const frame = {
      kind: messageKind.event,
      signer: identity.publicKey,
      signature: new Uint8Array(64),
      json,
    };
    try {
      new CaseView('').take(channel.log, 0, frame);
    } catch (error) {
      throw error instanceof CodedError ? new CodedError('bad_field') : error;
    }
  }

  private opened(): Channel {
    if (this.channel === undefined) throw new CodedError('locked');
    return this.channel;
  }
  private cases(): CaseBook {
    if (this.book === undefined) throw new CodedError('locked');
    return this.book;
  }
  private session(): Session {
    return this.cases().session;
  }
  private presenter(book: CaseBook): Presenter {
    return new Presenter(book.session, this.alarmed);
  }
  private shown(view: CaseView): contract.CaseDetail {
    return this.presenter(this.cases()).detail(view);
  }
  private me(session: Session): contract.Me {
    return { ...colleague(session.checkMe()), place: session.store.place, origin: session.channel.origin };
  }

  private async looking<T>(run: (book: CaseBook) => T): Promise<T> {
    await Promise.resolve();
    return run(this.cases());
  }

  private inTurn<T>(run: () => T | Promise<T>): Promise<T> {
    const done = this.last.then(run, run);
    this.last = done.catch(() => undefined);
    return done;
  }
}

/** Waits, but not long, and for nothing that fails: a lock is not kept open by a server that does not answer. */
async function briefly(work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, lockPatience);
  });
  await Promise.race([work.catch(() => undefined), patience]);
  clearTimeout(timer);
}

function channelInfo({ origin, org, log }: Channel): contract.ChannelInfo {
  return {
    origin,
    org: toHex(org),
    fingerprint: { ko: toFingerprintWords(org, 'ko'), en: toFingerprintWords(org, 'en') },
    name: log.organisation,
  };
}

function colleague({ number, role, desk, languages, revoked }: Reviewer): contract.Colleague {
  return { number, role, desk, languages, revoked };
}

function sealingEpoch(log: KeyLog, now: number): Epoch | undefined {
  try {
    return log.sealingEpoch(now);
  } catch {
    return undefined;
  }
}
