// What a reporter finds at the addresses of a receipt. Reading changes no state; tokens go four at a time, filled up
// with random ones, in random places.
import { tokensAtOnce, type Channel, type Item } from '../../client/channel';
import { compare } from '../../protocol/bytes';
import { openEnvelope } from '../../protocol/envelope';
import type { Reviewer } from '../../protocol/key_log';
import { replyOf, type LogPosition, type ReplyMessage } from '../../protocol/message';
import { addressGap, type ReporterKeys } from '../../protocol/receipt';
import { randomBytes, wipe } from '../../protocol/sodium';
import { codeOf } from '../../rpc/rpc';
import type { ReplyView } from '../contract';
import { insist } from './insist';
import { shuffled } from '../../client/random';

const prefixSize = 16;

export type FoundReply =
  | { index: number; state: 'burned' | 'expired' }
  | { index: number; state: 'present'; failure: string }
  | { index: number; state: 'present'; message: ReplyMessage; signer: Reviewer; forked: boolean };

function isInIndex(index: Uint8Array, address: Uint8Array): boolean {
  const wanted = address.subarray(0, prefixSize);
  let low = 0;
  let high = index.length / prefixSize;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = compare(index.subarray(middle * prefixSize, (middle + 1) * prefixSize), wanted);
    if (order === 0) return true;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return false;
}

/** The indices of this receipt's addresses that are or were in use, ascending. */
export function usedIndices(index: Uint8Array, keys: ReporterKeys): number[] {
  const out: number[] = [];
  for (let i = 0, absent = 0; absent < addressGap; ++i) {
    const used = isInIndex(index, keys.addressAt(i));
    if (used) out.push(i);
    absent = used ? 0 : absent + 1;
  }
  return out;
}

/** Runs `use` on four tokens at a time: those of `some`, by place, among random ones. */
async function inFours(
  keys: ReporterKeys,
  indices: number[],
  use: (tokens: Uint8Array[], some: (number | undefined)[]) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < indices.length; at += tokensAtOnce) {
    const some = shuffled(Array.from({ length: tokensAtOnce }, (_, k) => indices[at + k]));
    const tokens = some.map((index) => (index === undefined ? randomBytes(32) : keys.tokenAt(index)));
    try {
      await use(tokens, some);
    } finally {
      wipe(...tokens);
    }
  }
}

function openReply(channel: Channel, keys: ReporterKeys, index: number, item: Item): FoundReply {
  // In the index and yet unknown: the server takes something back.
  if (item.state === 'unknown') return { index, state: 'present', failure: 'bad_answer' };
  if (!('body' in item)) return { index, state: item.state };
  try {
    const { message: frame, contentKey } = openEnvelope(
      channel.org,
      item.body,
      0,
      keys.addressAt(index),
      0,
      keys.reply,
    );
    wipe(contentKey);
    const signer = channel.log.findReviewer(frame.signer);
    if (signer === undefined) return { index, state: 'present', failure: 'wrong_signer' };
    const message = replyOf(frame);
    return { index, state: 'present', message, signer, forked: isForked(channel, message.log) };
  } catch (error) {
    return { index, state: 'present', failure: codeOf(error) };
  }
}

function isForked(channel: Channel, seen: LogPosition): boolean {
  try {
    channel.log.passesThrough(seen);
    return false;
  } catch {
    return true;
  }
}

/** Every reply to this receipt that there is or was, by index. Changes no state. */
export async function findReplies(channel: Channel, keys: ReporterKeys): Promise<FoundReply[]> {
  const used = usedIndices(await insist(() => channel.replyIndex()), keys);
  const items = new Map<number, Item>();
  await inFours(keys, used, async (tokens, some) => {
    const answers = await insist(() => channel.readReplies(tokens));
    some.forEach((index, k) => {
      const answer = answers[k];
      if (index !== undefined && answer !== undefined) items.set(index, answer);
    });
  });
  const open = () => [...items].map(([index, item]) => openReply(channel, keys, index, item));
  let found = open();
  // A reply may have been written by somebody whose log is newer than the one fetched when the visit began.
  const mayBeNewer = (r: FoundReply) =>
    ('forked' in r && r.forked) || ('failure' in r && r.failure === 'wrong_signer');
  if (found.some(mayBeNewer)) {
    await insist(() => channel.refresh());
    found = open();
  }
  return found.sort((a, b) => a.index - b.index);
}

/** Burns the replies at these indices for ever. */
export async function burnReplies(channel: Channel, keys: ReporterKeys, indices: number[]): Promise<void> {
  await inFours(keys, indices, (tokens) => insist(() => channel.burnReplies(tokens)));
}

export function replyView(found: FoundReply): ReplyView {
  const { index, state } = found;
  if ('failure' in found) return { index, state, failure: found.failure };
  if (!('message' in found)) return { index, state };
  const { message, signer, forked } = found;
  return {
    index,
    state,
    text: message.text,
    status: message.status,
    shownAs: message.shownAs,
    ...(message.shownAs === 'role' ? { role: signer.role } : {}),
    revoked: signer.revoked,
    forked,
  };
}
