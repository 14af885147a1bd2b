// What every view may need: the words, the worker, and a voice for screen readers.
import { createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { Language } from '../i18n/language';
import { CodedError, codeOf, type Api } from '../rpc/rpc';
import type { ReviewApi } from './contract';
import { en } from './i18n/en';
import { ko, type Catalogue } from './i18n/ko';

export const catalogues: Record<Language, Catalogue> = { ko, en };

export interface Ui {
  language: Language;
  t: Catalogue;
  /** Says something to a screen reader, politely. */
  announce: (text: string) => void;
  api: ReviewApi & Api;
}

export const UiContext = createContext<Ui | null>(null);

export function useUi(): Ui {
  const ui = useContext(UiContext);
  if (ui === null) throw new CodedError('internal');
  return ui;
}

/** A failure in words. Slugs of the server are written with hyphens. */
export function errorWords(error: unknown, t: Catalogue): string {
  const code = codeOf(error);
  return t.errors[code.replaceAll('-', '_')] ?? t.unknownError(code);
}

export interface Task {
  busy: boolean;
  error: string;
  fail: (text: string) => void;
  run: (work: () => Promise<void>) => void;
}

/** One piece of work at a time, its failure in words. What ends after the view is gone is dropped. */
export function useTask(): Task {
  const { t } = useUi();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const alive = useRef(true);
  const running = useRef(false);
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);
  return {
    busy,
    error,
    fail: setError,
    run: (work) => {
      if (running.current) return;
      running.current = true;
      setBusy(true);
      setError('');
      work()
        .catch((reason: unknown) => {
          if (alive.current) setError(errorWords(reason, t));
        })
        .finally(() => {
          running.current = false;
          if (alive.current) setBusy(false);
        });
    },
  };
}

/** Moves the focus to a view's heading when it comes up, so that a screen reader starts there. */
export function useHeading<T extends HTMLElement = HTMLHeadingElement>() {
  const heading = useRef<T>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  return heading;
}
