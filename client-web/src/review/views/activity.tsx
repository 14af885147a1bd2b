// What the console did by itself: nothing that touches keys happens unseen.
import { errorWords, useHeading, useUi } from '../context';
import { CodedError } from '../../rpc/rpc';
import type { Activity } from '../console';
import { formatDate, formatTime } from '../format';
import { useOffice } from '../office';

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
    </div>
  );
}
