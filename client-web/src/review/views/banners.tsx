// What the reviewer has to know before anything else, and whom to tell.
import { bannersOf } from '../notices';
import { useTask, useUi } from '../context';
import { useOffice } from '../office';
import { ErrorLine } from './parts';

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
      {console.destroyed.length > 0 && (
        <div class="notice row spread">
          <span>
            {t.banner.destroyed(
              console.destroyed.length,
              t.list(console.destroyed.filter((number) => number !== '')),
            )}
          </span>
          <button type="button" class="button" onClick={console.seenDestroyed}>
            {t.close}
          </button>
        </div>
      )}
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
          {one.tellAdmin && <span class="hint"> {t.banner.tellAdmin}</span>}
        </p>
      ))}
    </aside>
  );
}
