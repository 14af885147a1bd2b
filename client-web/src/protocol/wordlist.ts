// Eleven bits a word: the BIP39 lists, used as lists only (not as mnemonics). Korean words are shown in NFC and compared
// in NFKD, because keyboards and phones give either.
import { wordlist as english } from '@scure/bip39/wordlists/english.js';
import { wordlist as korean } from '@scure/bip39/wordlists/korean.js';
import type { Language } from '../i18n/language';
import { fail } from './errc';

const maxTextLength = 2_000; // of 24 decomposed words, generously

const shown: Record<Language, readonly string[]> = {
  ko: korean.map((word) => word.normalize('NFC')),
  en: english,
};
const indexOf: Record<Language, ReadonlyMap<string, number>> = {
  ko: new Map(korean.map((word, i) => [word.normalize('NFKD'), i])),
  en: new Map(english.map((word, i) => [word, i])),
};
const folded: Record<Language, (word: string) => string> = {
  ko: (word) => word.normalize('NFKD'),
  en: (word) => word.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
};

export function wordsOf(language: Language): readonly string[] {
  return shown[language];
}

/** `b` as words, most significant bits first; 8 × b.length must be a multiple of 11. */
export function toWords(b: Uint8Array, language: Language): string[] {
  const out: string[] = [];
  let pending = 0;
  let bits = 0;
  for (const x of b) {
    pending = (pending << 8) | x;
    bits += 8;
    if (bits >= 11) {
      bits -= 11;
      out.push(shown[language][pending >>> bits] ?? fail('bad_encoding'));
      pending &= (1 << bits) - 1;
    }
  }
  return out;
}

/**
 * Splits at blanks, '-' and ','. All words come from one list: the one that has the first.
 * Errors: bad_length (not `count` words), word_not_in_list with detail {position}, from 0.
 */
export function fromWords(text: string, count: number): Uint8Array {
  if (text.length > maxTextLength) return fail('bad_length');
  const words = text.split(/[ \t\r\n\-,]+/).filter((word) => word !== '');
  const first = words[0];
  if (first === undefined || words.length !== count) return fail('bad_length');
  const language = indexOf.ko.has(folded.ko(first)) ? 'ko' : 'en';

  const out = new Uint8Array((count * 11) / 8);
  let pending = 0;
  let bits = 0;
  let at = 0;
  words.forEach((word, position) => {
    const index = indexOf[language].get(folded[language](word));
    if (index === undefined) return fail('word_not_in_list', { position });
    pending = (pending << 11) | index;
    for (bits += 11; bits >= 8; bits -= 8) {
      out[at++] = pending >>> (bits - 8);
      pending &= (1 << (bits - 8)) - 1;
    }
  });
  return out;
}
