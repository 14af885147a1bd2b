// The two languages of the pages. The choice is kept in memory only: a page that remembers leaves a trace.
export type Language = 'ko' | 'en';

export const languages: readonly Language[] = ['ko', 'en'];

/** The first of the browser's preferred languages (BCP 47) that we have; Korean otherwise. */
export function preferredLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const primary = tag.toLowerCase().split('-')[0];
    if (primary === 'ko' || primary === 'en') return primary;
  }
  return 'ko';
}

/** Text of the organisation itself, in both languages (`localised` of the protocol). */
export interface Localised {
  ko: string;
  en: string;
}

/** The text in that language, or in the other one where it is empty. */
export function localised(text: Localised, language: Language): string {
  const [first, second] = language === 'ko' ? [text.ko, text.en] : [text.en, text.ko];
  return first === '' ? second : first;
}
