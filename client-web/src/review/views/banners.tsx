// What the reviewer has to know before anything else, and whom to tell.
import { useTask, useUi } from '../context';
import { daysBetween, formatDate } from '../format';
import type { Catalogue } from '../i18n/ko';
import type { Language } from '../../i18n/language';
import type { Health } from '../contract';
import { useOffice } from '../office';
import { ErrorLine } from './parts';

const day = 86_400;
const fewPrekeys = 6;
const soonDays = 7;

export interface Banner {
  kind: 'bad' | 'warn' | 'info';
  text: string;
  tellAdmin: boolean;
}

/** In order of weight. */
export function bannersOf(health: Health, now: number, t: Catalogue, language: Language): Banner[] {
  const out: Banner[] = [];
  const b = t.banner;
  const ends = health.epochEnds;
  if (health.readsEpoch === 0 || ends === null) out.push({ kind: 'bad', text: b.noEpoch, tellAdmin: true });
  else if (ends <= now) out.push({ kind: 'bad', text: b.ended(formatDate(ends, language)), tellAdmin: true });
  else if (ends - now <= soonDays * day)
    out.push({
      kind: 'warn',
      text: b.ends(daysBetween(now, ends), formatDate(ends, language)),
      tellAdmin: true,
    });
  if (health.readsEpoch !== 0 && !health.isRecipient)
    out.push({ kind: 'warn', text: b.notRecipient, tellAdmin: true });
  if (health.prekeysLeft <= fewPrekeys)
    out.push({ kind: 'warn', text: b.prekeys(health.prekeysLeft), tellAdmin: true });
  if (health.draining.length > 0)
    out.push({ kind: 'info', text: b.draining(health.draining.join(', ')), tellAdmin: false });
  return out;
}

export function Banners({ unseen }: { unseen: number }) {
  const { t, language } = useUi();
  const { console, health, now, go, saveKeyring, page } = useOffice();
  const task = useTask();
  const banners = bannersOf(health, now, t, language);
  return (
    <aside class="banners no-print" aria-label={t.banner.label} aria-live="polite">
      {unseen > 0 && page.at !== 'alarms' && (
        <div class="notice bad row spread">
          <span>
            {[
              console.alarms.length > 0 ? t.banner.alarms(console.alarms.length) : '',
              console.strays.length > 0 ? t.banner.strays(console.strays.length) : '',
            ]
              .join(' ')
              .trim()}
          </span>
          <button
            type="button"
            class="button"
            onClick={() => {
              go({ at: 'alarms' });
            }}
          >
            {t.banner.seeAlarms}
          </button>
        </div>
      )}
      {console.sync.failure !== '' && console.sync.failure !== 'offline' && (
        <p class="notice bad">
          {t.errors[console.sync.failure.replaceAll('-', '_')] ?? t.unknownError(console.sync.failure)}
        </p>
      )}
      {console.sync.failure === 'offline' && <p class="notice warn">{t.banner.offline}</p>}
      {health.unsaved && (
        <div class="notice warn row spread">
          <span>{t.banner.unsaved}</span>
          <button
            type="button"
            class="button"
            disabled={task.busy}
            onClick={() => {
              task.run(saveKeyring);
            }}
          >
            {t.banner.saveNow}
          </button>
          <ErrorLine text={task.error} />
        </div>
      )}
      {banners.map((one) => (
        <p key={one.text} class={one.kind === 'info' ? 'notice' : `notice ${one.kind}`}>
          {one.text}
          {one.tellAdmin && <span class="hint block">{t.banner.tellAdmin}</span>}
        </p>
      ))}
    </aside>
  );
}
