import { useEffect, useState } from 'preact/hooks';

import { roundedSeconds } from '../../i18n/duration';
import { localised } from '../../i18n/language';
import type { Draft, Measure, Reader } from '../contract';
import { errorText, usePage } from '../page';
import type { SendingState } from './sending';

const pause = 300; // ms

interface Props {
  draft: Draft;
  /** Who will be able to read it, to be named above the button. */
  readers: readonly Reader[];
  error: string;
  progress: SendingState | undefined;
  onSend: () => void;
}

/** How much of the envelope is used, the button, and what became of pressing it. */
export function SendBar({ draft, readers, error, progress, onSend }: Props) {
  const { t, language } = usePage();
  return (
    <div class="send-bar">
      <Meter draft={draft} />
      {readers.length > 0 && (
        <p>{t.form.sendSummary(readers.map(({ role }) => localised(role, language)).join(', '))}</p>
      )}
      <div role="alert">
        {error !== '' && (
          <div class="notice bad">
            <p>{error}</p>
          </div>
        )}
      </div>
      {progress === undefined ? (
        <button type="button" class="button primary wide" onClick={onSend}>
          {t.form.send}
        </button>
      ) : (
        <Sending progress={progress} />
      )}
    </div>
  );
}

/** What goes on; a screen reader hears it once, and once more if a proof of work begins. */
export function Sending({ progress: { done, of, effort } }: { progress: SendingState }) {
  const { api, t } = usePage();
  const label = effort === undefined ? t.form.sending : t.work.text;
  const value = of > 1 || effort !== undefined ? { value: done + (effort?.chance ?? 0), max: of } : {};
  return (
    <div class="sending">
      <p role="status">{label}</p>
      <progress {...value} aria-label={label} />
      {effort !== undefined && (
        <>
          <p class="hint">{t.work.time(roundedSeconds(effort.seconds * (of - done)))}</p>
          <button type="button" class="button" onClick={() => void api.stop()}>
            {t.work.stop}
          </button>
        </>
      )}
    </div>
  );
}

/** Asks the worker, not the server: composing sends nothing. */
function Meter({ draft }: { draft: Draft }) {
  const { api, t } = usePage();
  const [measure, setMeasure] = useState<Measure>();
  const [problem, setProblem] = useState('');
  const key = JSON.stringify(draft);
  useEffect(() => {
    let current = true;
    const timer = setTimeout(() => {
      api.measure(draft).then(
        (value) => {
          if (!current) return;
          setMeasure(value);
          setProblem('');
        },
        (error: unknown) => {
          if (current) setProblem(errorText(t, error));
        },
      );
    }, pause);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [api, t, key]);
  if (measure === undefined && problem === '') return null;
  return (
    <div class="measure">
      {measure !== undefined && problem === '' && !measure.becomesFile && (
        <>
          <meter
            min={0}
            max={measure.of}
            value={Math.min(measure.used, measure.of)}
            aria-label={t.measure.meter}
          />
          <p class="hint">{t.measure.used(Math.ceil((100 * measure.used) / measure.of))}</p>
        </>
      )}
      <p class="hint" aria-live="polite">
        {problem === '' ? measure?.becomesFile === true && t.measure.becomesFile : problem}
      </p>
    </div>
  );
}
