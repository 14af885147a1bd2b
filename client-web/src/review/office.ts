// What the views of the open console share.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { CodedError } from '../rpc/rpc';
import type { Language } from '../i18n/language';
import type { CaseStatus, Health } from './contract';
import type { Console } from './console';

/** An answer being written. Kept while the console is open, so that looking something up does not lose it. */
export interface ReplyWriting {
  text: string;
  touched: boolean; // edited since a template was put in
  status: CaseStatus;
  shownAs: 'office' | 'role';
  language: Language; // of the templates
}

export type Page =
  { at: 'queue' | 'figures' | 'retention' | 'alarms' | 'activity' | 'keys' } | { at: 'case'; id: string };

export interface Office {
  console: Console;
  health: Health;
  now: number; // seconds, to the minute
  page: Page;
  go: (page: Page) => void;
  shortcuts: boolean;
  writing: Map<string, ReplyWriting>;
  /** A reviewer by role and number, in the chosen language. */
  nameOf: (number: number) => string;
  categoryOf: (id: string) => string;
  /** Saves the changed keyring file. */
  saveKeyring: () => Promise<void>;
}

export const OfficeContext = createContext<Office | null>(null);

export function useOffice(): Office {
  const office = useContext(OfficeContext);
  if (office === null) throw new CodedError('internal');
  return office;
}
