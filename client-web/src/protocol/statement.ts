// One statement of the key log: the text that root keys sign as a note.
//
//   changgu/statement/v1
//   seq <N>
//   prev <base64 of SHA-256 of the previous statement's text; of 32 zeros at 0>
//   type <T>
//   <one JSON object on one line, at most 64 KiB>
//
// Each line ends with a newline. The exact bytes are signed, so the JSON needs no canonical form.
import { fromBase64, sized, toBase64, utf8 } from './bytes';
import { fail } from './errc';
import { Members, writeJson, type JsonObject } from './json';
import { label } from './labels';
import { isKeyName, type NoteKey } from './note';
import { readPolicy, readLocalised, type Localised, type Policy } from './policy';

const maxStatementJson = 65_536;
const maxRoots = 8;
const maxOrigins = 8;
const maxRecipients = 16;
export const maxReviewerNumber = 65_535;
const maxEpoch = 0xffff_ffff;

export const statementTypes = [
  'genesis',
  'roots',
  'reviewer',
  'revoke',
  'epoch',
  'retire',
  'policy',
] as const;
export type StatementType = (typeof statementTypes)[number];

export interface Statement {
  seq: number;
  prev: Uint8Array;
  type: StatementType;
  body: Members;
}

const shape = /^changgu\/statement\/v1\nseq (0|[1-9][0-9]{0,15})\nprev ([^\n]*)\ntype ([^\n]*)\n([^\n]*)\n$/;

/** Errors: bad_statement, bad_json. */
export function parseStatement(text: string): Statement {
  const [, seqText = '', prevText = '', typeText = '', body = ''] = shape.exec(text) ?? fail('bad_statement');
  const seq = Number(seqText);
  const type = statementTypes.find((t) => t === typeText);
  if (!Number.isSafeInteger(seq) || type === undefined || utf8(body).length > maxStatementJson)
    return fail('bad_statement');
  let prev: Uint8Array;
  try {
    prev = sized(fromBase64(prevText), 32);
  } catch {
    return fail('bad_statement');
  }
  return { seq, prev, type, body: Members.parse(body) };
}

export function statementText(seq: number, prev: Uint8Array, type: StatementType, body: JsonObject): string {
  return `${label.statement}\nseq ${seq}\nprev ${toBase64(prev)}\ntype ${type}\n${writeJson(body)}\n`;
}

// --- bodies; errors of all: bad_field

export interface RootSet {
  roots: NoteKey[]; // 1 to 8, names and keys differ
  threshold: number;
  recovery: NoteKey;
}
export interface Genesis {
  name: Localised;
  keys: RootSet;
  origins: string[];
  rules: Policy;
}
/** Introduces a reviewer, or describes again the one who has this number and identity. */
export interface ReviewerEntry {
  number: number; // 1 to 65535, never given to another person
  identity: Uint8Array;
  role: Localised; // what reporters see a reply signed as
  desk: string;
  languages: string[];
}
export interface EpochRecipient {
  number: number;
  key: Uint8Array; // X25519
  signature: Uint8Array; // of the identity
}
export interface EpochEntry {
  epoch: number;
  validFrom: number; // seconds since 1970, UTC
  validUntil: number;
  recipients: EpochRecipient[];
}
export interface RetireEntry {
  epoch: number;
  at: number;
  purgeReason: string; // not empty: the epoch's envelopes go though a reviewer has not drained it
}
export interface PolicyEntry {
  rules: Policy;
  origins: string[]; // empty: unchanged
}

function readKey(members: Members): NoteKey {
  const name = members.string('name', 64);
  return isKeyName(name) ? { name, key: members.bytes('key', 32) } : fail('bad_field');
}

function readOrigins(members: Members): string[] {
  const origins = members.strings('origins', maxOrigins, 300);
  return origins.length > 0 && origins.every(isOrigin) ? origins : fail('bad_field');
}

export function rootSetFrom(members: Members): RootSet {
  const roots = members.objects('roots', maxRoots).map(readKey);
  const threshold = members.integer('threshold', maxRoots);
  const recovery = readKey(members.object('recovery'));
  // One key under two names would count twice towards the threshold.
  const all = [recovery, ...roots];
  const names = new Set(all.map((k) => k.name));
  const keys = new Set(all.map((k) => toBase64(k.key)));
  if (threshold === 0 || threshold > roots.length || names.size < all.length || keys.size < all.length)
    return fail('bad_field');
  return { roots, threshold, recovery };
}

export function genesisFrom(members: Members): Genesis {
  return {
    name: readLocalised(members, 'name'),
    keys: rootSetFrom(members),
    origins: readOrigins(members),
    rules: readPolicy(members.object('policy')),
  };
}

export function reviewerFrom(members: Members): ReviewerEntry {
  const number = members.integer('number', maxReviewerNumber);
  if (number === 0) return fail('bad_field');
  return {
    number,
    identity: members.bytes('identity', 32),
    role: readLocalised(members, 'role'),
    desk: members.string('desk', 200),
    languages: members.strings('languages', 8, 16),
  };
}

export function revokeFrom(members: Members): number {
  return members.integer('number', maxReviewerNumber);
}

export function epochFrom(members: Members): EpochEntry {
  const epoch = members.integer('epoch', maxEpoch);
  const recipients = members.objects('recipients', maxRecipients).map((item) => ({
    number: item.integer('number', maxReviewerNumber),
    key: item.bytes('key', 32),
    signature: item.bytes('signature', 64),
  }));
  const distinct = new Set(recipients.map((r) => r.number)).size;
  if (epoch === 0 || distinct === 0 || distinct < recipients.length) return fail('bad_field');
  return {
    epoch,
    validFrom: members.integer('valid_from'),
    validUntil: members.integer('valid_until'),
    recipients,
  };
}

export function retireFrom(members: Members): RetireEntry {
  return {
    epoch: members.integer('epoch', maxEpoch),
    at: members.integer('at'),
    purgeReason: members.optionalString('purge_reason', 500),
  };
}

export function policyEntryFrom(members: Members): PolicyEntry {
  const rules = readPolicy(members.object('policy'));
  return { rules, origins: members.has('origins') ? readOrigins(members) : [] };
}

/** "https://host[:port]", or "http://" for a loopback or onion host; small letters, no path. */
export function isOrigin(text: string): boolean {
  const parts = /^(https?):\/\/(\[[0-9a-f:]+\]|[a-z0-9.-]+)(?::([1-9][0-9]{0,4}))?$/.exec(text);
  if (parts === null || text.length > 268) return false;
  const [, scheme, host = '', port] = parts;
  if (port !== undefined && Number(port) > 65_535) return false;
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(host) || host.endsWith('.onion');
  return scheme === 'https' || local;
}
