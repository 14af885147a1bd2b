import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';

import { DisplaySettings } from '../../ui/display';
import { usePage } from '../page';

interface Props {
  name: string;
  onLanguage: () => void;
  children: ComponentChildren;
}

/** What is around every view: the way out is always in sight. */
export function Shell({ name, onLanguage, children }: Props) {
  const { t, language, quickExit } = usePage();
  const main = useRef<HTMLElement>(null);
  return (
    <>
      <a
        class="skip button"
        href="#main"
        onClick={(event) => {
          // The fragment says which channel is meant; a jump must not replace it.
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {t.skip}
      </a>
      <header class="bar no-print">
        <div class="bar-inner">
          <p class="brand">
            <svg viewBox="0 0 24 24" width="28" height="28" aria-hidden="true">
              <path d="M3 3h18v14h-9l-5 4.5V17H3z" fill="none" stroke="currentColor" stroke-width="2.2" />
              <path d="M12 3v14M3 10h18" stroke="currentColor" stroke-width="2.2" />
            </svg>
            <span translate={false}>{name}</span>
          </p>
          <button
            type="button"
            class="button quiet language"
            lang={language === 'ko' ? 'en' : 'ko'}
            onClick={onLanguage}
          >
            {t.otherLanguage}
          </button>
          <button type="button" class="button exit" title={t.quickExitHint} onClick={quickExit}>
            {t.quickExit}
          </button>
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {children}
      </main>
      <footer class="no-print">
        <div class="row" role="group" aria-label={t.display}>
          <DisplaySettings largeText={t.largeText} highContrast={t.highContrast} />
        </div>
        <p class="hint">{t.quickExitHint}</p>
      </footer>
    </>
  );
}
