// What the reviewer's console asks of its worker. The worker holds the keyring, the session and every secret; the page
// holds what is shown. Times are seconds since 1970. A case is named by the hexadecimal of its thread, which no other
// place shows; people use its `number`.
//
// Errors are CodedError: the failure classes of docs/protocol.md, problem slugs of the server, and the client's own:
// `offline`, `bad_answer`, `no_webassembly`, `locked` (no keyring is open), `another_keyring`, `no_keyring` (the server keeps
// none for this number, or the passphrase is wrong: the server cannot tell), `no_address_left`, `no_such_case`, `excluded_reader`,
// `case_destroyed` (or its destruction has begun), `case_held`, `not_due`, `no_intake_key` (the epoch to seal to does not name the receiver of a hand-over yet).
import type { Localised } from '../i18n/language';
import type { Progress } from '../rpc/rpc';

export interface ChannelInfo {
  origin: string;
  org: string; // 64 hexadecimal digits
  fingerprint: { ko: string[]; en: string[] };
  name: Localised;
}

export type KeyringPlace = 'server' | 'file';

export interface Enrolled {
  number: number;
  place: KeyringPlace;
  /** The keyring as a file, to be saved; also when it is kept on the server, as a spare. */
  file: Uint8Array<ArrayBuffer>;
}

export interface Colleague {
  number: number;
  role: Localised;
  desk: string;
  languages: string[];
  revoked: boolean;
}

export interface Me extends Colleague {
  place: KeyringPlace;
  origin: string;
}

export interface Labelled {
  id: string;
  ko: string;
  en: string;
}

export interface Health {
  me: Me;
  channel: ChannelInfo;
  colleagues: Colleague[]; // me too
  categories: Labelled[];
  questions: Labelled[];
  readsEpoch: number; // the sealing epoch; 0: nothing can be sealed
  epochEnds: number | null; // valid_until of the sealing epoch
  isRecipient: boolean; // of the sealing epoch
  prekeysLeft: number; // published epochs still to come
  draining: number[]; // retired epochs whose last messages are awaited
  unsaved: boolean; // a keyring file that has changed since it was saved
  batch: number; // the inbox is read up to here
  storage: string; // ample, low, full, failed; '' unknown
  load: string; // calm, high; '' unknown
}

export type CaseStatus =
  'received' | 'reviewing' | 'more_information' | 'investigating' | 'transferred' | 'closed';

/** One of the three clocks of a case: acknowledge in 7 days, conclude in 60 (30 more on extension), answer in 90. */
export interface Clock {
  kind: 'acknowledge' | 'conclude' | 'feedback';
  due: number;
  done: boolean;
  paused: boolean; // while more information is awaited; `due` moves by as long
}

/** How long a case is kept; docs/protocol.md, section 8.4. */
export interface Keeping {
  stage: 'open' | 'held' | 'kept' | 'due' | 'begun'; // begun: its destruction has
  closedSince: number | null;
  due: number | null; // when it is to be destroyed, as far as that can be told
  holds: { by: number; at: number; reason: string }[]; // who keeps it from being destroyed
}

export interface CaseSummary {
  id: string; // hexadecimal of the thread
  number: string; // C-482913
  category: string;
  status: CaseStatus;
  assignee: number; // 0: nobody
  received: number; // when it was taken into the case
  changed: number;
  isNew: boolean; // something in it since this reviewer last locked the console, by somebody else
  recused: number[]; // reviewers who stepped aside
  tags: string[];
  similar: string[]; // case numbers
  clocks: Clock[];
  messages: number;
  replies: number;
  attachments: number;
  excerpt: string; // the first 120 characters of the report
  alarm: boolean;
  keeping: Keeping;
}

export interface AttachmentView {
  name: string;
  type: string;
  size: number;
}

export interface MessageView {
  kind: 'report' | 'follow_up';
  at: number;
  category?: string;
  answers: { question: string; text: string }[];
  text: string;
  excluded: number[];
  attachments: AttachmentView[];
}

export interface ReplyView {
  at: number;
  by: number;
  byRevoked: boolean;
  text: string;
  status: string;
  shownAs: 'office' | 'role';
  delivered: boolean; // false: announced, but its address was found taken; another announcement follows
}

export interface EventView {
  index: number;
  at: number;
  by: number;
  byRevoked: boolean;
  type: string; // also one that this version does not know
  body: Record<string, unknown>;
}

export interface CaseDetail extends CaseSummary {
  thread: ({ from: 'reporter'; message: MessageView } | { from: 'office'; reply: ReplyView })[]; // in order
  notes: { at: number; by: number; text: string }[];
  history: EventView[];
  excluded: number[];
  addressesLeft: number;
  closingReason: string;
  unreadable: number[]; // events that do not open: an alarm
}

/** What a reviewer writes into a case; `at` is added. Each becomes one event of docs/protocol.md, section 8.1. */
export type CaseAction =
  | { type: 'status'; status: CaseStatus }
  | { type: 'assign'; number: number }
  | { type: 'recusal'; reason: string }
  | { type: 'note'; text: string }
  | { type: 'tag'; tag: string }
  | { type: 'untag'; tag: string }
  | { type: 'similar'; case: string }
  | { type: 'extension'; reason: string }
  | { type: 'hold' | 'unhold'; reason: string }
  | { type: 'close'; reason: string };

export interface ReplyDraft {
  text: string;
  status: CaseStatus;
  shownAs: 'office' | 'role';
}

/** A run of the reporter's own words that a reply repeats: at least 12 characters or 4 words. */
export interface Repetition {
  start: number; // UTF-16 offset in the reply
  end: number;
  text: string;
}

export interface Alarm {
  kind: 'damaged' | 'forked_log' | 'bad_case' | 'unreadable_event';
  batch?: number;
  epoch?: number;
  case?: string;
  code: string;
}

/** A message that could be read but has no case: shown at once, since the inbox moves on. */
export interface Stray {
  why: 'no_case_key' | 'too_large' | 'excludes_a_reader' | 'case_destroyed';
  case?: string;
  text: string;
}

export interface SyncReport {
  envelopes: number;
  opened: string[]; // new cases
  changed: string[]; // cases with something new
  strays: Stray[];
  alarms: Alarm[];
  forgotten: number[]; // epochs whose secrets were destroyed
  published: boolean; // prekeys were published
  destroyed: string[]; // numbers of cases that others have destroyed; '' where it was never known. Told once
  notKept?: string; // why this month's files are not kept alive yet
}

export interface Refreshed {
  changed: string[]; // ids
  destroyed: string[]; // as in SyncReport
}

/** Of what reviewers and admins did: verified from its first entry on. */
export interface AccessLog {
  size: number; // entries in all
  newest: string[]; // newest first
}

export interface FigureTable {
  rows: string[]; // category ids, statuses, months (2026-11) or bands of age (0-7, 8-60, 61-90, 90+ days)
  columns: string[]; // '' alone for a plain count
  /** null: suppressed, because it is below 5 or would give one away that is. Totals are shown only where safe. */
  cells: (number | null)[][];
  rowTotals: (number | null)[];
  columnTotals: (number | null)[];
  total: number | null;
}

export interface Figures {
  byCategory: FigureTable;
  byStatus: FigureTable;
  byMonth: FigureTable;
  byAge: FigureTable;
  categoryByStatus: FigureTable;
  /** Figures for publication are rounded to five as well. */
  rounded: boolean;
}

export interface ReviewApi {
  open(origin: string, org: string | null): Promise<ChannelInfo>;
  /** Six words of the word list in that language, 66 bits. */
  suggestPassphrase(language: 'ko' | 'en'): Promise<string>;
  /** Answers an admin's invitation: makes keys, sends them, keeps them at `place`. */
  enrol(code: string, passphrase: string, place: KeyringPlace): Promise<Enrolled>;

  unlockFromServer(number: number, passphrase: string): Promise<Me>;
  unlockFile(file: Uint8Array<ArrayBuffer>, passphrase: string): Promise<Me>;
  /** Wipes everything; with the server, ends the session. */
  lock(): Promise<void>;
  /** The keyring under this passphrase, as a file. In file mode this is what saves it: call once it is on disk `saved()`. */
  exportKeyring(passphrase: string): Promise<Uint8Array<ArrayBuffer>>;
  /** The keyring under the passphrase it was opened with; null when nothing changed. File mode. */
  pendingFile(): Promise<Uint8Array<ArrayBuffer> | null>;
  saved(): Promise<void>;
  /** Puts the open keyring on the server, under this passphrase. Also how a passphrase is changed there. */
  moveToServer(passphrase: string): Promise<void>;

  health(): Promise<Health>;
  /** Publishes prekeys, reads the inbox, keeps what came in cases, drains and forgets. */
  sync(progress: Progress): Promise<SyncReport>;
  /** `accept` takes it as it is, whatever was seen before. Errors: log_forked: it does not pass through that. */
  accessLog(accept: boolean): Promise<AccessLog>;
  /** Reads on in all cases: what colleagues wrote. */
  refresh(): Promise<Refreshed>;

  queue(): Promise<CaseSummary[]>;
  readCase(id: string): Promise<CaseDetail>;
  /** Ids of cases whose text, answers, notes, tags or number contain every word; best first. On the device. */
  search(text: string): Promise<string[]>;
  act(id: string, action: CaseAction): Promise<CaseDetail>;
  checkReply(id: string, text: string): Promise<Repetition[]>;
  reply(id: string, draft: ReplyDraft): Promise<CaseDetail>;
  /**
   * Gives the case's key to a colleague, never to one whom the reporter excluded (`excluded_reader`). While the channel is
   * under load it costs a proof of work, which stop() breaks off (`stopped`).
   */
  handOver(id: string, number: number, progress: Progress): Promise<CaseDetail>;
  stop(): Promise<void>;
  /**
   * Destroys a case that is due, or whose destruction has begun, for everybody and for good; may be done again where it
   * was broken off. Errors: case_held, not_due.
   */
  destroyCase(id: string): Promise<void>;
  attachment(id: string, message: number, index: number): Promise<Uint8Array<ArrayBuffer>>;

  figures(rounded: boolean): Promise<Figures>;
  /** The case as JSON with SHA-256 hashes of each message, reply and file, for a record outside the channel. */
  exportCase(id: string): Promise<string>;
}
