// Choosing a passphrase: six words made for it, or one's own that a meter finds strong enough.
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { connect } from '../../rpc/client';
import { startWorker } from '../../ui/start_worker';
import { useTask, useUi } from '../context';
import type { ChannelInfo } from '../contract';
import strengthUrl from '../worker/strength?worker&url';
import { ErrorLine, Field, Passphrase, privateText } from './parts';

// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- an interface is no Api
type StrengthApi = {
  strengthOf: (passphrase: string, known: string[]) => Promise<number>;
};

const leastScore = 3;

const tidy = (words: string) => words.normalize('NFC').trim().replace(/\s+/g, ' ');

interface Choosing {
  channel: ChannelInfo;
  label: string;
  onChosen: (passphrase: string) => Promise<void>;
}

/** The chooser behind a button, for a page where it is seldom wanted. */
export function NewPassphrase(props: Choosing & { heading: string; text: string }) {
  const { t } = useUi();
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>{props.heading}</h2>
      <p>{props.text}</p>
      {open ? (
        <>
          <PassphraseChooser
            channel={props.channel}
            label={props.label}
            onChosen={async (passphrase) => {
              await props.onChosen(passphrase);
              setOpen(false);
            }}
          />
          <button
            type="button"
            class="button quiet"
            onClick={() => {
              setOpen(false);
            }}
          >
            {t.cancel}
          </button>
        </>
      ) : (
        <button
          type="button"
          class="button"
          onClick={() => {
            setOpen(true);
          }}
        >
          {props.label}
        </button>
      )}
    </section>
  );
}

export function PassphraseChooser(props: Choosing) {
  const { api, t, language } = useUi();
  const task = useTask();
  const [own, setOwn] = useState(false);
  const [words, setWords] = useState('');
  const [chosen, setChosen] = useState('');
  const [again, setAgain] = useState('');
  const [shown, setShown] = useState(false);
  const score = useStrength(own ? chosen : '', props.channel);
  const group = useId();
  const suggest = () => {
    task.run(async () => {
      setWords(await api.suggestPassphrase(language));
      setAgain('');
    });
  };
  useEffect(suggest, []);

  const next = () => {
    if (!own && tidy(again) !== words) task.fail(t.enrol.retypeWrong);
    else if (own && (score ?? 0) < leastScore) task.fail(t.enrol.tooWeak);
    else if (own && chosen !== again) task.fail(t.enrol.ownMismatch);
    else task.run(() => props.onChosen(own ? chosen : words));
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        next();
      }}
    >
      <fieldset>
        <legend class="visually-hidden">{t.enrol.passHeading}</legend>
        {[false, true].map((one) => (
          <label class="choice" key={String(one)}>
            <input
              type="radio"
              name={group}
              checked={own === one}
              onChange={() => {
                setOwn(one);
                setAgain('');
              }}
            />
            {one ? t.enrol.own : t.enrol.suggested}
          </label>
        ))}
      </fieldset>
      {own ? (
        <>
          <Passphrase label={t.enrol.ownLabel} value={chosen} shown={shown} onInput={setChosen} />
          <Meter score={score} />
          <Passphrase label={t.enrol.ownRetype} value={again} shown={shown} onInput={setAgain} />
          <label class="choice">
            <input
              type="checkbox"
              checked={shown}
              onChange={(event) => {
                setShown(event.currentTarget.checked);
              }}
            />
            {t.start.show}
          </label>
        </>
      ) : (
        <>
          <p class="words mono" translate={false} aria-label={t.enrol.words}>
            {words}
          </p>
          <p>
            <button type="button" class="button" onClick={suggest}>
              {t.enrol.again}
            </button>
          </p>
          <Field label={t.enrol.retype} hint={t.enrol.retypeHint}>
            {(attributes) => (
              <input
                {...attributes}
                {...privateText}
                value={again}
                maxLength={1000}
                onInput={(event) => {
                  setAgain(event.currentTarget.value);
                }}
              />
            )}
          </Field>
        </>
      )}
      <ErrorLine text={task.error} />
      <button class="button primary" type="submit" disabled={task.busy}>
        {task.busy ? t.working : props.label}
      </button>
    </form>
  );
}

function Meter({ score }: { score: number | null }) {
  const { t } = useUi();
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{t.enrol.strength}</label>
      <meter id={id} min={0} max={4} low={2} high={3} optimum={4} value={score ?? 0} />
      <p class="hint" aria-live="polite">
        {score === null ? '' : t.enrol.strengths[score]}
      </p>
    </div>
  );
}

/** The score of what is typed, 0 … 4; null while it is not known. The meter's worker starts with the first letter. */
function useStrength(passphrase: string, channel: ChannelInfo): number | null {
  const meter = useRef<{ worker: Worker; api: StrengthApi } | null>(null);
  const [score, setScore] = useState<number | null>(null);
  useEffect(
    () => () => {
      meter.current?.worker.terminate();
      meter.current = null;
    },
    [],
  );
  useEffect(() => {
    setScore(null);
    if (passphrase === '') return;
    if (meter.current === null) {
      const worker = startWorker(strengthUrl);
      meter.current = { worker, api: connect<StrengthApi & Record<string, never>>(worker) };
    }
    let wanted = true;
    const { api } = meter.current;
    const timer = setTimeout(() => {
      void api.strengthOf(passphrase, [channel.name.ko, channel.name.en]).then(
        (value) => {
          if (wanted) setScore(value);
        },
        () => {
          if (wanted) setScore(null);
        },
      );
    }, 150);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [passphrase]);
  return score;
}
