// What the open console knows, and what it does by itself: reading the inbox, reading on in the cases.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { CodedError, codeOf, type Api } from '../rpc/rpc';
import type { Alarm, CaseDetail, CaseSummary, Health, ReviewApi, Stray, SyncReport } from './contract';

const refreshMs = 5_000;
const syncMs = 60_000;
const longestActivity = 200;

export type Activity = { at: number } & (
  | { kind: 'synced'; envelopes: number; opened: number; changed: number }
  | { kind: 'forgotten'; epochs: number[] }
  | { kind: 'refreshed'; cases: number }
  | { kind: 'failed'; code: string }
  | { kind: 'destroyed'; cases: string[] }
  | { kind: 'published' | 'saved' }
);

export interface SyncState {
  running: boolean;
  done: number;
  of: number;
  at: number; // of the last success; 0: none yet
  failure: string; // a code; '' when the last attempt went well
}

export interface Console {
  health: Health | null;
  cases: CaseSummary[];
  alarms: Alarm[];
  strays: Stray[];
  activity: Activity[];
  sync: SyncState;
  /** Numbers of cases that others have destroyed, until that was seen. */
  destroyed: string[];
  seenDestroyed: () => void;
  /** How often each case has changed since the console was opened: who shows one reads it again. */
  versions: ReadonlyMap<string, number>;
  check: () => void;
  /** Until the inbox has been read anew. Errors: the failure's. */
  readNow: () => Promise<void>;
  /** After a case was destroyed here. */
  gone: (one: CaseSummary) => void;
  /** After something was done in a case: the queue and the state follow. */
  took: (detail: CaseDetail) => void;
  reloadHealth: () => Promise<void>;
  savedFile: () => void;
}

const nowSeconds = () => Math.floor(Date.now() / 1000);

function addAlarms(known: Alarm[], more: readonly Alarm[]): Alarm[] {
  const seen = new Set(known.map((a) => JSON.stringify(a)));
  const fresh = more.filter((a) => !seen.has(JSON.stringify(a)));
  return fresh.length === 0 ? known : [...known, ...fresh];
}

function activityOf(report: SyncReport, at: number): Activity[] {
  const out: Activity[] = [];
  const { envelopes, opened, changed, published, forgotten, destroyed } = report;
  if (envelopes > 0 || opened.length > 0 || changed.length > 0)
    out.push({ at, kind: 'synced', envelopes, opened: opened.length, changed: changed.length });
  if (published) out.push({ at, kind: 'published' });
  if (forgotten.length > 0) out.push({ at, kind: 'forgotten', epochs: forgotten });
  if (destroyed.length > 0) out.push({ at, kind: 'destroyed', cases: destroyed });
  return out;
}

export function useConsole(api: ReviewApi & Api): Console {
  const [health, setHealth] = useState<Health | null>(null);
  const [cases, setCases] = useState<CaseSummary[]>([]);
  const [alarms, setAlarms] = useState<Alarm[]>([]);
  const [strays, setStrays] = useState<Stray[]>([]);
  const [destroyed, setDestroyed] = useState<string[]>([]);
  const [activity, setActivity] = useState<Activity[]>([]);
  const [versions, setVersions] = useState<ReadonlyMap<string, number>>(new Map());
  const [sync, setSync] = useState<SyncState>({ running: true, done: 0, of: 0, at: 0, failure: '' });
  const busy = useRef(false);
  const inboxRead = useRef(0); // when the inbox was last read, in milliseconds; 0: it is wanted at the next round
  const notKept = useRef<string>(undefined);
  const alive = useRef(true);

  const log = useCallback((entries: Activity[]) => {
    if (entries.length > 0) setActivity((old) => [...entries.reverse(), ...old].slice(0, longestActivity));
  }, []);
  const changed = useCallback((ids: readonly string[]) => {
    if (ids.length === 0) return;
    setVersions((old) => {
      const next = new Map(old);
      for (const id of ids) next.set(id, (next.get(id) ?? 0) + 1);
      return next;
    });
  }, []);

  /** One piece of background work at a time; what was missed comes with the next round. The failure's code, if any. */
  const work = useCallback(
    async (task: () => Promise<void>): Promise<string> => {
      if (busy.current) return 'busy';
      if (!alive.current) return 'locked';
      busy.current = true;
      setSync((old) => ({ ...old, running: true }));
      try {
        await task();
        setSync((old) => ({ ...old, running: false, of: 0, at: nowSeconds(), failure: '' }));
        return '';
      } catch (error) {
        const code = codeOf(error);
        setSync((old) => {
          if (old.failure !== code) log([{ at: nowSeconds(), kind: 'failed', code }]);
          return { ...old, running: false, of: 0, failure: code };
        });
        return code;
      } finally {
        busy.current = false;
      }
    },
    [log],
  );

  const readInbox = useCallback(
    () =>
      work(async () => {
        inboxRead.current = Date.now();
        setHealth(await api.health());
        const report = await api.sync((done, of) => {
          setSync((old) => ({ ...old, done, of }));
        });
        setAlarms((old) => addAlarms(old, report.alarms));
        setStrays((old) => [...old, ...report.strays]);
        setDestroyed((old) => [...old, ...report.destroyed]);
        log(activityOf(report, nowSeconds()));
        if (report.notKept !== undefined && report.notKept !== notKept.current)
          log([{ at: nowSeconds(), kind: 'failed', code: report.notKept }]);
        notKept.current = report.notKept;
        setHealth(await api.health());
        setCases(await api.queue());
        changed([...report.opened, ...report.changed]);
      }),
    [api, work, log, changed],
  );
  const readNow = useCallback(async () => {
    while (busy.current) await new Promise((resolve) => setTimeout(resolve, 100));
    const failure = await readInbox();
    if (failure !== '') throw new CodedError(failure);
  }, [readInbox]);
  const readOn = useCallback(
    () =>
      work(async () => {
        const read = await api.refresh();
        if (read.changed.length === 0 && read.destroyed.length === 0) return;
        setCases(await api.queue());
        const at = nowSeconds();
        if (read.destroyed.length > 0) log([{ at, kind: 'destroyed', cases: read.destroyed }]);
        else log([{ at, kind: 'refreshed', cases: read.changed.length }]);
        setDestroyed((old) => [...old, ...read.destroyed]);
        changed(read.changed);
      }),
    [api, work, log, changed],
  );

  useEffect(() => {
    alive.current = true;
    void readInbox();
    const visible = () => document.visibilityState === 'visible';
    // One timer for both: with two, the shorter would be at work whenever the longer comes round.
    const timer = setInterval(() => {
      if (Date.now() - inboxRead.current >= syncMs) void readInbox();
      else if (visible()) void readOn();
    }, refreshMs);
    const onVisible = () => {
      if (visible()) void readOn();
    };
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      alive.current = false;
      clearInterval(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [readInbox, readOn]);

  return {
    health,
    cases,
    // A case with entries that do not open says so itself; it may have been found in any round.
    alarms,
    strays,
    activity,
    sync,
    destroyed,
    seenDestroyed: () => {
      setDestroyed([]);
    },
    versions,
    check: () => {
      inboxRead.current = 0;
      void readInbox();
    },
    readNow,
    gone: ({ id, number }) => {
      setCases((old) => old.filter((one) => one.id !== id));
      log([{ at: nowSeconds(), kind: 'destroyed', cases: [number] }]);
    },
    took: (detail) => {
      setCases((old) => old.map((one) => (one.id === detail.id ? { ...one, ...summaryOf(detail) } : one)));
      if (detail.unreadable.length > 0)
        setAlarms((old) =>
          addAlarms(old, [{ kind: 'unreadable_event', case: detail.id, code: 'unreadable_event' }]),
        );
    },
    reloadHealth: async () => {
      setHealth(await api.health());
    },
    savedFile: () => {
      log([{ at: nowSeconds(), kind: 'saved' }]);
    },
  };
}

// The queue keeps no threads: what only the detail has is left out.
function summaryOf(detail: CaseDetail): CaseSummary {
  const { id, number, category, status, assignee, received, changed, isNew, recused, tags } = detail;
  const { similar, clocks, messages, replies, attachments, excerpt, alarm, keeping } = detail;
  return {
    ...{ id, number, category, status, assignee, received, changed, isNew, recused, tags },
    ...{ similar, clocks, messages, replies, attachments, excerpt, alarm, keeping },
  };
}
