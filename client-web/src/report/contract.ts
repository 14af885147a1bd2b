// What the reporter's page asks of its two workers. The one holds the key log, the files and every secret; the other
// parses files, which come from anywhere, and holds nothing. The page holds what is typed and what is shown.
//
// Errors are CodedError: the failure classes of docs/protocol.md, problem slugs of the server (`epoch-closed`, `busy`,
// `storage-full`, …), and the client's own: `offline` (no answer), `bad_answer` (an answer that is not as the API says),
// `no_webassembly` (libsodium cannot start), `log_too_old` (the log ends before the pin's sequence number),
// `send_unconfirmed`, `everybody_excluded`, `exclusion_unknown`, `exclusion_too_late`, `too_many_files`, `too_long`,
// `stopped`, `no_thread` (burn or followUp before lookUp), `readers_changed` (an epoch began whose readers the page has not shown).
import type { Localised } from '../i18n/language';
import type { Progress } from '../rpc/rpc';

/** What the poster's QR code says: the channel's fingerprint and the least length of its key log. */
export interface Pin {
  org: string; // 64 hexadecimal digits
  seq: number; // the newest statement's number when the poster was printed
}

export interface Labelled {
  id: string;
  ko: string;
  en: string;
}
export interface Department extends Labelled {
  people: number;
}

export interface Reader {
  number: number;
  role: Localised;
  desk: string;
  languages: string[];
}

export interface ChannelView {
  origin: string;
  org: string; // 64 hexadecimal digits
  fingerprint: { ko: string[]; en: string[] }; // 24 words each
  pinned: boolean; // false: the fingerprint came from the server itself and is to be compared
  name: Localised;
  categories: Labelled[];
  questions: Labelled[];
  departments: Department[];
  readers: Reader[]; // of the sealing epoch; empty when `canSend` is false
  canSend: boolean; // false: no epoch is valid now
  tick: number; // seconds between releases
  tickOffset: number;
}

/** Something that was taken out of a file, or that cannot be: the catalogue has words for each. */
export type Removal =
  | 'location'
  | 'camera'
  | 'author'
  | 'software'
  | 'times'
  | 'title'
  | 'comment_authors'
  | 'revision_ids'
  | 'thumbnail'
  | 'xmp'
  | 'other_metadata';
export type Residue =
  | 'unknown_type' // not one of the types that can be cleaned
  | 'not_readable' // damaged, or of another type than its name says
  | 'encrypted'
  | 'signed' // a digital signature would name its signer, and would break
  | 'tracked_changes' // text that looks deleted is still there
  | 'hidden_content' // hidden sheets, rows, slides, layers or embedded files
  | 'macros'
  | 'too_large_to_clean';

/** What the cleaner hands back. `bytes` is the whole file as it was where `residue` says that it could not be cleaned. */
export interface Cleaned {
  bytes: Uint8Array;
  name: string; // neutral: the original name may identify
  type: string; // media type, by content
  removed: Removal[];
  residue: Residue[];
}

/** The worker that parses files. Errors: `too_large`. */
export interface CleanerApi {
  clean(file: File): Promise<Cleaned>;
}

/** A cleaned file that waits to be sent. */
export interface CleanedFile {
  id: number; // the worker's handle
  name: string; // the name it will have: suggested, neutral
  type: string;
  originalSize: number;
  size: number;
  paddedSize: number; // what goes over the wire: one of five classes
  removed: Removal[];
  residue: Residue[]; // not empty: the person is asked before it is sent
}

export interface Draft {
  category: string; // '' in a follow-up
  answers: Record<string, string>; // question id → text, no empty ones
  text: string;
  excluded: number[];
  files: { id: number; name: string }[];
  /** Who can read it, as the page says: whoever has become a reader since is not sent anything (`readers_changed`). */
  readers: number[];
}

/** How much of the envelope a draft takes. What does not fit travels as a file by itself, and that is no error. */
export interface Measure {
  used: number; // bytes of the envelope after compression
  of: number;
  becomesFile: boolean;
}

export interface ReceiptView {
  ko: string[]; // eight words
  en: string[];
  digits: string; // 27 digits in groups of three
}

export interface Sent {
  receipt: ReceiptView;
  /** false: the connection went before the server said that it has it. `sendAgain` sends the same bytes. */
  confirmed: boolean;
}

export type ReplyState = 'present' | 'burned' | 'expired';

export interface ReplyView {
  index: number;
  state: ReplyState;
  /** Of a present reply that opened. */
  text?: string;
  status?: string;
  shownAs?: 'office' | 'role';
  role?: Localised;
  revoked?: boolean; // the reviewer has been revoked since
  forked?: boolean; // its writer saw another key log
  /** Of a present reply that did not open: its failure class. */
  failure?: string;
}

export interface ThreadView {
  replies: ReplyView[]; // by index; empty: nothing yet
  somebodyExcluded: boolean;
  /** The exclusion list that verified replies repeat; null: nobody has said it yet, so a follow-up must. */
  excluded: number[] | null;
}

export interface ReporterApi {
  /** Fetches and verifies the channel's key log. `pin` null: trust on first use, and the page says so. */
  open(origin: string, pin: Pin | null): Promise<ChannelView>;

  /** Composing: none of these sends a request. */
  measure(draft: Draft): Promise<Measure>;
  hold(file: Cleaned, originalSize: number): Promise<CleanedFile>;
  discard(id: number): Promise<void>;

  /** Sends a first report. The receipt is made first, so it is there whatever becomes of the connection. */
  send(draft: Draft, progress: Progress): Promise<Sent>;
  sendAgain(progress: Progress): Promise<Sent>;
  /** What is being sent ends with `stopped` where it computes a proof of work or between two chunks. */
  stop(): Promise<void>;

  /** Checks a receipt as typed, without a request. Errors: `word_not_in_list` with detail {position}, `bad_checksum`, `bad_length`, `bad_encoding`. */
  checkReceipt(text: string): Promise<void>;
  /** Derives the receipt's keys (some 200 ms) and looks for answers. Changes no state anywhere. */
  lookUp(text: string): Promise<ThreadView>;
  /** Burns the replies at these indices for ever. */
  burn(indices: number[]): Promise<void>;
  /** Writes on in the thread that was looked up; returns who was excluded. */
  followUp(draft: Draft, progress: Progress): Promise<number[]>;

  /** Wipes receipt, keys and files. */
  forget(): Promise<void>;
}
