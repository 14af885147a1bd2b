// Enrolling from an admin's invitation: compare, choose a passphrase, make the key, wait for approval.
import { useState } from 'preact/hooks';
import { useHeading, useTask, useUi } from '../context';
import type { ChannelInfo, Enrolled, KeyringPlace } from '../contract';
import { saveFile } from '../files';
import type { Invitation } from '../fragment';
import { PassphraseChooser } from './new_passphrase';
import { ErrorLine, Fingerprint } from './parts';

const steps = 3;

export function Enrol(props: {
  channel: ChannelInfo;
  invitation: Invitation;
  onDone: (number: number) => void;
}) {
  const { api } = useUi();
  const [step, setStep] = useState(1);
  const [passphrase, setPassphrase] = useState('');
  const [enrolled, setEnrolled] = useState<Enrolled | null>(null);

  if (enrolled !== null) return <Waiting enrolled={enrolled} onDone={props.onDone} />;
  if (step === 1)
    return (
      <Compare
        channel={props.channel}
        pinned={props.invitation.org !== null}
        onNext={() => {
          setStep(2);
        }}
      />
    );
  if (step === 2)
    return (
      <ChoosePassphrase
        channel={props.channel}
        onNext={(chosen) => {
          setPassphrase(chosen);
          setStep(3);
        }}
      />
    );
  return (
    <ChoosePlace
      onMake={async (place) => {
        const result = await api.enrol(props.invitation.code, passphrase, place);
        setPassphrase('');
        setEnrolled(result);
      }}
    />
  );
}

function Head({ step, heading }: { step: number; heading: string }) {
  const { t } = useUi();
  const ref = useHeading();
  return (
    <>
      <p class="hint">
        {t.enrol.heading} · {t.enrol.step(step, steps)}
      </p>
      <h1 ref={ref} tabIndex={-1}>
        {heading}
      </h1>
    </>
  );
}

function Compare(props: { channel: ChannelInfo; pinned: boolean; onNext: () => void }) {
  const { t } = useUi();
  const task = useTask();
  const [compared, setCompared] = useState(false);
  return (
    <main id="content" class="narrow" key="compare">
      <Head step={1} heading={t.enrol.compareHeading} />
      <p class={props.pinned ? 'notice good' : 'notice warn'}>
        {props.pinned ? t.enrol.comparePinned : t.enrol.compareUnpinned}
      </p>
      <div class="card">
        <Fingerprint channel={props.channel} />
      </div>
      <label class="choice">
        <input
          type="checkbox"
          checked={compared}
          onChange={(event) => {
            setCompared(event.currentTarget.checked);
          }}
        />
        {t.enrol.compared}
      </label>
      <ErrorLine text={task.error} />
      <button
        type="button"
        class="button primary"
        onClick={() => {
          if (compared) props.onNext();
          else task.fail(t.enrol.comparedNeeded);
        }}
      >
        {t.next}
      </button>
    </main>
  );
}

function ChoosePassphrase(props: { channel: ChannelInfo; onNext: (passphrase: string) => void }) {
  const { t } = useUi();
  return (
    <main id="content" class="narrow" key="passphrase">
      <Head step={2} heading={t.enrol.passHeading} />
      <p class="lead">{t.enrol.passLead}</p>
      <div class="card">
        <PassphraseChooser
          channel={props.channel}
          label={t.next}
          onChosen={(passphrase) => {
            props.onNext(passphrase);
            return Promise.resolve();
          }}
        />
      </div>
    </main>
  );
}

function ChoosePlace(props: { onMake: (place: KeyringPlace) => Promise<void> }) {
  const { t } = useUi();
  const task = useTask();
  const [place, setPlace] = useState<KeyringPlace>('server');
  const choices = [
    { place: 'server', label: t.enrol.placeServer, hint: t.enrol.placeServerHint },
    { place: 'file', label: t.enrol.placeFile, hint: t.enrol.placeFileHint },
  ] as const;
  return (
    <main id="content" class="narrow" key="place">
      <Head step={3} heading={t.enrol.placeHeading} />
      <fieldset class="card">
        <legend class="visually-hidden">{t.enrol.placeHeading}</legend>
        {choices.map((one) => (
          <label class="choice" key={one.place}>
            <input
              type="radio"
              name="place"
              checked={place === one.place}
              onChange={() => {
                setPlace(one.place);
              }}
            />
            <span>
              {one.label}
              <span class="hint block">{one.hint}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <ErrorLine text={task.error} />
      <button
        type="button"
        class="button primary"
        disabled={task.busy}
        onClick={() => {
          task.run(() => props.onMake(place));
        }}
      >
        {task.busy ? t.enrol.making : t.enrol.make}
      </button>
    </main>
  );
}

function Waiting({ enrolled, onDone }: { enrolled: Enrolled; onDone: (number: number) => void }) {
  const { t } = useUi();
  const heading = useHeading();
  const [saved, setSaved] = useState(false);
  const needed = enrolled.place === 'file';
  return (
    <main id="content" class="narrow" key="waiting">
      <h1 ref={heading} tabIndex={-1}>
        {t.enrol.doneHeading}
      </h1>
      <div class="card">
        <p>
          {t.enrol.doneNumber}: <strong class="big-number">{enrolled.number}</strong>
        </p>
        <p>{t.enrol.doneTell}</p>
        <blockquote>{t.enrol.doneMessage(enrolled.number)}</blockquote>
        <p>{t.enrol.doneNext}</p>
      </div>
      <div class={needed ? 'notice warn' : 'notice'}>
        <p>{needed ? t.enrol.fileOnlyHint : t.enrol.spareHint}</p>
        <div class="row">
          <button
            type="button"
            class={needed ? 'button primary' : 'button'}
            onClick={() => {
              saveFile(`changgu-${enrolled.number}.key`, enrolled.file, 'application/octet-stream');
              setSaved(true);
            }}
          >
            {needed ? t.enrol.saveFile : t.enrol.saveSpare}
          </button>
          <span role="status">{saved ? `✓ ${t.enrol.fileSaved}` : ''}</span>
        </div>
      </div>
      <button
        type="button"
        class="button"
        disabled={needed && !saved}
        onClick={() => {
          onDone(enrolled.number);
        }}
      >
        {t.enrol.toUnlock}
      </button>
    </main>
  );
}
