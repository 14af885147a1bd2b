// What a reviewer has to be told about the state of the keys, and when.
import type { Language } from '../i18n/language';
import type { Health } from './contract';
import { daysBetween, formatDate } from './format';
import type { Catalogue } from './i18n/ko';

const day = 86_400;
const fewPrekeys = 6;
const soonDays = 7;
const calm = new Set(['', 'ample', 'calm']); // what need not be said

export interface Banner {
  kind: 'bad' | 'warn' | 'info';
  text: string;
  tellAdmin: boolean;
}

/** In order of weight. */
export function bannersOf(health: Health, now: number, t: Catalogue, language: Language): Banner[] {
  const out: Banner[] = [];
  const b = t.banner;
  const ends = health.epochEnds;
  if (health.readsEpoch === 0 || ends === null) out.push({ kind: 'bad', text: b.noEpoch, tellAdmin: true });
  else if (ends <= now) out.push({ kind: 'bad', text: b.ended(formatDate(ends, language)), tellAdmin: true });
  else if (ends - now <= soonDays * day)
    out.push({
      kind: 'warn',
      text: b.ends(daysBetween(now, ends), formatDate(ends, language)),
      tellAdmin: true,
    });
  if (health.readsEpoch !== 0 && !health.isRecipient)
    out.push({ kind: 'warn', text: b.notRecipient, tellAdmin: true });
  if (health.prekeysLeft <= fewPrekeys)
    out.push({ kind: 'warn', text: b.prekeys(health.prekeysLeft), tellAdmin: true });
  if (!calm.has(health.storage))
    out.push({
      kind: health.storage === 'full' ? 'bad' : 'warn',
      text: b.storage[health.storage] ?? b.otherStorage(health.storage),
      tellAdmin: true,
    });
  if (!calm.has(health.load))
    out.push({ kind: 'info', text: b.load[health.load] ?? b.otherLoad(health.load), tellAdmin: false });
  if (health.draining.length > 0)
    out.push({ kind: 'info', text: b.draining(health.draining.join(', ')), tellAdmin: false });
  return out;
}
