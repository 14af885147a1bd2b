// What people say to each other: the JSON inside the frames of kinds report, follow-up, reply and hand-over. Unknown
// members are ignored, so a later version may add some.
import { toBase64 } from './bytes';
import { fail } from './errc';
import { attachmentJson, readAttachment, type Attachment } from './file_stream';
import { messageKind, type Frame, type MessageKind } from './frame';
import { Members, type JsonObject } from './json';
import { advertisedAddresses } from './receipt';

export const maxText = 60_000; // bytes
export const maxRecipients = 16;
export const maxAttachments = 16;
export const maxAnswers = 32;
const maxCategory = 64;
const maxCaseNumber = 16;

/**
 * The writer's view of the key log: its last statement's number and hash. The reader holds it against the reader's own
 * chain, so a server that shows two people two logs is found out.
 */
export interface LogPosition {
  seq: number;
  hash: Uint8Array;
}

export function logPositionJson(position: LogPosition): JsonObject {
  return { seq: position.seq, hash: toBase64(position.hash) };
}
/** Errors: bad_field. */
export function readLogPosition(members: Members, name = 'log'): LogPosition {
  const position = members.object(name);
  return { seq: position.integer('seq'), hash: position.bytes('hash', 32) };
}

/** One answer to a question of the policy (who, when, where, what, how, why). */
export interface Answer {
  question: string;
  text: string;
}

/** What a report and a follow-up share. */
interface FromReporter {
  log: LogPosition;
  replyKey: Uint8Array;
  addresses: Uint8Array[]; // exactly eight
  text: string;
  excluded: number[]; // numbers of the reviewers who were given a decoy
  attachments: Attachment[];
}

export interface Report extends FromReporter {
  category: string;
  answers: Answer[];
}

export interface FollowUp extends FromReporter {
  id: Uint8Array; // 16 random bytes
}

export const statuses = [
  'received',
  'reviewing',
  'more_information',
  'investigating',
  'transferred',
  'closed',
] as const;
export type Status = (typeof statuses)[number];
export function isStatus(text: string): text is Status {
  return statuses.some((status) => status === text);
}

export interface ReplyMessage {
  log: LogPosition;
  text: string;
  status: Status;
  excluded: number[]; // the report's list again, for the reporter's follow-ups
  shownAs: 'office' | 'role'; // as the channel itself, or under the signer's role
}

/** A case's key, from a reviewer who has it to one who has not. */
export interface Handover {
  log: LogPosition;
  thread: Uint8Array;
  caseKey: Uint8Array;
  caseNumber: string;
}

function sharedJson(m: FromReporter): JsonObject {
  return {
    reply_key: toBase64(m.replyKey),
    addresses: m.addresses.map(toBase64),
    text: m.text,
    excluded: m.excluded,
    attachments: m.attachments.map(attachmentJson),
    log: logPositionJson(m.log),
  };
}

export function reportJson(m: Report): JsonObject {
  const answers = Object.fromEntries(m.answers.map(({ question, text }) => [question, text]));
  return { category: m.category, answers, ...sharedJson(m) };
}
export function followUpJson(m: FollowUp): JsonObject {
  return { id: toBase64(m.id), ...sharedJson(m) };
}
export function replyJson(m: ReplyMessage): JsonObject {
  return {
    text: m.text,
    status: m.status,
    excluded: m.excluded,
    log: logPositionJson(m.log),
    ...(m.shownAs === 'office' ? { shown_as: 'office' } : {}),
  };
}
export function handoverJson(m: Handover): JsonObject {
  return {
    thread: toBase64(m.thread),
    case_key: toBase64(m.caseKey),
    case_number: m.caseNumber,
    log: logPositionJson(m.log),
  };
}

function membersOf(frame: Frame, kind: MessageKind): Members {
  return frame.kind === kind ? Members.parse(frame.json) : fail('wrong_kind');
}

function readShared(from: Members): FromReporter {
  const addresses = from.bytesList('addresses', advertisedAddresses, 32);
  if (addresses.length !== advertisedAddresses) return fail('bad_field');
  return {
    log: readLogPosition(from),
    replyKey: from.bytes('reply_key', 32),
    addresses,
    text: from.string('text', maxText),
    excluded: from.numbers('excluded', maxRecipients),
    attachments: from.objects('attachments', maxAttachments).map(readAttachment),
  };
}

function readAnswers(from: Members): Answer[] {
  const answers = Object.entries(from.object('answers').json);
  if (answers.length > maxAnswers) return fail('bad_field');
  return answers.map(([question, text]) =>
    typeof text === 'string' ? { question, text } : fail('bad_field'),
  );
}

// Errors of all four: wrong_kind, bad_json, bad_field; of the first two bad_file_class.
export function reportOf(frame: Frame): Report {
  const from = membersOf(frame, messageKind.report);
  return { category: from.string('category', maxCategory), answers: readAnswers(from), ...readShared(from) };
}
export function followUpOf(frame: Frame): FollowUp {
  const from = membersOf(frame, messageKind.followUp);
  return { id: from.bytes('id', 16), ...readShared(from) };
}
export function replyOf(frame: Frame): ReplyMessage {
  const from = membersOf(frame, messageKind.reply);
  const status = from.string('status', 32);
  const shownAs = from.has('shown_as') ? from.string('shown_as', 16) : 'role';
  if (!isStatus(status) || (shownAs !== 'office' && shownAs !== 'role')) return fail('bad_field');
  return {
    log: readLogPosition(from),
    text: from.string('text', maxText),
    status,
    excluded: from.numbers('excluded', maxRecipients),
    shownAs,
  };
}
export function handoverOf(frame: Frame): Handover {
  const from = membersOf(frame, messageKind.handover);
  return {
    log: readLogPosition(from),
    thread: from.bytes('thread', 16),
    caseKey: from.bytes('case_key', 32),
    caseNumber: from.string('case_number', maxCaseNumber),
  };
}
