// The right-hand side of a case: deadlines, what can be done, notes, history.
import { useState } from 'preact/hooks';
import { useTask, useUi } from '../context';
import type { CaseStatus } from '../contract';
import { eventWords } from '../event_words';
import { formatTime } from '../format';
import { useOffice } from '../office';
import type { ActionKind } from './action_dialogs';
import type { CaseTools } from './case_view';
import { ClockBadge, ErrorLine, privateText } from './parts';
import { KeepingLines } from './retention';

export const statuses: readonly CaseStatus[] = [
  'received',
  'reviewing',
  'more_information',
  'investigating',
  'transferred',
  'closed',
];

export function Side(props: { tools: CaseTools; onAsk: (kind: ActionKind) => void; onExport: () => void }) {
  const { t } = useUi();
  const { now } = useOffice();
  const { detail } = props.tools;
  return (
    <div class="case-side">
      <section class="card" aria-labelledby="clocks">
        <h2 id="clocks">{t.case.clocks}</h2>
        <ul class="plain-list">
          {detail.clocks.map((clock) => (
            <li key={clock.kind}>
              <ClockBadge clock={clock} now={now} withDate />
            </li>
          ))}
        </ul>
        <KeepingLines one={detail} />
        {detail.closingReason !== '' && (
          <p>
            <strong>{t.case.closingReason}</strong>: {detail.closingReason}
          </p>
        )}
        <p class="no-print">
          <strong>{t.case.addressesLeft}</strong>: {t.case.addresses(detail.addressesLeft)}
          <span class="hint block">{t.case.addressesHint}</span>
        </p>
      </section>
      {detail.keeping.stage !== 'begun' && <Actions {...props} />}
      <Notes tools={props.tools} />
      <Labels tools={props.tools} />
      <History tools={props.tools} />
    </div>
  );
}

function Actions({ tools, onAsk, onExport }: Parameters<typeof Side>[0]) {
  const { t } = useUi();
  const { health, nameOf } = useOffice();
  const { detail, act } = tools;
  const task = useTask();
  const [status, setStatus] = useState<CaseStatus | null>(null);
  const [assignee, setAssignee] = useState<number | null>(null);
  const me = health.me.number;
  const others: [ActionKind, string, string][] = [
    ['extend', t.case.extend, 'e'],
    ['close', t.case.closeCase, 'c'],
    ['handover', t.case.handOver, 'h'],
    ['recuse', t.case.recuse, 'x'],
    detail.keeping.holds.length > 0 ? ['unhold', t.case.unhold, 'd'] : ['hold', t.case.hold, 'd'],
  ];
  return (
    <section class="card no-print" aria-labelledby="actions">
      <h2 id="actions">{t.case.actions}</h2>
      <div class="field">
        <label for="status">{t.case.statusLabel}</label>
        <div class="joined">
          <select
            id="status"
            value={status ?? detail.status}
            onChange={(event) => {
              setStatus(statuses.find((one) => one === event.currentTarget.value) ?? null);
            }}
          >
            {statuses
              .filter((one) => one !== 'closed' || detail.status === 'closed')
              .map((one) => (
                <option key={one} value={one}>
                  {t.status[one]}
                </option>
              ))}
          </select>
          <button
            type="button"
            class="button"
            disabled={task.busy || status === null || status === detail.status}
            onClick={() => {
              if (status === null) return;
              task.run(async () => {
                await act({ type: 'status', status });
                setStatus(null);
              });
            }}
          >
            {t.save}
          </button>
        </div>
        {detail.status === 'closed' && <p class="hint">{t.case.reopen}</p>}
      </div>
      <div class="field">
        <label for="assignee">{t.case.assignee}</label>
        <div class="joined">
          <select
            id="assignee"
            value={String(assignee ?? detail.assignee)}
            onChange={(event) => {
              setAssignee(Number(event.currentTarget.value));
            }}
          >
            <option value="0">{t.nobody}</option>
            {health.colleagues
              .filter((c) => !c.revoked || c.number === detail.assignee)
              .map((c) => (
                <option
                  key={c.number}
                  value={String(c.number)}
                  disabled={detail.excluded.includes(c.number) || detail.recused.includes(c.number)}
                >
                  {nameOf(c.number)}
                  {c.number === me && ` · ${t.me}`}
                  {detail.excluded.includes(c.number) && ` · ${t.case.handOverExcluded}`}
                  {detail.recused.includes(c.number) && ` · ${t.case.handOverRecused}`}
                </option>
              ))}
          </select>
          <button
            type="button"
            class="button"
            disabled={task.busy || assignee === null || assignee === detail.assignee}
            onClick={() => {
              if (assignee === null) return;
              task.run(async () => {
                await act({ type: 'assign', number: assignee });
                setAssignee(null);
              });
            }}
          >
            {t.save}
          </button>
        </div>
      </div>
      <div class="row tight">
        {detail.assignee !== me && (
          <button
            type="button"
            class="button"
            disabled={task.busy}
            aria-keyshortcuts="m"
            onClick={() => {
              task.run(() => act({ type: 'assign', number: me }));
            }}
          >
            {t.case.assignMe}
          </button>
        )}
        {others.map(([kind, label, key]) => (
          <button
            type="button"
            class="button"
            key={kind}
            aria-keyshortcuts={key}
            onClick={() => {
              onAsk(kind);
            }}
          >
            {label}
          </button>
        ))}
        <button type="button" class="button" onClick={onExport} aria-keyshortcuts="Shift+J">
          {t.case.exportJson}
        </button>
        <button
          type="button"
          class="button"
          aria-keyshortcuts="p"
          onClick={() => {
            print();
          }}
        >
          {t.case.print}
        </button>
      </div>
      <ErrorLine text={task.error} />
    </section>
  );
}

function Notes({ tools }: { tools: CaseTools }) {
  const { t, language } = useUi();
  const { nameOf } = useOffice();
  const { detail, act } = tools;
  const task = useTask();
  const [text, setText] = useState('');
  return (
    <section class="card" aria-labelledby="notes">
      <h2 id="notes">{t.case.notes}</h2>
      {detail.notes.length === 0 && <p class="hint">{t.case.noNotes}</p>}
      {detail.notes.map((note, i) => (
        <div class="note" key={i}>
          <p class="said" dir="auto">
            {note.text}
          </p>
          <p class="hint">{t.case.noteBy(nameOf(note.by), formatTime(note.at, language))}</p>
        </div>
      ))}
      <form
        class="no-print"
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() === '') return;
          task.run(async () => {
            await act({ type: 'note', text: text.trim() });
            setText('');
          });
        }}
      >
        <label for="note">{t.case.note}</label>
        <p class="hint" id="note-hint">
          {t.case.noteHint}
        </p>
        <textarea
          id="note"
          class="small"
          aria-describedby="note-hint"
          {...privateText}
          maxLength={5000}
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value);
          }}
        />
        <ErrorLine text={task.error} />
        <button class="button" type="submit" disabled={task.busy || text.trim() === ''}>
          {t.save}
        </button>
      </form>
    </section>
  );
}

function Labels({ tools }: { tools: CaseTools }) {
  const { t } = useUi();
  const { console, go } = useOffice();
  const { detail, act } = tools;
  const tagging = useTask();
  const linking = useTask();
  const [tag, setTag] = useState('');
  const [similar, setSimilar] = useState('');
  const addTag = () => {
    const wanted = tag.normalize('NFC').trim();
    if (wanted === '' || detail.tags.includes(wanted)) return;
    tagging.run(async () => {
      await act({ type: 'tag', tag: wanted });
      setTag('');
    });
  };
  const addLink = () => {
    const number = similar.trim().toUpperCase();
    if (!/^C-[0-9]{6}$/.test(number)) linking.fail(t.case.linkBad);
    else if (number === detail.number) linking.fail(t.case.linkSelf);
    else if (!console.cases.some((one) => one.number === number))
      linking.fail(t.errors['no_such_case'] ?? '');
    else
      linking.run(async () => {
        await act({ type: 'similar', case: number });
        setSimilar('');
      });
  };
  return (
    <section class="card" aria-labelledby="tags">
      <h2 id="tags">{t.case.tags}</h2>
      {detail.tags.length === 0 && <p class="hint">{t.case.noTags}</p>}
      <ul class="tags">
        {detail.tags.map((one) => (
          <li class="tag" key={one}>
            <bdi>{one}</bdi>
            <button
              type="button"
              class="remove no-print"
              aria-label={t.case.untag(one)}
              onClick={() => {
                tagging.run(() => act({ type: 'untag', tag: one }));
              }}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <form
        class="field no-print"
        onSubmit={(event) => {
          event.preventDefault();
          addTag();
        }}
      >
        <label for="tag">{t.case.tag}</label>
        <div class="joined">
          <input
            id="tag"
            {...privateText}
            maxLength={100}
            value={tag}
            onInput={(event) => {
              setTag(event.currentTarget.value);
            }}
          />
          <button class="button" type="submit" disabled={tagging.busy || tag.trim() === ''}>
            {t.add}
          </button>
        </div>
        <ErrorLine text={tagging.error} />
      </form>
      <h2>{t.case.similar}</h2>
      {detail.similar.length === 0 && <p class="hint">{t.case.noSimilar}</p>}
      <ul class="tags">
        {detail.similar.map((number) => {
          const one = console.cases.find((c) => c.number === number);
          return (
            <li key={number}>
              <button
                type="button"
                class="button mono"
                disabled={one === undefined}
                aria-label={t.case.openSimilar(number)}
                onClick={() => {
                  if (one !== undefined) go({ at: 'case', id: one.id });
                }}
              >
                {number}
              </button>
            </li>
          );
        })}
      </ul>
      <form
        class="field no-print"
        onSubmit={(event) => {
          event.preventDefault();
          addLink();
        }}
      >
        <label for="similar">{t.case.link}</label>
        <p class="hint" id="similar-hint">
          {t.case.linkHint}
        </p>
        <div class="joined">
          <input
            id="similar"
            aria-describedby="similar-hint"
            {...privateText}
            placeholder="C-000000"
            maxLength={8}
            value={similar}
            onInput={(event) => {
              setSimilar(event.currentTarget.value);
            }}
          />
          <button class="button" type="submit" disabled={linking.busy || similar.trim() === ''}>
            {t.add}
          </button>
        </div>
        <ErrorLine text={linking.error} />
      </form>
    </section>
  );
}

function History({ tools }: { tools: CaseTools }) {
  const { t, language } = useUi();
  const { nameOf } = useOffice();
  return (
    <section class="card" aria-labelledby="history">
      <h2 id="history">{t.case.history}</h2>
      <ol class="history">
        {tools.detail.history.map((event) => (
          <li key={event.index}>
            <span>{eventWords(event, t, language, nameOf)}</span>
            <span class="hint">
              {nameOf(event.by)}
              {event.byRevoked && ` (${t.case.revoked})`} · {formatTime(event.at, language)}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
