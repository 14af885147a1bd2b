// What every view needs, handed down without passing it through each of them.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

import type { Language } from '../i18n/language';
import { codeOf } from '../rpc/rpc';
import type { CleanedFile, ReporterApi } from './contract';
import type { Text } from './i18n/ko';

export interface Page {
  api: ReporterApi;
  /** Takes its metadata out of a file and holds it for sending. */
  clean: (file: File) => Promise<CleanedFile>;
  t: Text;
  language: Language;
  /** Reads a short text out to screen readers. */
  say: (text: string) => void;
  /** Stops everything if that failure means so; otherwise gives the words to show beside what was being done. */
  fail: (error: unknown) => string;
  quickExit: () => void;
}

export const PageContext = createContext<Page | undefined>(undefined);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === undefined) throw new Error('a view outside of the page');
  return page;
}

/** The words for a failure that one can go on after. */
export function errorText(t: Text, error: unknown): string {
  const code = codeOf(error);
  const text = Object.hasOwn(t.errors, code) ? t.errors[code] : undefined;
  return text ?? `${t.errors['internal'] ?? ''} (${t.code(code)})`;
}
