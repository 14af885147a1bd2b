// Giving a case's key to a colleague: one more envelope among the others, sealed to that one alone.
import type { Watch } from '../../client/work';
import { fromHex } from '../../protocol/bytes';
import { sealEnvelope } from '../../protocol/envelope';
import { messageKind } from '../../protocol/frame';
import { writeJson } from '../../protocol/json';
import { slotOf } from '../../protocol/key_log';
import { handoverJson } from '../../protocol/message';
import { CodedError } from '../../rpc/rpc';
import type { CaseBook } from './case_book';
import type { CaseView } from './case_view';

/**
 * Announces the hand-over in the case, then sends it. Errors: unknown_reviewer, revoked_reviewer, excluded_reader,
 * no_intake_key (the epoch to seal to does not name the receiver yet), epoch_not_valid, epoch-closed, and those of
 * a proof of work.
 */
export async function handOver(book: CaseBook, id: string, number: number, watch: Watch): Promise<CaseView> {
  const { session } = book;
  const { channel } = session;
  await channel.refresh();
  const view = await book.read(id); // a message since may exclude the receiver
  const receiver = channel.log.reviewers.get(number);
  if (receiver === undefined) throw new CodedError('unknown_reviewer');
  if (receiver.revoked) throw new CodedError('revoked_reviewer');
  if (view.excluded.includes(number)) throw new CodedError('excluded_reader');
  const epoch = channel.log.sealingEpoch(session.now());
  const slot = slotOf(epoch, number);
  if (slot === undefined) throw new CodedError('no_intake_key');

  // Every slot but the receiver's is a decoy, ours too.
  const slots = epoch.recipients.map((r, k) => (k === slot ? r.key : undefined));
  const message = writeJson(
    handoverJson({
      log: channel.log.head,
      thread: fromHex(id),
      caseKey: session.caseKey(id),
      caseNumber: view.number,
    }),
  );
  const { handover } = messageKind;
  const sealed = sealEnvelope(
    channel.org,
    epoch.epoch,
    epoch.statement,
    slots,
    handover,
    session.identity,
    message,
  );
  await book.append(view, { type: 'handover', number });
  await session.insist((on) => on.postEnvelope(sealed, watch));
  return view;
}
