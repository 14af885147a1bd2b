// An entry of the access log in words: `minute actor what`. What this version does not know is shown as it is.
import type { Language } from '../i18n/language';
import { formatTime } from './format';
import type { Catalogue } from './i18n/ko';

export interface AccessWords {
  when: string; // '' where the entry does not begin with one
  who: string;
  what: string;
}

const latest = 4_000_000_000; // minutes: a time that no calendar has would break whoever shows it

export function accessWords(
  entry: string,
  t: Catalogue,
  language: Language,
  nameOf: (number: number) => string,
): AccessWords {
  const [, minute = '', actor = '', rest = ''] =
    /^(\d{1,10}) (reviewer \d{1,5}|admin \S+|code|roots|server) (.+)$/.exec(entry) ?? [];
  if (actor === '' || Number(minute) > latest) return { when: '', who: '', what: entry };
  const [kind = '', name = ''] = actor.split(' ');
  const [what = '', ...details] = rest.split(' ');
  const a = t.access;
  const who = kind === 'reviewer' ? nameOf(Number(name)) : (a.actors[kind] ?? kind);
  const words = Object.hasOwn(a.what, what) ? a.what[what] : undefined;
  return {
    when: formatTime(Number(minute) * 60, language),
    who: kind === 'admin' ? `${who} (${name})` : who,
    what: words === undefined ? rest : words(details),
  };
}
