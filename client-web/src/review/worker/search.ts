// Search in the cases, on the device: what is looked for is told to nobody.

/** What of a case can be found. */
export interface Searchable {
  id: string;
  number: string;
  tags: readonly string[];
  texts: readonly string[]; // of messages, answers, notes and replies
}

const fold = (text: string) => text.normalize('NFKC').toLowerCase();

const weights = { number: 100, tag: 20, text: 1 };

function occurrences(text: string, word: string): number {
  let count = 0;
  for (let i = text.indexOf(word); i >= 0; i = text.indexOf(word, i + word.length)) count++;
  return count;
}

/** Ids of the cases that have every word of `query`, best first; none for an empty query. */
export function searchCases(query: string, cases: readonly Searchable[]): string[] {
  const words = fold(query)
    .split(/\s+/)
    .filter((w) => w !== '');
  if (words.length === 0) return [];
  const scored: { id: string; score: number }[] = [];
  for (const one of cases) {
    const number = fold(one.number);
    const tags = fold(one.tags.join('\n'));
    const texts = fold(one.texts.join('\n'));
    const scores = words.map(
      (word) =>
        weights.number * occurrences(number, word) +
        weights.tag * occurrences(tags, word) +
        weights.text * occurrences(texts, word),
    );
    if (scores.every((s) => s > 0)) scored.push({ id: one.id, score: scores.reduce((a, b) => a + b, 0) });
  }
  return scored.sort((a, b) => b.score - a.score).map((s) => s.id);
}
