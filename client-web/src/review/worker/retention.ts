// The end of a case: destroying what is due, and keeping files alive until then (docs/protocol.md, section 8.4).
import { tokensShownAtOnce, type Channel } from '../../client/channel';
import { shuffled } from '../../client/random';
import { monthOf } from '../../protocol/calendar';
import { caseToken } from '../../protocol/case_event';
import { blobToken } from '../../protocol/file_stream';
import { CodedError } from '../../rpc/rpc';
import type { CaseBook } from './case_book';
import type { CaseView } from './case_view';
import type { Session } from './session';

/**
 * Destroys a case that is due, or whose destruction has begun: its files, its events, its key. May be broken off and done
 * again. Errors: case_held, not_due, no_such_case.
 */
export async function destroyCase(book: CaseBook, id: string): Promise<void> {
  const { session } = book;
  await session.channel.refresh(); // the policy in force
  let view = await book.readAnew(id);
  if (!view.ended) await announce(book, view);
  if (!view.destroyed) {
    const key = session.caseKey(id);
    await show(session, fileTokens([view]), (on, tokens) => on.purge('file_chunks', tokens));
    // Event 0 last: while it is there, something is left.
    const events = Array.from({ length: view.next }, (_, i) => caseToken(key, view.next - 1 - i));
    await show(session, events, (on, tokens) => on.purge('case_events', tokens));
    view = await book.readAnew(id);
    if (!view.destroyed) throw new CodedError('bad_answer');
  }
  book.drop(id);
  await session.save();
}

// The event goes before the purge: as a place is written once, a hold either stands before it, and then it does not
// count, or whoever holds finds it there.
async function announce(book: CaseBook, view: CaseView): Promise<void> {
  const { session } = book;
  const check = () => {
    const stage = view.stage(session.channel.log.rules, session.now());
    if (stage === 'held') throw new CodedError('case_held');
    if (stage !== 'due' && stage !== 'begun') throw new CodedError('not_due');
  };
  check();
  // Somebody else's may stand there first.
  await book.append(view, { type: 'destroy' }, () => view.ended);
  if (view.stage(session.channel.log.rules, session.now()) === 'due') throw new CodedError('bad_answer');
  check();
}

/** Once a month, since the server counts in months. Whether the keyring has changed. */
export async function keepFiles(book: CaseBook): Promise<boolean> {
  const { session } = book;
  const month = monthOf(session.now());
  if (session.keyring.keptMonth === month) return false;
  const alive = book.all.filter(
    (view) => !['due', 'begun'].includes(view.stage(session.channel.log.rules, session.now())),
  );
  await show(session, fileTokens(alive), (on, tokens) => on.keep('file_chunks', tokens));
  session.keyring.keptMonth = month;
  return true;
}

// Of all chunks of all files of the cases, mixed: which belong together is not shown.
function fileTokens(cases: readonly CaseView[]): Uint8Array[] {
  const files = cases.flatMap((view) => view.attachments);
  return shuffled(
    files.flatMap(({ key, chunks }) => Array.from({ length: chunks }, (_, j) => blobToken(key, j))),
  );
}

async function show(
  session: Session,
  tokens: Uint8Array[],
  call: (on: Channel, some: Uint8Array[]) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < tokens.length; at += tokensShownAtOnce)
    await session.call((on) => call(on, tokens.slice(at, at + tokensShownAtOnce)));
}
