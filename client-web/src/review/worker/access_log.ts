// The log of what reviewers and admins did, followed from its first entry.
import { AccessChain } from '../../protocol/access_log';
import type { AccessLog } from '../contract';
import type { Session } from './session';

const shown = 200; // the newest
const maxEntries = 2_000_000;

/**
 * What the keyring remembers of it is kept with the keyring's next change: every visit adds to this log. A log that is
 * accepted as it is, after a restore, is remembered at once. Errors: log_forked, bad_answer.
 */
export async function readAccessLog(session: Session, accept: boolean): Promise<AccessLog> {
  const { channel, keyring } = session;
  const chain = new AccessChain(channel.org, accept ? undefined : keyring.access);
  let newest: string[] = [];
  for (let size = 1; chain.at.size < size;) {
    const page = await session.call((on) => on.accessLog(chain.at.size, maxEntries));
    size = page.size;
    for (const entry of page.entries) chain.append(entry);
    newest = [...newest, ...page.entries].slice(-shown);
  }
  chain.finish();
  keyring.access = chain.at;
  if (accept) await session.save();
  return { size: chain.at.size, newest: newest.reverse() };
}
