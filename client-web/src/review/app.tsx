// The console's outermost states: closed, enrolling, open. Locking ends the worker, and with it every secret.
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { languages, preferredLanguage, type Language } from '../i18n/language';
import { connect } from '../rpc/client';
import type { Api } from '../rpc/rpc';
import { DisplaySettings } from '../ui/display';
import { startWorker } from '../ui/start_worker';
import { UiContext, catalogues, errorWords, useHeading, useUi } from './context';
import type { ChannelInfo, Me, ReviewApi } from './contract';
import type { Invitation } from './fragment';
import { ConsoleView } from './views/console_view';
import { Enrol } from './views/enrol';
import { Start } from './views/start';
import workerUrl from './worker/worker?worker&url';

interface Link {
  api: ReviewApi & Api;
  worker: Worker;
}

function link(): Link {
  const worker = startWorker(workerUrl);
  return { api: connect<ReviewApi>(worker), worker };
}

const patience = 3_000;

/** Ends the session where the server answers in time, and the worker in any case. */
async function end({ api, worker }: Link): Promise<void> {
  const late = new Promise((resolve) => setTimeout(resolve, patience));
  await Promise.race([api.lock().catch(() => undefined), late]);
  worker.terminate();
}

export function App({ invitation }: { invitation: Invitation | null | 'bad' }) {
  const [language, setLanguage] = useState<Language>(() => preferredLanguage(navigator.languages));
  const [said, setSaid] = useState('');
  const [open, setOpen] = useState(link);
  const t = catalogues[language];

  useEffect(() => {
    document.documentElement.lang = language;
    document.title = t.title;
  }, [language, t]);

  const ui = useMemo(() => ({ language, t, announce: setSaid, api: open.api }), [language, t, open]);
  const restart = () => {
    void end(open);
    setOpen(link());
  };
  const next = languages.find((one) => one !== language) ?? language;
  const settings = (
    <div class="settings" role="group" aria-label={t.appearance.label}>
      <button
        type="button"
        class="button quiet"
        lang={next}
        onClick={() => {
          setLanguage(next);
        }}
      >
        {t.appearance.language}
      </button>
      <DisplaySettings largeText={t.appearance.largeText} highContrast={t.appearance.highContrast} />
    </div>
  );

  return (
    <UiContext.Provider value={ui}>
      <a class="skip" href="#content">
        {t.skip}
      </a>
      <Door key={open.api} invitation={invitation} settings={settings} onRestart={restart} />
      <p class="visually-hidden" aria-live="polite">
        {said}
      </p>
    </UiContext.Provider>
  );
}

// Survives a change of worker, for it says why the console is closed.
let lastNotice: 'none' | 'locked' | 'idle' = 'none';

function Door(props: {
  invitation: Invitation | null | 'bad';
  settings: ComponentChildren;
  onRestart: () => void;
}) {
  const { api, t } = useUi();
  const [channel, setChannel] = useState<ChannelInfo | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [me, setMe] = useState<Me | null>(null);
  const [enrolled, setEnrolled] = useState<number | null>(null);
  const { invitation } = props;
  const org = invitation === 'bad' ? null : (invitation?.org ?? null);

  const openChannel = useCallback(() => {
    setFailure(null);
    if (invitation !== 'bad') api.open(location.origin, org).then(setChannel, setFailure);
  }, [api, org, invitation]);
  useEffect(openChannel, [openChannel]);

  const lock = (why: 'locked' | 'idle') => {
    lastNotice = why;
    props.onRestart();
  };
  if (me !== null && channel !== null) return <ConsoleView settings={props.settings} onLock={lock} />;

  const notice = { none: '', locked: t.lock.done, idle: t.idle.locked }[lastNotice];
  return (
    <>
      <header class="top plain">
        <span class="brand">{t.consoleName}</span>
        {props.settings}
      </header>
      {invitation === 'bad' ? (
        <Stop text={t.enrol.badLink} />
      ) : failure !== null ? (
        <Stop text={errorWords(failure, t)} onRetry={openChannel} />
      ) : channel === null ? (
        <main id="content" class="narrow">
          <p role="status">{t.start.opening}</p>
        </main>
      ) : invitation !== null && enrolled === null && lastNotice === 'none' ? (
        <Enrol channel={channel} invitation={invitation} onDone={setEnrolled} />
      ) : (
        <Start
          channel={channel}
          number={enrolled === null ? '' : String(enrolled)}
          notice={notice}
          onOpen={setMe}
        />
      )}
    </>
  );
}

function Stop({ text, onRetry }: { text: string; onRetry?: () => void }) {
  const { t } = useUi();
  const heading = useHeading();
  return (
    <main id="content" class="narrow">
      <h1 ref={heading} tabIndex={-1}>
        {t.start.stopped}
      </h1>
      <p class="notice bad">{text}</p>
      {onRetry !== undefined && (
        <button type="button" class="button" onClick={onRetry}>
          {t.start.retry}
        </button>
      )}
    </main>
  );
}
