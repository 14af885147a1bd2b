// What a person is writing: kept in the page's memory while they move between views, and nowhere else.
import type { CleanedFile, Draft, Reader } from './contract';

export const mostFiles = 16;

export type DraftFile = { key: number; shownName: string } & (
  | { state: 'cleaning' }
  | { state: 'failed'; code: string }
  | { state: 'asking' | 'ready'; cleaned: CleanedFile; name: string }
);

export interface Writing {
  category: string;
  answers: Record<string, string>;
  text: string;
  excluded: number[];
  files: DraftFile[];
}

export const nothingWritten: Writing = { category: '', answers: {}, text: '', excluded: [], files: [] };

/** Whether closing the page would lose something that a person made. */
export function isWorthKeeping(writing: Writing): boolean {
  return (
    writing.text.trim() !== '' ||
    writing.files.length > 0 ||
    Object.values(writing.answers).some((answer) => answer.trim() !== '')
  );
}

/** What the worker is given, by somebody who has been shown these readers. */
export function draftOf(writing: Writing, readers: readonly Reader[]): Draft {
  return {
    category: writing.category,
    answers: Object.fromEntries(Object.entries(writing.answers).filter(([, answer]) => answer.trim() !== '')),
    text: writing.text,
    excluded: writing.excluded,
    readers: readers.map(({ number }) => number),
    files: writing.files.flatMap((file) =>
      file.state === 'ready' ? [{ id: file.cleaned.id, name: file.name }] : [],
    ),
  };
}

/** `photo.jpg` → `photo-2.jpg` when there is a `photo-1.jpg` already: the cleaned names are all alike. */
export function numberedName(name: string, taken: readonly string[]): string {
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  for (let n = 1; ; ++n) {
    const candidate = `${stem}-${n}${extension}`;
    if (!taken.includes(candidate)) return candidate;
  }
}

/** Why files cannot be sent yet, in words; undefined when they can. */
export function fileProblem(
  files: readonly DraftFile[],
  words: { stillCleaning: string; undecided: string },
): string | undefined {
  if (files.some(({ state }) => state === 'cleaning')) return words.stillCleaning;
  if (files.some(({ state }) => state === 'asking')) return words.undecided;
  return undefined;
}
