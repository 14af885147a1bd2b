import type { Language } from '../i18n/language';

/** The language a text is written in, as far as its letters tell: any fair share of Hangul is Korean. */
export function guessLanguage(text: string, otherwise: Language): Language {
  const sample = text.slice(0, 2000);
  const hangul = sample.match(/\p{Script=Hangul}/gu)?.length ?? 0;
  const latin = sample.match(/\p{Script=Latin}/gu)?.length ?? 0;
  if (hangul + latin < 5) return otherwise;
  return hangul * 4 >= latin ? 'ko' : 'en';
}
