// What the console did by itself: nothing that touches keys happens unseen.
import { useState } from 'preact/hooks';
import { accessWords } from '../access_words';
import { errorWords, useHeading, useTask, useUi } from '../context';
import type { AccessLog } from '../contract';
import { CodedError, codeOf } from '../../rpc/rpc';
import type { Activity } from '../console';
import { formatDate, formatTime } from '../format';
import { useOffice } from '../office';
import { ErrorLine } from './parts';

export function ActivityView() {
  const { t, language } = useUi();
  const { console, health } = useOffice();
  const heading = useHeading();
  const a = t.activity;
  const words = (one: Activity): string => {
    switch (one.kind) {
      case 'synced':
        return a.synced(one.envelopes, one.opened, one.changed);
      case 'forgotten':
        return a.forgotten(one.epochs.join(', '));
      case 'refreshed':
        return a.refreshed(one.cases);
      case 'failed':
        return a.failed(errorWords(new CodedError(one.code), t));
      case 'destroyed':
        return a.destroyed(t.list(one.cases.filter((number) => number !== '')), one.cases.length);
      case 'published':
        return a.published;
      case 'saved':
        return a.saved;
    }
  };
  const state: [string, string][] = [
    [a.epoch, health.readsEpoch === 0 ? a.epochNone : String(health.readsEpoch)],
    [a.epochEnds, health.epochEnds === null ? a.epochNone : formatDate(health.epochEnds, language)],
    [a.recipient, health.isRecipient ? t.yes : t.no],
    [a.prekeys, a.prekeysValue(health.prekeysLeft)],
    [a.draining, health.draining.length === 0 ? a.epochNone : health.draining.join(', ')],
    [a.batch, String(health.batch)],
  ];
  return (
    <div class="reading-width">
      <h1 ref={heading} tabIndex={-1}>
        {a.heading}
      </h1>
      <section class="card" aria-labelledby="state">
        <h2 id="state">{a.state}</h2>
        <dl class="facts">
          {state.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      <p class="lead">{a.lead}</p>
      {console.activity.length === 0 ? (
        <p class="card empty">{a.none}</p>
      ) : (
        <ol class="card history">
          {console.activity.map((one, i) => (
            <li key={i}>
              <span>{words(one)}</span>
              <span class="hint">{formatTime(one.at, language)}</span>
            </li>
          ))}
        </ol>
      )}
      <Access />
    </div>
  );
}

function Access() {
  const { api, t, language, announce } = useUi();
  const { nameOf } = useOffice();
  const task = useTask();
  const [log, setLog] = useState<AccessLog | null>(null);
  const [agrees, setAgrees] = useState(''); // what is said of the log that is shown
  const [forked, setForked] = useState(false);
  const a = t.access;
  const look = (accept: boolean) => {
    task.run(async () => {
      setLog(null);
      setForked(false);
      try {
        const read = await api.accessLog(accept);
        const words = (accept ? a.accepted : a.verified)(read.size);
        setLog(read);
        setAgrees(words);
        announce(words);
      } catch (error) {
        if (codeOf(error) !== 'log_forked') throw error;
        setForked(true);
        task.fail(a.forked);
      }
    });
  };
  return (
    <section class="set-apart" aria-labelledby="access">
      <h2 id="access">{a.heading}</h2>
      <p class="lead">{a.lead}</p>
      <button
        type="button"
        class="button"
        disabled={task.busy}
        onClick={() => {
          look(false);
        }}
      >
        {task.busy ? a.reading : a.show}
      </button>
      <ErrorLine text={task.error} />
      {forked && (
        <>
          <p>{a.afterRestore}</p>
          <button
            type="button"
            class="button"
            disabled={task.busy}
            onClick={() => {
              look(true);
            }}
          >
            {a.accept}
          </button>
        </>
      )}
      {log !== null && (
        <>
          <p class="notice good">✓ {agrees}</p>
          <h3>{a.newest(log.newest.length)}</h3>
          <ol class="card history">
            {log.newest.map((entry, i) => {
              const { when, who, what } = accessWords(entry, t, language, nameOf);
              return (
                <li key={log.size - i}>
                  <span>{what}</span>
                  <span class="hint">{[who, when].filter((part) => part !== '').join(' · ')}</span>
                </li>
              );
            })}
          </ol>
        </>
      )}
    </section>
  );
}
