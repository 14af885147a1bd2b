// What tests/bench/browser.mjs runs in a worker of the browser: the pages' own code, timed.
import { sealEnvelope } from '../../client-web/src/protocol/envelope';
import { messageKind } from '../../client-web/src/protocol/frame';
import { newReceipt, receiptWords, ReporterKeys } from '../../client-web/src/protocol/receipt';
import { signKeyPairFrom } from '../../client-web/src/protocol/signing';
import { randomBoxKeyPair, randomBytes, ready } from '../../client-web/src/protocol/sodium';
import { openInPool } from '../../client-web/src/review/worker/open_pool';
import { lookAt } from '../../client-web/src/review/worker/opening';

const epoch = 1;
const inboxSize = 10_000;
const openAtOnce = 64; // as src/review/worker/sync.ts hands them out

/** Microseconds a call: the median of `rounds` rounds of `calls`, since the browser's clock is coarse. */
function microseconds(rounds, calls, work) {
  const took = [];
  for (let i = 0; i < rounds; ++i) {
    const began = performance.now();
    for (let k = 0; k < calls; ++k) work();
    took.push(((performance.now() - began) * 1000) / calls);
  }
  return took.sort((a, b) => a - b)[Math.floor(rounds / 2)];
}

async function measure() {
  await ready();
  const [org, context] = [randomBytes(32), randomBytes(32)];
  const [mine, stranger, author] = [randomBoxKeyPair(), randomBoxKeyPair(), signKeyPairFrom(randomBytes(32))];
  const lines = Array.from({ length: 40 }, (_, i) => `계약 상대를 미리 정해 두었습니다. ${i}`);
  const json = JSON.stringify({ category: 'other', text: lines.join('\n') });
  const seal = (slots) => sealEnvelope(org, epoch, context, slots, messageKind.report, author, json);
  const keys = { org, intake: [{ epoch, slot: 0, context, ...mine }] };
  const others = Array.from({ length: 15 }, () => stranger.publicKey);
  const ours = { batch: 1, envelope: seal([mine.publicKey, ...others.slice(0, 2)]) };
  // Chaff is made of the same slots, so one that is not ours stands for it.
  const theirs = { batch: 1, envelope: seal(others.slice(0, 3)) };
  if (lookAt(keys, ours)?.kind !== 'opened' || lookAt(keys, theirs) !== undefined)
    throw new Error('not what was sealed');

  const receipt = newReceipt(false);
  const us = {
    seal_3: microseconds(9, 20, () => seal([mine.publicKey, ...others.slice(0, 2)])),
    seal_16: microseconds(9, 20, () => seal([mine.publicKey, ...others])),
    new_receipt: microseconds(9, 200, () => receiptWords(newReceipt(false), 'ko')),
    keys_of_receipt: microseconds(5, 1, () => ReporterKeys.deriveFrom(receipt, org).wipe()),
    open_mine: microseconds(9, 100, () => lookAt(keys, ours)),
    open_not_mine: microseconds(9, 100, () => lookAt(keys, theirs)),
  };

  const inbox = [];
  for (const share of [0, 0.1, 1]) {
    const opener = openInPool(keys);
    await opener.open([ours]); // the workers have started
    const began = performance.now();
    const pieces = [];
    for (let at = 0; at < inboxSize; at += openAtOnce) {
      const size = Math.min(openAtOnce, inboxSize - at);
      const piece = Array.from({ length: size }, (_, i) => ((at + i) % 10 < share * 10 ? ours : theirs));
      pieces.push(opener.open(piece.map((one) => ({ ...one, envelope: one.envelope.slice() }))));
    }
    const opened = (await Promise.all(pieces)).flat().filter((look) => look?.kind === 'opened').length;
    const wall_s = (performance.now() - began) / 1000;
    opener.close();
    if (opened !== inboxSize * share) throw new Error(`${opened} opened`);
    inbox.push({ ours: opened, wall_s });
  }
  return { benchmark: 'browser', us, inbox_of_10000: inbox };
}

measure().then(
  (result) => postMessage({ result }),
  (error) => postMessage({ error: String(error) }),
);
