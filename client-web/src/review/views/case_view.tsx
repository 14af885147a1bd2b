// One case: what was said on the left, what is to be done on the right.
import { useEffect, useRef, useState } from 'preact/hooks';
import { errorWords, useTask, useUi } from '../context';
import { codeOf } from '../../rpc/rpc';
import type { CaseAction, CaseDetail, EventView } from '../contract';
import { eventWords } from '../event_words';
import { saveFile } from '../files';
import { formatTime } from '../format';
import { useOffice } from '../office';
import { useShortcuts } from '../shortcuts';
import { ActionDialog, type ActionKind } from './action_dialogs';
import { Reply } from './reply';
import { Side } from './side';
import { Thread } from './thread';
import { ErrorLine, StatusBadge } from './parts';

/** What the parts of a case share. */
export interface CaseTools {
  detail: CaseDetail;
  act: (action: CaseAction) => Promise<void>;
  took: (detail: CaseDetail) => void;
}

export function CaseView({ id, order }: { id: string; order: string[] }) {
  const { api, t, announce } = useUi();
  const office = useOffice();
  const { console, go } = office;
  const [detail, setDetail] = useState<CaseDetail | null>(null);
  const [failure, setFailure] = useState('');
  const [asking, setAsking] = useState<ActionKind | null>(null);
  const [replying, setReplying] = useState(office.writing.has(id));
  const [seenUntil, setSeenUntil] = useState<number | null>(null);
  const task = useTask();
  const heading = useRef<HTMLHeadingElement>(null);
  const version = console.versions.get(id) ?? 0;

  useEffect(() => {
    let current = true;
    api.readCase(id).then(
      (read) => {
        if (!current) return;
        setDetail(read);
        setFailure('');
        setSeenUntil((old) => old ?? read.history.length);
        console.took(read);
      },
      (error: unknown) => {
        if (!current) return;
        setFailure(errorWords(error, t));
        // Somebody has destroyed it meanwhile: it does not stay on the screen either.
        if (['no_such_case', 'case_destroyed'].includes(codeOf(error))) setDetail(null);
      },
    );
    return () => {
      current = false;
    };
  }, [api, id, version]);
  const ready = detail !== null;
  useEffect(() => {
    if (ready) heading.current?.focus({ preventScroll: true });
  }, [ready]);

  const took = (read: CaseDetail) => {
    setDetail(read);
    console.took(read);
  };
  const act = async (action: CaseAction) => {
    took(await api.act(id, action));
    announce(t.case.saved);
  };
  const exportJson = () => {
    if (detail === null) return;
    task.run(async () => {
      saveFile(`${detail.number}.json`, await api.exportCase(id), 'application/json');
      announce(t.case.exported);
    });
  };
  const at = order.indexOf(id);
  const open = (to: string | undefined) => {
    if (to !== undefined) go({ at: 'case', id: to });
  };
  const startReply = () => {
    setReplying(true);
    requestAnimationFrame(() => document.getElementById('reply-text')?.focus());
  };
  const focus = (target: string) => () => document.getElementById(target)?.focus();
  const ask = (kind: ActionKind) => () => {
    setAsking(kind);
  };
  const back = () => {
    go({ at: 'queue' });
  };
  useShortcuts(
    {
      u: back,
      Escape: back,
      '[': () => {
        open(order[at - 1]);
      },
      ']': () => {
        open(order[at + 1]);
      },
      k: () => {
        open(order[at - 1]);
      },
      j: () => {
        open(order[at + 1]);
      },
      r: startReply,
      n: focus('note'),
      s: focus('status'),
      a: focus('assignee'),
      t: focus('tag'),
      l: focus('similar'),
      m: () => {
        task.run(() => act({ type: 'assign', number: office.health.me.number }));
      },
      e: ask('extend'),
      c: ask('close'),
      h: ask('handover'),
      x: ask('recuse'),
      d: ask(detail !== null && detail.keeping.holds.length > 0 ? 'unhold' : 'hold'),
      J: exportJson,
      p: () => {
        print();
      },
    },
    office.shortcuts && ready,
  );

  if (detail === null)
    return (
      <>
        <button type="button" class="button quiet" onClick={back}>
          ← {t.case.back}
        </button>
        {failure === '' ? <p role="status">{t.working}</p> : <p class="notice bad">{failure}</p>}
      </>
    );

  const me = office.health.me.number;
  const meanwhile = detail.history.slice(seenUntil ?? 0).filter((event) => event.by !== me);
  const names = (numbers: number[]) => t.list(numbers.map(office.nameOf));
  const tools: CaseTools = { detail, act, took };
  return (
    <article class="case">
      <div class="case-nav no-print">
        <button type="button" class="button quiet" onClick={back}>
          ← {t.case.back}
        </button>
        {at !== -1 && (
          <span class="row tight">
            <span class="hint">{t.queue.position(at + 1, order.length)}</span>
            <button
              type="button"
              class="button"
              disabled={at === 0}
              aria-label={t.case.previous}
              onClick={() => {
                open(order[at - 1]);
              }}
            >
              ↑
            </button>
            <button
              type="button"
              class="button"
              disabled={at === order.length - 1}
              aria-label={t.case.nextCase}
              onClick={() => {
                open(order[at + 1]);
              }}
            >
              ↓
            </button>
          </span>
        )}
      </div>
      <CaseHead tools={tools} heading={heading} />
      <Printed />
      {detail.recused.includes(me) && <p class="notice warn">{t.case.youRecused}</p>}
      {detail.unreadable.length > 0 && (
        <p class="notice bad">{t.case.unreadable(detail.unreadable.length)}</p>
      )}
      {detail.keeping.stage === 'begun' && <p class="notice bad">{t.case.begun}</p>}
      {detail.excluded.length > 0 && <p class="notice warn">{t.case.excluded(names(detail.excluded))}</p>}
      {detail.recused.some((n) => n !== me) && (
        <p class="notice">{t.case.recused(names(detail.recused.filter((n) => n !== me)))}</p>
      )}
      <div aria-live="polite" class="no-print">
        {meanwhile.length > 0 && (
          <Meanwhile
            events={meanwhile}
            onSeen={() => {
              setSeenUntil(detail.history.length);
            }}
          />
        )}
      </div>
      <ErrorLine text={task.error} />
      <div class="case-columns">
        <div class="case-left">
          <p class="hint no-print">{t.case.anonymous}</p>
          <Thread detail={detail} />
          <div class="no-print" hidden={detail.keeping.stage === 'begun'}>
            {replying ? (
              <Reply
                tools={tools}
                onDone={() => {
                  setReplying(false);
                  heading.current?.focus();
                }}
                onCloseCase={ask('close')}
              />
            ) : (
              <button type="button" class="button primary" onClick={startReply} aria-keyshortcuts="r">
                {t.case.reply}
              </button>
            )}
          </div>
        </div>
        <Side tools={tools} onAsk={setAsking} onExport={exportJson} />
      </div>
      {asking !== null && (
        <ActionDialog
          kind={asking}
          tools={tools}
          onClose={() => {
            setAsking(null);
          }}
        />
      )}
    </article>
  );
}

function CaseHead({ tools, heading }: { tools: CaseTools; heading: { current: HTMLHeadingElement | null } }) {
  const { t, language } = useUi();
  const { categoryOf } = useOffice();
  const { detail } = tools;
  return (
    <header class="case-head">
      <h1 ref={heading} tabIndex={-1}>
        <span class="mono">{detail.number}</span> {categoryOf(detail.category)}
      </h1>
      <p class="case-line">
        <StatusBadge status={detail.status} />
        <span class="hint">
          {t.case.received} {formatTime(detail.received, language)}
        </span>
        <span class="hint">
          {t.case.changed} {formatTime(detail.changed, language)}
        </span>
      </p>
    </header>
  );
}

/** On paper: who printed it and when, for paper leaves the channel. */
function Printed() {
  const { t, language } = useUi();
  const { nameOf, health, now } = useOffice();
  return (
    <div class="only-print">
      <p>{t.case.printedBy(nameOf(health.me.number), formatTime(now, language))}</p>
      <p>{t.case.anonymous}</p>
      <p>{t.case.exportWarn}</p>
    </div>
  );
}

function Meanwhile({ events, onSeen }: { events: EventView[]; onSeen: () => void }) {
  const { t, language } = useUi();
  const { nameOf } = useOffice();
  return (
    <div class="notice warn">
      <p>
        <strong>{t.case.changedMeanwhile}</strong>
      </p>
      <ul>
        {events.map((event) => (
          <li key={event.index}>{t.events.line(nameOf(event.by), eventWords(event, t, language, nameOf))}</li>
        ))}
      </ul>
      <button type="button" class="button" onClick={onSeen}>
        {t.close}
      </button>
    </div>
  );
}
