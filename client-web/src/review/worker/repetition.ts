// What a reply repeats of the reporter's own words. A letter that quotes a turn of phrase tells the person concerned who wrote,
// so the console shows it before anything is sent.
import type { Repetition } from '../contract';

const minCharacters = 12;
const minWords = 4;

interface Folded {
  text: string; // letters and digits, small, NFKC; whatever is between them is one blank
  start: number[]; // of each UTF-16 unit of text: where it begins in the original
  end: number[];
}

// A base character with what combines with it, so that decomposed Hangul folds like composed.
const cluster = /[\s\S][\p{M}\u1160-\u11ff]*/gu;

function fold(original: string): Folded {
  const out: Folded = { text: '', start: [], end: [] };
  const push = (piece: string, start: number, end: number) => {
    out.text += piece;
    out.start.push(...Array<number>(piece.length).fill(start));
    out.end.push(...Array<number>(piece.length).fill(end));
  };
  for (const match of original.matchAll(cluster)) {
    const piece = match[0].normalize('NFKC').toLowerCase();
    if (/[\p{L}\p{N}]/u.test(piece)) push(piece, match.index, match.index + match[0].length);
    else if (out.text !== '' && !out.text.endsWith(' '))
      push(' ', match.index, match.index + match[0].length);
  }
  return out;
}

function wordsOf(text: string): { at: number; word: string }[] {
  return [...text.matchAll(/[^ ]+/g)].map((m) => ({ at: m.index, word: m[0] }));
}

/** Maximal runs of `reply` that stand in one of `sources` too: at least 12 characters or 4 words long. */
export function repetitions(reply: string, sources: readonly string[]): Repetition[] {
  const characters = new Set<string>();
  const phrases = new Set<string>();
  for (const source of sources) {
    const { text } = fold(source);
    for (let i = 0; i + minCharacters <= text.length; i++) characters.add(text.slice(i, i + minCharacters));
    const words = wordsOf(text);
    for (let i = 0; i + minWords <= words.length; i++)
      phrases.add(
        words
          .slice(i, i + minWords)
          .map((w) => w.word)
          .join(' '),
      );
  }

  const folded = fold(reply);
  const repeated = new Uint8Array(folded.text.length);
  for (let i = 0; i + minCharacters <= repeated.length; i++)
    if (characters.has(folded.text.slice(i, i + minCharacters))) repeated.fill(1, i, i + minCharacters);
  const words = wordsOf(folded.text);
  for (let i = 0; i + minWords <= words.length; i++) {
    const run = words.slice(i, i + minWords);
    const phrase = run.map((w) => w.word).join(' ');
    const from = run[0]?.at ?? 0;
    if (phrases.has(phrase)) repeated.fill(1, from, from + phrase.length);
  }
  return runsOf(folded, repeated, reply);
}

function runsOf(folded: Folded, repeated: Uint8Array, reply: string): Repetition[] {
  const out: Repetition[] = [];
  for (let i = 0; i < repeated.length; i++) {
    if (repeated[i] === 0) continue;
    let first = i;
    while (i < repeated.length && repeated[i] === 1) i++;
    let last = i - 1;
    if (folded.text[first] === ' ') first++;
    if (folded.text[last] === ' ') last--;
    const run = folded.text.slice(first, last + 1);
    if (run.length < minCharacters && run.split(' ').length < minWords) continue;
    const start = folded.start[first] ?? 0;
    const end = folded.end[last] ?? 0;
    out.push({ start, end, text: reply.slice(start, end) });
  }
  return out;
}
