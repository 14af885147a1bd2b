// Writing back to a reporter: announced in the case, then put where only the receipt finds it.
import { toBase64 } from '../../protocol/bytes';
import { sealEnvelope } from '../../protocol/envelope';
import { messageKind } from '../../protocol/frame';
import { replyJson } from '../../protocol/message';
import { writeJson } from '../../protocol/json';
import { CodedError } from '../../rpc/rpc';
import type { ReplyDraft } from '../contract';
import type { CaseBook } from './case_book';
import type { CaseView } from './case_view';

/**
 * Announces the reply in the case, then writes it at the first free address; a taken one means the next, announced anew.
 * Errors: bad_case (no message to answer), no_address_left, too_large.
 */
export async function sendReply(book: CaseBook, view: CaseView, draft: ReplyDraft): Promise<void> {
  const { session } = book;
  const { channel, identity } = session;
  const newest = view.messages.at(-1)?.content;
  if (newest === undefined) throw new CodedError('bad_case');
  const { text, status, shownAs } = draft;
  const message = writeJson(
    replyJson({ log: channel.log.head, text, status, excluded: view.excluded, shownAs }),
  );
  for (;;) {
    // Anew each time: another may have announced one while we tried.
    const address = view.freeAddresses[0];
    if (address === undefined) throw new CodedError('no_address_left');
    const slots = [newest.replyKey];
    const sealed = sealEnvelope(channel.org, 0, address, slots, messageKind.reply, identity, message);
    await book.append(view, {
      type: 'reply',
      address: toBase64(address),
      text,
      status,
      ...(shownAs === 'office' ? { shown_as: shownAs } : {}),
    });
    const outcome = await session.claim((on) => on.putReply(address, sealed));
    if (outcome !== 'taken') return; // in doubt it is most likely ours
  }
}
