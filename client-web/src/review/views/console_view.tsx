// The open console: bar, notices, pages, locking.
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { localised } from '../../i18n/language';
import { useConsole, type SyncState } from '../console';
import { errorWords, useTask, useUi } from '../context';
import { CodedError } from '../../rpc/rpc';
import { saveFile } from '../files';
import { useIdle } from '../idle';
import { OfficeContext, type Office, type Page, type ReplyWriting } from '../office';
import { firstView, type QueueView } from '../queue_view';
import { useShortcuts } from '../shortcuts';
import { ActivityView } from './activity';
import { AlarmsView } from './alarms';
import { Banners } from './banners';
import { CaseView } from './case_view';
import { FiguresView } from './figures';
import { Help } from './help';
import { KeysView } from './keys';
import { Dialog, ErrorLine } from './parts';
import { QueueList } from './queue';
import { RetentionView } from './retention';

const pages = ['queue', 'figures', 'retention', 'alarms', 'activity', 'keys'] as const;

function useNow(): number {
  const minute = () => Math.floor(Date.now() / 60_000) * 60;
  const [now, setNow] = useState(minute);
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(minute());
    }, 20_000);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return now;
}

export function ConsoleView(props: {
  settings: ComponentChildren;
  onLock: (why: 'locked' | 'idle') => void;
}) {
  const { api, t, language } = useUi();
  const console = useConsole(api);
  const now = useNow();
  const [page, setPage] = useState<Page>({ at: 'queue' });
  const [view, setView] = useState<QueueView>(firstView);
  const [order, setOrder] = useState<string[]>([]);
  const [helping, setHelping] = useState(false);
  const [shortcuts, setShortcuts] = useState(true);
  const [locking, setLocking] = useState(false);
  const [seenAlarms, setSeenAlarms] = useState(0);
  const writing = useRef(new Map<string, ReplyWriting>());
  const search = useRef<HTMLInputElement>(null);
  const idle = useIdle(() => {
    props.onLock('idle');
  });
  const { health } = console;
  const hasDraft = () => [...writing.current.values()].some((one) => one.touched);

  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (hasDraft() || console.health?.unsaved === true) event.preventDefault();
    };
    addEventListener('beforeunload', warn);
    return () => {
      removeEventListener('beforeunload', warn);
    };
  }, [console.health]);
  useEffect(() => {
    if (page.at === 'alarms') setSeenAlarms(console.alarms.length + console.strays.length);
  }, [page, console.alarms, console.strays]);

  const lock = () => {
    if (hasDraft() || health?.unsaved === true) setLocking(true);
    else props.onLock('locked');
  };
  const go = (to: Page) => {
    setPage(to);
    scrollTo(0, 0);
  };
  useShortcuts(
    {
      'g q': () => {
        go({ at: 'queue' });
      },
      'g f': () => {
        go({ at: 'figures' });
      },
      'g d': () => {
        go({ at: 'retention' });
      },
      'g a': () => {
        go({ at: 'alarms' });
      },
      'g y': () => {
        go({ at: 'activity' });
      },
      'g k': () => {
        go({ at: 'keys' });
      },
      '/': () => search.current?.focus(),
      '?': () => {
        setHelping(true);
      },
      R: console.check,
      L: lock,
    },
    shortcuts,
  );

  const office = useMemo((): Office | null => {
    if (health === null) return null;
    const nameOf = (number: number) => {
      const one = health.colleagues.find((c) => c.number === number);
      const role = one === undefined ? '' : localised(one.role, language);
      return role === '' ? t.case.excludedUnknown(number) : `${role} (${number})`;
    };
    return {
      console,
      health,
      now,
      page,
      go,
      shortcuts,
      writing: writing.current,
      nameOf,
      categoryOf: (id) => {
        const one = health.categories.find((c) => c.id === id);
        return one === undefined ? id : localised(one, language);
      },
      saveKeyring: async () => {
        const file = await api.pendingFile();
        if (file === null) throw new CodedError('nothing_to_save');
        saveFile(`changgu-${health.me.number}.key`, file, 'application/octet-stream');
        await api.saved();
        console.savedFile();
        await console.reloadHealth();
      },
    };
  }, [health, console, now, page, shortcuts, language, t, api]);

  const unseen = console.alarms.length + console.strays.length - seenAlarms;
  return (
    <>
      <header class="no-print">
        <div class="top">
          <div class="who">
            <span class="brand">
              {health === null ? t.consoleName : localised(health.channel.name, language)}
            </span>
            {health !== null && (
              <span class="hint">
                {localised(health.me.role, language)} ({health.me.number})
              </span>
            )}
          </div>
          <search class="search">
            <input
              ref={search}
              type="search"
              aria-label={t.shell.search}
              placeholder={t.shell.searchPlaceholder}
              autocomplete="off"
              spellcheck={false}
              maxLength={200}
              value={view.search}
              onInput={(event) => {
                setView({ ...view, search: event.currentTarget.value, page: 0 });
                if (page.at !== 'queue') setPage({ at: 'queue' });
              }}
              onKeyDown={(event) => {
                if (event.key === 'Escape') {
                  setView({ ...view, search: '' });
                  event.currentTarget.blur();
                } else if (event.key === 'Enter' || event.key === 'ArrowDown') {
                  event.preventDefault();
                  document.querySelector<HTMLElement>('.case-row')?.focus();
                }
              }}
            />
          </search>
          <SyncLine sync={console.sync} now={now} onCheck={console.check} />
          <button type="button" class="button" onClick={lock} aria-keyshortcuts="Shift+L">
            {t.shell.lock}
          </button>
        </div>
        <div class="subbar">
          <nav class="tabs" aria-label={t.shell.nav}>
            {pages.map((one) => (
              <button
                type="button"
                key={one}
                class="tab"
                aria-current={page.at === one || (one === 'queue' && page.at === 'case') ? 'page' : undefined}
                onClick={() => {
                  go({ at: one });
                }}
              >
                {t.shell[one]}
                {one === 'alarms' && unseen > 0 && (
                  <span class="count bad" aria-label={t.shell.unread(unseen)}>
                    {unseen}
                  </span>
                )}
              </button>
            ))}
          </nav>
          <div class="row tight">
            {props.settings}
            <button
              type="button"
              class="button quiet"
              onClick={() => {
                setHelping(true);
              }}
            >
              {t.shell.help}
            </button>
          </div>
        </div>
      </header>
      {office === null ? (
        <main id="content" class="page">
          <p role="status">
            {console.sync.failure === '' ? t.working : errorWords(new CodedError(console.sync.failure), t)}
          </p>
        </main>
      ) : (
        <OfficeContext.Provider value={office}>
          <Banners unseen={unseen} />
          <Reading sync={console.sync} />
          <main id="content" class="page" tabIndex={-1}>
            {page.at === 'queue' && <QueueList view={view} onView={setView} onOrder={setOrder} />}
            {page.at === 'case' && <CaseView key={page.id} id={page.id} order={order} />}
            {page.at === 'figures' && <FiguresView />}
            {page.at === 'retention' && <RetentionView />}
            {page.at === 'alarms' && <AlarmsView />}
            {page.at === 'activity' && <ActivityView />}
            {page.at === 'keys' && <KeysView />}
          </main>
          {locking && (
            <LockDialog
              draft={hasDraft()}
              onClose={() => {
                setLocking(false);
              }}
              onLock={() => {
                props.onLock('locked');
              }}
              office={office}
            />
          )}
        </OfficeContext.Provider>
      )}
      {helping && (
        <Help
          enabled={shortcuts}
          onEnabled={setShortcuts}
          onClose={() => {
            setHelping(false);
          }}
        />
      )}
      {idle.left !== null && (
        <Dialog heading={t.idle.heading} onClose={idle.stay} alert>
          <p>{t.idle.text(idle.left)}</p>
          {hasDraft() && <p>{t.idle.loses}</p>}
          <div class="row">
            <button type="button" class="button primary" onClick={idle.stay}>
              {t.idle.stay}
            </button>
            <button
              type="button"
              class="button"
              onClick={() => {
                props.onLock('locked');
              }}
            >
              {t.idle.lockNow}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}

function SyncLine({ sync, now, onCheck }: { sync: SyncState; now: number; onCheck: () => void }) {
  const { t } = useUi();
  const minutes = Math.max(0, Math.floor((now - sync.at) / 60));
  const words =
    sync.failure !== ''
      ? t.shell.checkFailed
      : sync.at === 0
        ? t.shell.checking
        : minutes === 0
          ? t.shell.checkedNow
          : t.shell.checkedMinutes(minutes);
  return (
    <div class={sync.failure === '' ? 'sync' : 'sync failed'}>
      <span class="hint">{words}</span>
      <button type="button" class="button quiet" onClick={onCheck} aria-keyshortcuts="Shift+R">
        {t.shell.refresh}
      </button>
    </div>
  );
}

/** The bar while there is something to show: the first reading, or one of many envelopes. */
function Reading({ sync }: { sync: SyncState }) {
  const { t } = useUi();
  if (!sync.running || (sync.of === 0 && sync.at !== 0)) return null;
  return (
    <div class="reading no-print">
      <label>
        <span role="status">{t.shell.reading}</span>{' '}
        {sync.of > 0 && <span class="hint">{t.shell.progress(sync.done, sync.of)}</span>}
        {sync.of > 0 ? <progress max={sync.of} value={sync.done} /> : <progress />}
      </label>
    </div>
  );
}

function LockDialog(props: { draft: boolean; office: Office; onClose: () => void; onLock: () => void }) {
  const { t } = useUi();
  const task = useTask();
  const { unsaved } = props.office.health;
  return (
    <Dialog heading={t.lock.heading} onClose={props.onClose}>
      {unsaved && <p>{t.lock.unsaved}</p>}
      {props.draft && <p>{t.lock.draft}</p>}
      <ErrorLine text={task.error} />
      <div class="row">
        {unsaved && (
          <button
            type="button"
            class="button primary"
            disabled={task.busy}
            onClick={() => {
              task.run(async () => {
                await props.office.saveKeyring();
                props.onLock();
              });
            }}
          >
            {t.lock.saveAndLock}
          </button>
        )}
        <button type="button" class="button danger" onClick={props.onLock}>
          {t.lock.justLock}
        </button>
        <button type="button" class="button" onClick={props.onClose}>
          {t.cancel}
        </button>
      </div>
    </Dialog>
  );
}
