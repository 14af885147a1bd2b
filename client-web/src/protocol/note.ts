// C2SP signed-note: a text, a blank line, signature lines. The only form in which a root key signs anything.
//
//   <text, ends with a newline>
//   <blank line>
//   — <name> <base64 of key id (4) ‖ Ed25519 signature (64) over the text>
//
// key id = first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key).
import { concat, equal, fromBase64, toBase64, utf8 } from './bytes';
import { fail } from './errc';
import { sha256 } from './hash';
import { signRaw, verifyRaw, type SignKeyPair } from './signing';

export const maxNoteSize = 80_000; // bytes
const maxSignatures = 16;
const dash = '\u2014 ';
const ed25519 = 1;

/** A root's public key under the name it signs with. */
export interface NoteKey {
  name: string;
  key: Uint8Array;
}

export interface NoteSigner {
  name: string;
  key: SignKeyPair;
}

export interface NoteSignature {
  name: string;
  keyId: Uint8Array; // 4 bytes
  value: Uint8Array; // 64 bytes
}

export interface Note {
  text: string; // signed: everything up to and including the newline before the blank line
  signatures: NoteSignature[];
}

/** 1 to 64 of letters, digits, '.', '-' and '_'. */
export function isKeyName(name: string): boolean {
  return /^[A-Za-z0-9._-]{1,64}$/.test(name);
}

function keyIdOf({ name, key }: NoteKey): Uint8Array {
  return sha256(concat(utf8(name), Uint8Array.of(0x0a, ed25519), key)).slice(0, 4);
}

function parseSignature(line: string): NoteSignature {
  if (!line.startsWith(dash)) return fail('bad_note');
  const blank = line.indexOf(' ', dash.length);
  const name = line.slice(dash.length, blank);
  if (blank < 0 || !isKeyName(name)) return fail('bad_note');
  let raw: Uint8Array;
  try {
    raw = fromBase64(line.slice(blank + 1));
  } catch {
    return fail('bad_note');
  }
  return raw.length === 68 ? { name, keyId: raw.slice(0, 4), value: raw.slice(4) } : fail('bad_note');
}

/** Errors: bad_note. */
export function parseNote(whole: string): Note {
  if (whole.length > maxNoteSize || utf8(whole).length > maxNoteSize) return fail('bad_note');
  const split = whole.lastIndexOf('\n\n');
  if (split < 0 || !whole.endsWith('\n')) return fail('bad_note');
  const lines = whole.slice(split + 2).split('\n');
  lines.pop(); // what follows the last newline is empty
  if (lines.length === 0 || lines.length > maxSignatures) return fail('bad_note');
  return { text: whole.slice(0, split + 1), signatures: lines.map(parseSignature) };
}

/** `text` must end with a newline. */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  const lines = signers.map(({ name, key }) => {
    const blob = concat(keyIdOf({ name, key: key.publicKey }), signRaw(key.secretKey, utf8(text)));
    return `${dash}${name} ${toBase64(blob)}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

/**
 * Lines of unknown keys count for nothing; a line with a key's name and id whose signature is wrong spoils the note.
 */
export function checkSignature(note: Note, key: NoteKey): 'absent' | 'valid' | 'wrong' {
  const id = keyIdOf(key);
  let found: 'absent' | 'valid' = 'absent';
  for (const s of note.signatures) {
    if (s.name !== key.name || !equal(s.keyId, id)) continue;
    if (!verifyRaw(key.key, s.value, utf8(note.text))) return 'wrong';
    found = 'valid';
  }
  return found;
}
