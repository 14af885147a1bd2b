// What is to be destroyed, what must not be, and the destroying.
import { useState } from 'preact/hooks';
import { errorWords, useHeading, useTask, useUi } from '../context';
import type { CaseSummary } from '../contract';
import { formatDate } from '../format';
import { useOffice } from '../office';
import { keptOf } from '../queue_view';
import { Dialog, ErrorLine } from './parts';

export function RetentionView() {
  const { t } = useUi();
  const { console, now } = useOffice();
  const heading = useHeading();
  const [asking, setAsking] = useState<CaseSummary[] | null>(null);
  const r = t.retention;
  const { due, held, soon } = keptOf(console.cases, now);
  return (
    <div class="reading-width">
      <h1 ref={heading} tabIndex={-1}>
        {r.heading}
      </h1>
      <p class="lead">{r.lead}</p>
      <section aria-labelledby="due">
        <h2 id="due">{r.due(due.length)}</h2>
        {due.length === 0 && <p class="card empty">{r.noneDue}</p>}
        <ul class="plain-list">
          {due.map((one) => (
            <Kept key={one.id} one={one}>
              <button
                type="button"
                class="button danger"
                aria-label={r.destroyOne(one.number)}
                onClick={() => {
                  setAsking([one]);
                }}
              >
                {one.keeping.stage === 'begun' ? r.finish : r.destroy}
              </button>
            </Kept>
          ))}
        </ul>
        {due.length > 1 && (
          <button
            type="button"
            class="button danger"
            onClick={() => {
              setAsking(due);
            }}
          >
            {r.destroyAll(due.length)}
          </button>
        )}
      </section>
      <section aria-labelledby="held">
        <h2 id="held">{r.held(held.length)}</h2>
        {held.length === 0 && <p class="card empty">{r.noneHeld}</p>}
        <ul class="plain-list">
          {held.map((one) => (
            <Kept key={one.id} one={one} />
          ))}
        </ul>
      </section>
      <section aria-labelledby="soon">
        <h2 id="soon">{r.soon(soon.length)}</h2>
        {soon.length === 0 && <p class="card empty">{r.noneSoon}</p>}
        <ul class="plain-list">
          {soon.map((one) => (
            <Kept key={one.id} one={one} />
          ))}
        </ul>
      </section>
      {asking !== null && (
        <Destroy
          cases={asking}
          onClose={() => {
            setAsking(null);
          }}
        />
      )}
    </div>
  );
}

function Kept({ one, children }: { one: CaseSummary; children?: preact.ComponentChildren }) {
  const { t } = useUi();
  const { go, categoryOf } = useOffice();
  return (
    <li class="card row spread">
      <div>
        <p>
          <button
            type="button"
            class="button mono"
            aria-label={t.case.openSimilar(one.number)}
            onClick={() => {
              go({ at: 'case', id: one.id });
            }}
          >
            {one.number}
          </button>{' '}
          {categoryOf(one.category)}
        </p>
        <KeepingLines one={one} />
      </div>
      {children}
    </li>
  );
}

/** Since when it is closed, until when it is kept, and who keeps it from being destroyed. */
export function KeepingLines({ one }: { one: Pick<CaseSummary, 'keeping'> }) {
  const { t, language } = useUi();
  const { nameOf } = useOffice();
  const { stage, closedSince, due, holds } = one.keeping;
  const date = (at: number) => formatDate(at, language);
  const r = t.retention;
  return (
    <ul class="plain-list hint">
      {closedSince !== null && <li>{r.closedSince(date(closedSince))}</li>}
      {stage === 'begun' ? <li>{r.begun}</li> : due !== null && <li>{r.dueOn(date(due))}</li>}
      {holds.map(({ by, at, reason }, i) => (
        <li key={i}>
          {r.heldBy(nameOf(by), date(at))}: <bdi>{reason}</bdi>
        </li>
      ))}
    </ul>
  );
}

function Destroy({ cases, onClose }: { cases: readonly CaseSummary[]; onClose: () => void }) {
  const { api, t, announce } = useUi();
  const { console } = useOffice();
  const task = useTask();
  const [sure, setSure] = useState(false);
  const [done, setDone] = useState(0);
  const r = t.retention;
  const destroy = async () => {
    await console.readNow(); // an addition that waits in the inbox counts
    const failures: string[] = [];
    for (const [i, one] of cases.entries()) {
      setDone(i);
      try {
        await api.destroyCase(one.id);
        console.gone(one);
      } catch (error) {
        failures.push(`${one.number}: ${errorWords(error, t)}`);
      }
    }
    announce(r.destroyed(cases.length - failures.length));
    if (failures.length === 0) onClose();
    else task.fail(failures.join('\n'));
  };
  return (
    <Dialog heading={r.destroyHeading(cases.length)} onClose={onClose} alert>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (sure) task.run(destroy);
          else task.fail(r.sureNeeded);
        }}
      >
        <p class="mono numbers">{t.list(cases.map(({ number }) => number))}</p>
        <p>{r.destroyText}</p>
        <label class="choice">
          <input
            type="checkbox"
            checked={sure}
            disabled={task.busy}
            onChange={(event) => {
              setSure(event.currentTarget.checked);
            }}
          />
          {r.sure}
        </label>
        {task.busy && cases.length > 1 && (
          <progress value={done} max={cases.length} aria-label={r.destroying} />
        )}
        <ErrorLine text={task.error} />
        <div class="row">
          <button type="submit" class="button danger" disabled={task.busy}>
            {task.busy ? r.destroying : r.destroy}
          </button>
          <button type="button" class="button" onClick={onClose} disabled={task.busy}>
            {t.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
