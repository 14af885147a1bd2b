// Dates, sizes and spans as words of the chosen language.
import type { Language } from '../i18n/language';
import type { Clock } from './contract';
import type { Catalogue } from './i18n/ko';

const day = 86_400;
const locale = { ko: 'ko-KR', en: 'en-GB' };

export function formatDate(seconds: number, language: Language): string {
  return new Date(seconds * 1000).toLocaleDateString(locale[language], {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
  });
}

export function formatTime(seconds: number, language: Language): string {
  return new Date(seconds * 1000).toLocaleString(locale[language], {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
}

export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.ceil(bytes / 1024)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

export type Urgency = 'done' | 'paused' | 'calm' | 'soon' | 'over';

const soon = { acknowledge: 2 * day, conclude: 7 * day, feedback: 7 * day };

export function urgencyOf(clock: Clock, now: number): Urgency {
  if (clock.done) return 'done';
  if (clock.paused) return 'paused';
  if (clock.due < now) return 'over';
  return clock.due - now <= soon[clock.kind] ? 'soon' : 'calm';
}

/** The clock that presses most: running ones by what is left, then paused ones; null when all are done. */
export function pressing(clocks: readonly Clock[]): Clock | null {
  const open = clocks.filter((c) => !c.done);
  open.sort((a, b) => Number(a.paused) - Number(b.paused) || a.due - b.due);
  return open[0] ?? null;
}

/** Calendar days from `from` to `to`, as a person counts them on a wall calendar. */
export function daysBetween(from: number, to: number): number {
  const midnight = (seconds: number) => new Date(seconds * 1000).setHours(0, 0, 0, 0);
  return Math.round((midnight(to) - midnight(from)) / (day * 1000));
}

export function clockWords(clock: Clock, now: number, t: Catalogue): string {
  switch (urgencyOf(clock, now)) {
    case 'done':
      return t.clock.done;
    case 'paused':
      return t.clock.paused;
    case 'over':
      return t.clock.over(daysBetween(clock.due, now));
    case 'soon':
    case 'calm':
      return t.clock.left(daysBetween(now, clock.due));
  }
}
