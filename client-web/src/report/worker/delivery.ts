// How a message gets to the server: sealed for the epoch's readers, its files first and in random order, the same bytes
// again while the connection is lost, and sealed anew when its epoch has closed meanwhile.
import type { Channel } from '../../client/channel';
import type { Watch } from '../../client/work';
import { utf8 } from '../../protocol/bytes';
import { sealEnvelope } from '../../protocol/envelope';
import { blobId, blobToken, encryptFile, type Attachment } from '../../protocol/file_stream';
import type { MessageKind } from '../../protocol/frame';
import { writeJson, withinBytes, type JsonObject } from '../../protocol/json';
import type { Epoch } from '../../protocol/key_log';
import { maxAttachments, maxText, type LogPosition } from '../../protocol/message';
import type { ReporterKeys } from '../../protocol/receipt';
import { CodedError, type Effort, type Progress } from '../../rpc/rpc';
import type { OutgoingFile } from './held_files';
import { insist, isCode } from './insist';
import { shuffled } from '../../client/random';

const attempts = 3; // to seal anew
const longText = { name: 'message.txt', type: 'text/plain; charset=utf-8' };

/** What is to be sent, but for what delivery itself decides. */
export interface Outgoing {
  kind: MessageKind;
  excluded: number[];
  shown: number[]; // as readers, to whoever wrote it
  text: string;
  files: OutgoingFile[];
  /** The message's JSON. */
  json: (rest: { text: string; attachments: Attachment[]; log: LogPosition }) => JsonObject;
}

interface Recipients {
  epoch: Epoch;
  slots: (Uint8Array | undefined)[];
}

/** Errors: epoch_not_valid, unknown_reviewer, readers_changed, everybody_excluded. */
function recipientsNow(channel: Channel, { excluded, shown }: Outgoing, now: number): Recipients {
  const epoch = channel.log.sealingEpoch(now);
  if (!excluded.every((number) => channel.log.reviewers.has(number)))
    throw new CodedError('unknown_reviewer');
  const isKnown = (number: number) => excluded.includes(number) || shown.includes(number);
  if (!epoch.recipients.every(({ number }) => isKnown(number))) throw new CodedError('readers_changed');
  const slots = epoch.recipients.map(({ number, key }) => (excluded.includes(number) ? undefined : key));
  if (slots.every((slot) => slot === undefined)) throw new CodedError('everybody_excluded');
  return { epoch, slots };
}

/** The same with the log fetched anew if the one at hand has no epoch for now. */
async function recipientsSoon(channel: Channel, message: Outgoing, now: number): Promise<Recipients> {
  try {
    return recipientsNow(channel, message, now);
  } catch (error) {
    if (!isCode(error, 'epoch_not_valid')) throw error;
    await insist(() => channel.refresh());
    return recipientsNow(channel, message, now);
  }
}

export class Delivery {
  private chunks: { id: Uint8Array; content: Uint8Array }[] = [];
  private total = 0;
  private sealed: Uint8Array;
  private unconfirmed = false;

  private constructor(
    private readonly channel: Channel,
    private readonly keys: ReporterKeys,
    private readonly message: Outgoing,
    private text: string,
    private readonly attachments: Attachment[],
    private readonly now: () => number,
    to: Recipients,
  ) {
    this.sealed = this.seal(to);
  }

  /**
   * Packs the files, moves the text into one if it does not fit, and seals. Nothing is sent yet (but the log may be
   * fetched). Errors: too_many_files, too_long, too_large (a file), epoch_not_valid, unknown_reviewer,
   * readers_changed, everybody_excluded.
   */
  static async prepare(
    channel: Channel,
    keys: ReporterKeys,
    message: Outgoing,
    now: () => number,
  ): Promise<Delivery> {
    if (message.files.length > maxAttachments) throw new CodedError('too_many_files');
    const to = await recipientsSoon(channel, message, now());
    const packed: typeof Delivery.prototype.chunks = [];
    const pack = ({ content, name, type }: OutgoingFile): Attachment => {
      const { about, chunks } = encryptFile(channel.org, content, name, type);
      chunks.forEach((chunk, j) => packed.push({ id: blobId(blobToken(about.key, j)), content: chunk }));
      return about;
    };
    const attachments = message.files.map(pack);
    const make = (text: string) =>
      new Delivery(channel, keys, message, text, attachments, now, to).withChunks(packed);

    if (withinBytes(message.text, maxText)) {
      try {
        return make(message.text);
      } catch (error) {
        if (!isCode(error, 'too_large')) throw error;
      }
    }
    if (attachments.length === maxAttachments) throw new CodedError('too_many_files');
    attachments.push(pack({ content: utf8(message.text), ...longText }));
    try {
      return make('');
    } catch (error) {
      throw isCode(error, 'too_large') ? new CodedError('too_long') : error;
    }
  }

  private withChunks(chunks: typeof this.chunks): this {
    this.chunks = shuffled(chunks); // so that the server cannot tell where one file ends and another begins
    this.total = chunks.length + 1;
    return this;
  }

  private seal({ epoch, slots }: Recipients): Uint8Array {
    const log = this.channel.log.head;
    const json = writeJson(this.message.json({ text: this.text, attachments: this.attachments, log }));
    const { kind } = this.message;
    return sealEnvelope(this.channel.org, epoch.epoch, epoch.statement, slots, kind, this.keys.author, json);
  }

  /**
   * Sends what has not been acknowledged yet; may be called again with the same bytes going out. Errors:
   * send_unconfirmed (the connection went before the server said that it has it), stopped, those of prepare(), the
   * server's.
   */
  async send(progress: Progress, stopped: () => boolean): Promise<void> {
    const told = (effort: Effort) => {
      progress(this.total - 1 - this.chunks.length, this.total, effort);
    };
    try {
      await this.upload(progress, { told, stopped });
      await this.post({ told, stopped });
    } catch (error) {
      const open = ['busy', 'stopped', 'work-required'];
      const unknown = isCode(error, 'offline') || (this.unconfirmed && isCode(error, ...open));
      throw unknown ? new CodedError('send_unconfirmed') : error;
    }
    progress(this.total, this.total);
  }

  private async upload(progress: Progress, watch: Watch): Promise<void> {
    for (;;) {
      progress(this.total - 1 - this.chunks.length, this.total);
      const chunk = this.chunks.at(-1);
      if (chunk === undefined) return;
      await insist(() => this.channel.putBlob(chunk.id, chunk.content, watch));
      this.chunks.pop();
    }
  }

  private async post(watch: Watch): Promise<void> {
    const lost = () => {
      this.unconfirmed = true;
    };
    for (let attempt = 1; ; ++attempt) {
      try {
        await insist(() => this.channel.postEnvelope(this.sealed, watch), lost);
        return;
      } catch (error) {
        // Nothing is stored: the same bytes would have been taken again.
        if (attempt === attempts || !isCode(error, 'epoch-closed')) throw error;
        await insist(() => this.channel.refresh());
        this.sealed = this.seal(recipientsNow(this.channel, this.message, this.now()));
      }
    }
  }
}
