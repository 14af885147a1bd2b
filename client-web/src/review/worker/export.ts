// A case for a record outside the channel: what was said and done, each entry with a SHA-256 hash. No key, address or
// signature goes out, nothing that leads back to a receipt.
import { toHex, utf8 } from '../../protocol/bytes';
import { sha256 } from '../../protocol/hash';
import { CodedError } from '../../rpc/rpc';
import type { CaseDetail } from '../contract';
import type { CaseView } from './case_view';

type Entry = Record<string, unknown>;

/** The entry with `sha256`: of its JSON without that member, in the order shown. */
function hashed(entry: Entry): Entry {
  return { ...entry, sha256: toHex(sha256(utf8(JSON.stringify(entry)))) };
}

export interface ExportSource {
  detail: CaseDetail;
  view: CaseView;
  channel: { origin: string; org: string };
  at: number; // seconds since 1970
  /** A file's content; fails where it was purged or is damaged. */
  fetch: (message: number, index: number) => Promise<Uint8Array>;
}

/** JSON text. A file that cannot be read has `sha256` null and the reason. */
export async function exportedCase({ detail, view, channel, at, fetch }: ExportSource): Promise<string> {
  const messages: Entry[] = [];
  for (const [m, { content }] of view.messages.entries()) {
    const shown = detail.thread.filter((one) => one.from === 'reporter')[m]?.message;
    const attachments: Entry[] = [];
    for (const [i, { name, type, size }] of content.attachments.entries())
      attachments.push({ name, type, size, ...(await hashOfFile(() => fetch(m, i))) });
    messages.push(hashed({ ...shown, attachments }));
  }
  const replies = detail.thread.flatMap((one) => (one.from === 'office' ? [hashed({ ...one.reply })] : []));
  const out = {
    format: 'changgu case export 1',
    hashes:
      'sha256 of an entry: SHA-256 of the UTF-8 of its JSON without the member sha256, members in the order shown, no white space; of a file: of its content',
    exported_at: at,
    channel,
    number: detail.number,
    category: detail.category,
    status: detail.status,
    closing_reason: detail.closingReason,
    received: detail.received,
    assignee: detail.assignee,
    recused: detail.recused,
    tags: detail.tags,
    similar: detail.similar,
    clocks: detail.clocks,
    messages,
    replies,
    notes: detail.notes.map((note) => hashed({ ...note })),
    history: detail.history.map((event) => hashed({ ...event })),
    unreadable: detail.unreadable,
  };
  return JSON.stringify(out, null, 2);
}

async function hashOfFile(read: () => Promise<Uint8Array>): Promise<Entry> {
  try {
    return { sha256: toHex(sha256(await read())) };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return { sha256: null, failure: error.code };
  }
}
