// What an employee's page can do: send, come back with the receipt alone, write again, burn. Nothing is kept anywhere but
// in this worker's memory, and that only until forget() or the page goes.
import { Channel } from '../../client/channel';
import type { Fetch } from '../../client/transport';
import { equal, fromHex, sized, toBase64, toHex } from '../../protocol/bytes';
import { suite1 } from '../../protocol/envelope';
import { chunkPlainSize, type Attachment } from '../../protocol/file_stream';
import { toFingerprintWords } from '../../protocol/fingerprint';
import { messageKind, packedSize } from '../../protocol/frame';
import { withinBytes, writeJson } from '../../protocol/json';
import type { KeyLog } from '../../protocol/key_log';
import { followUpJson, maxAttachments, maxText, reportJson, type Answer } from '../../protocol/message';
import {
  advertisedAddresses,
  newReceipt,
  parseReceipt,
  receiptDigits,
  ReporterKeys,
  receiptWords,
  somebodyExcluded,
  type Receipt,
} from '../../protocol/receipt';
import { randomBytes, ready, wipe } from '../../protocol/sodium';
import { CodedError, type Progress } from '../../rpc/rpc';
import type {
  ChannelView,
  Cleaned,
  CleanedFile,
  Draft,
  Measure,
  Pin,
  ReceiptView,
  ReporterApi,
  Sent,
  ThreadView,
} from '../contract';
import { Delivery, type Outgoing } from './delivery';
import { HeldFiles } from './held_files';
import { insist, isCode } from './insist';
import { burnReplies, findReplies, replyView, type FoundReply } from './replies';

/** A thread as its reporter has it. */
interface Thread {
  receipt: Receipt;
  keys: ReporterKeys;
  /** Whom verified replies named as excluded, in this visit; they may have been burned since. */
  told: Set<number>;
}

/** What the tests replace: the network and the clock. */
export interface Surroundings {
  fetch?: Fetch;
  now?: () => number; // seconds since 1970
}

export class Reporter implements ReporterApi {
  private channel: Channel | undefined;
  private pinned = false;
  private readonly files = new HeldFiles();
  private thread: Thread | undefined; // that was looked up
  private unsent: { delivery: Delivery; thread: Thread } | undefined; // sent or on its way, not acknowledged
  private sending = false;
  private stopped = false; // what is being sent
  private turn: Promise<unknown> = Promise.resolve();
  private readonly now: () => number;

  constructor(private readonly surroundings: Surroundings = {}) {
    this.now = surroundings.now ?? (() => Math.floor(Date.now() / 1000));
  }

  async open(origin: string, pin: Pin | null): Promise<ChannelView> {
    await ready();
    return this.inTurn(() => this.openNow(origin, pin));
  }

  private async openNow(origin: string, pin: Pin | null): Promise<ChannelView> {
    const before = this.channel?.origin === origin ? this.channel : undefined;
    const expected = pin === null ? (before?.org ?? null) : sized(fromHex(pin.org), 32);
    const channel = await Channel.open(origin, expected, this.surroundings.fetch);
    if (pin !== null && channel.log.size < pin.seq + 1) throw new CodedError('log_too_old');
    // What this page has seen once must not change while it is open.
    if (before !== undefined && equal(before.org, channel.org)) channel.log.passesThrough(before.log.head);
    this.pinned = pin !== null || (before !== undefined && this.pinned);
    this.channel = channel;
    return viewOf(channel, this.pinned, this.now());
  }

  // --- composing: no request

  async measure(draft: Draft): Promise<Measure> {
    await ready();
    const of = suite1.blockSize - 1;
    const message = reportJson({
      category: draft.category,
      answers: answersOf(draft),
      text: draft.text,
      excluded: draft.excluded,
      attachments: draft.files
        .slice(0, maxAttachments)
        .map(({ name }, i) => ({ ...sampleAttachment(i), name })),
      replyKey: sample(32, 0),
      addresses: Array.from({ length: advertisedAddresses }, (_, i) => sample(32, i + 1)),
      log: { seq: 1000, hash: sample(32, 9) },
    });
    const followUp = draft.category === '' ? { id: toBase64(sample(16, 13)) } : {};
    const json = writeJson({ ...message, ...followUp });
    const used = packedSize(json, sample(96, 10));
    return { used, of, becomesFile: used > of || !withinBytes(draft.text, maxText) };
  }

  async hold(file: Cleaned, originalSize: number): Promise<CleanedFile> {
    await ready();
    return this.files.add(file, originalSize);
  }

  discard(id: number): Promise<void> {
    this.files.discard(id);
    return Promise.resolve();
  }

  // --- sending

  async send(draft: Draft, progress: Progress): Promise<Sent> {
    const channel = this.opened();
    return this.once(async () => {
      if (!channel.log.rules.categories.some(({ id }) => id === draft.category))
        throw new CodedError('unknown_category');
      const excluded = [...new Set(draft.excluded)];
      const receipt = newReceipt(excluded.length > 0);
      const keys = ReporterKeys.deriveFrom(receipt, channel.org);
      const thread = { receipt, keys, told: new Set<number>() };
      const delivery = await Delivery.prepare(
        channel,
        keys,
        {
          ...this.common(draft, excluded),
          kind: messageKind.report,
          json: (rest) =>
            reportJson({
              category: draft.category,
              answers: answersOf(draft),
              excluded,
              replyKey: keys.reply.publicKey,
              addresses: addressesFrom(keys, 0),
              ...rest,
            }),
        },
        this.now,
      );
      this.sent();
      this.unsent = { delivery, thread };
      return this.deliver(progress);
    });
  }

  stop(): Promise<void> {
    this.stopped = true;
    return Promise.resolve();
  }

  async sendAgain(progress: Progress): Promise<Sent> {
    return this.once(() => this.deliver(progress));
  }

  async followUp(draft: Draft, progress: Progress): Promise<number[]> {
    const channel = this.opened();
    const thread = this.lookedUp();
    return this.once(async () => {
      const found = await findReplies(channel, thread.keys);
      remember(thread, found);
      const excluded = exclusionOf(channel.log, thread, draft.excluded);
      const first = (found.at(-1)?.index ?? -1) + 1;
      const id = randomBytes(16);
      const delivery = await Delivery.prepare(
        channel,
        thread.keys,
        {
          ...this.common(draft, excluded),
          kind: messageKind.followUp,
          json: (rest) =>
            followUpJson({
              id,
              excluded,
              replyKey: thread.keys.reply.publicKey,
              addresses: addressesFrom(thread.keys, first),
              ...rest,
            }),
        },
        this.now,
      );
      this.sent();
      this.unsent = { delivery, thread };
      const { confirmed } = await this.deliver(progress);
      if (!confirmed) throw new CodedError('send_unconfirmed');
      return excluded;
    });
  }

  private common(draft: Draft, excluded: number[]): Pick<Outgoing, 'excluded' | 'shown' | 'text' | 'files'> {
    return { excluded, shown: draft.readers, text: draft.text, files: this.files.of(draft) };
  }

  private async deliver(progress: Progress): Promise<Sent> {
    if (this.unsent === undefined) throw new CodedError('nothing_to_send');
    const { delivery, thread } = this.unsent;
    const receipt = receiptView(thread.receipt);
    try {
      await delivery.send(progress, () => this.stopped);
    } catch (error) {
      if (isCode(error, 'send_unconfirmed')) return { receipt, confirmed: false };
      this.sent();
      throw error;
    }
    this.sent();
    this.files.clear();
    return { receipt, confirmed: true };
  }

  /** Nothing is on its way any more. */
  private sent(): void {
    if (this.unsent !== undefined && this.unsent.thread !== this.thread) wipeThread(this.unsent.thread);
    this.unsent = undefined;
  }

  // --- coming back

  async checkReceipt(text: string): Promise<void> {
    await ready();
    wipe(parseReceipt(text));
  }

  async lookUp(text: string): Promise<ThreadView> {
    return this.inTurn(() => this.lookUpNow(text));
  }

  private async lookUpNow(text: string): Promise<ThreadView> {
    const channel = this.opened();
    const receipt = parseReceipt(text);
    const keys = ReporterKeys.deriveFrom(receipt, channel.org);
    this.forgetThread();
    const thread: Thread = { receipt, keys, told: new Set() };
    this.thread = thread;
    await insist(() => channel.refresh());
    const found = await findReplies(channel, keys);
    remember(thread, found);
    const excluded = repeated(channel.log, thread);
    return { replies: found.map(replyView), somebodyExcluded: somebodyExcluded(receipt), excluded };
  }

  async burn(indices: number[]): Promise<void> {
    await this.inTurn(() => burnReplies(this.opened(), this.lookedUp().keys, indices));
  }

  async forget(): Promise<void> {
    await this.inTurn(() => {
      this.forgetThread();
      this.sent();
      this.files.clear();
    });
  }

  // --- what is held

  private opened(): Channel {
    if (this.channel === undefined) throw new CodedError('not_open');
    return this.channel;
  }

  private lookedUp(): Thread {
    if (this.thread === undefined) throw new CodedError('no_thread');
    return this.thread;
  }

  private forgetThread(): void {
    // What is still on its way keeps its keys.
    if (this.thread !== undefined && this.thread !== this.unsent?.thread) wipeThread(this.thread);
    this.thread = undefined;
  }

  /** One thing after another, so that no key is wiped under somebody's hands. */
  private inTurn<T>(run: () => T | Promise<T>): Promise<T> {
    const done = this.turn.then(run);
    this.turn = done.catch(() => undefined);
    return done;
  }

  /** A second click while one message is on its way must not become a second message. */
  private async once<T>(run: () => Promise<T>): Promise<T> {
    if (this.sending) throw new CodedError('busy');
    this.sending = true;
    this.stopped = false;
    try {
      return await this.inTurn(run);
    } finally {
      this.sending = false;
    }
  }
}

function wipeThread({ receipt, keys }: Thread): void {
  wipe(receipt);
  keys.wipe();
}

function viewOf(channel: Channel, pinned: boolean, now: number): ChannelView {
  const { log, org, origin } = channel;
  const { categories, questions, departments, tick, tickOffset } = log.rules;
  const readers = readersOf(log, now);
  return {
    origin,
    org: toHex(org),
    fingerprint: { ko: toFingerprintWords(org, 'ko'), en: toFingerprintWords(org, 'en') },
    pinned,
    name: log.organisation,
    categories,
    questions,
    departments,
    readers,
    canSend: readers.length > 0,
    tick,
    tickOffset,
  };
}

/** Who reads what is sent now; nobody while nothing can be sealed. */
function readersOf(log: KeyLog, now: number): ChannelView['readers'] {
  try {
    return log.sealingEpoch(now).recipients.flatMap(({ number }) => {
      const who = log.reviewers.get(number);
      if (who === undefined) return [];
      return [{ number, role: who.role, desk: who.desk, languages: who.languages }];
    });
  } catch {
    return [];
  }
}

function receiptView(receipt: Receipt): ReceiptView {
  return {
    ko: receiptWords(receipt, 'ko'),
    en: receiptWords(receipt, 'en'),
    digits: receiptDigits(receipt),
  };
}

function answersOf(draft: Draft): Answer[] {
  return Object.entries(draft.answers)
    .filter(([, text]) => text !== '')
    .map(([question, text]) => ({ question, text }));
}

function addressesFrom(keys: ReporterKeys, first: number): Uint8Array[] {
  return Array.from({ length: advertisedAddresses }, (_, i) => keys.addressAt(first + i));
}

// --- exclusion: docs/protocol.md, section 7

/** Nobody was excluded, or the receipt says so: a reply cannot shut anybody out afterwards. */
function remember(thread: Thread, found: FoundReply[]): void {
  if (!somebodyExcluded(thread.receipt)) return;
  for (const reply of found)
    if ('message' in reply) for (const number of reply.message.excluded) thread.told.add(number);
}

/** The list that verified replies repeat, as far as it still means anybody; null: none names anybody. */
function repeated(log: KeyLog, { receipt, told }: Thread): number[] | null {
  if (!somebodyExcluded(receipt)) return [];
  if (told.size === 0) return null;
  return [...told].filter((number) => log.reviewers.get(number)?.revoked === false).sort((a, b) => a - b);
}

/** Errors: exclusion_unknown, exclusion_too_late. */
function exclusionOf(log: KeyLog, thread: Thread, said: number[]): number[] {
  const excluded = repeated(log, thread) ?? [...new Set(said)];
  if (somebodyExcluded(thread.receipt) && thread.told.size === 0 && excluded.length === 0)
    throw new CodedError('exclusion_unknown');
  // Whoever could read the thread has the key of its case, where this message is going to be kept.
  if (!said.every((number) => excluded.includes(number))) throw new CodedError('exclusion_too_late');
  return excluded;
}

// --- what stands for keys and hashes where only their size matters: as incompressible as they are, the same every time,
// so that the form's counter stands still while nothing is typed

const sampleCount = 16 + 3 * maxAttachments;
let noise: Uint8Array | undefined;
function sample(size: number, nth: number): Uint8Array {
  noise ??= randomBytes((sampleCount + 2) * 32);
  return noise.subarray(nth * 32, nth * 32 + size);
}

function sampleAttachment(i: number): Attachment {
  const nth = 16 + 3 * i;
  const [key, header, hash] = [sample(32, nth), sample(24, nth + 1), sample(32, nth + 2)];
  return { key, header, hash, chunks: 256, size: chunkPlainSize, name: '', type: 'application/octet-stream' };
}
