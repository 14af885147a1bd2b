// Opening the console: with a keyring kept on the server, or with a file.
import { useState } from 'preact/hooks';
import { useHeading, useTask, useUi } from '../context';
import type { ChannelInfo, KeyringPlace, Me } from '../contract';
import { localised } from '../../i18n/language';
import { ErrorLine, Field, Fingerprint, Passphrase } from './parts';

const largestFile = 1024 * 1024;

export function Start(props: {
  channel: ChannelInfo;
  number: string;
  notice: string;
  onOpen: (me: Me) => void;
}) {
  const { api, t, language } = useUi();
  const heading = useHeading();
  const task = useTask();
  const [place, setPlace] = useState<KeyringPlace>('server');
  const [number, setNumber] = useState(props.number);
  const [passphrase, setPassphrase] = useState('');
  const [shown, setShown] = useState(false);
  const [file, setFile] = useState<File | null>(null);

  const open = () => {
    if (place === 'server' && !/^[0-9]{1,5}$/.test(number.trim())) task.fail(t.start.numberNeeded);
    else if (place === 'file' && file === null) task.fail(t.start.fileNeeded);
    else if (file !== null && file.size > largestFile) task.fail(t.start.fileTooLarge);
    else if (passphrase === '') task.fail(t.start.passphraseNeeded);
    else
      task.run(async () => {
        const me =
          place === 'file' && file !== null
            ? await api.unlockFile(new Uint8Array(await file.arrayBuffer()), passphrase)
            : await api.unlockFromServer(Number(number.trim()), passphrase);
        setPassphrase('');
        props.onOpen(me);
      });
  };

  return (
    <main id="content" class="narrow">
      <h1 ref={heading} tabIndex={-1}>
        {t.start.heading}
      </h1>
      <p class="lead">
        <strong>{localised(props.channel.name, language)}</strong> · {t.start.lead}
      </p>
      {props.notice !== '' && (
        <p class="notice good" role="status">
          {props.notice}
        </p>
      )}
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault();
          open();
        }}
      >
        <fieldset>
          <legend>{t.start.where}</legend>
          <div class="segments">
            {(['server', 'file'] as const).map((one) => (
              <label class="segment" key={one}>
                <input
                  type="radio"
                  name="place"
                  checked={place === one}
                  onChange={() => {
                    setPlace(one);
                  }}
                />
                <span>{one === 'server' ? t.start.onServer : t.start.onFile}</span>
              </label>
            ))}
          </div>
        </fieldset>
        {place === 'server' ? (
          <Field label={t.start.number} hint={t.start.numberHint}>
            {(attributes) => (
              <input
                {...attributes}
                autocomplete="off"
                inputMode="numeric"
                maxLength={5}
                class="short"
                value={number}
                onInput={(event) => {
                  setNumber(event.currentTarget.value);
                }}
              />
            )}
          </Field>
        ) : (
          <Field label={t.start.file}>
            {(attributes) => (
              <input
                {...attributes}
                type="file"
                onChange={(event) => {
                  setFile(event.currentTarget.files?.[0] ?? null);
                }}
              />
            )}
          </Field>
        )}
        <Passphrase
          label={t.start.passphrase}
          hint={t.start.lost}
          value={passphrase}
          shown={shown}
          onInput={setPassphrase}
        />
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
        <ErrorLine text={task.error} />
        <button class="button primary wide-button" type="submit" disabled={task.busy}>
          {task.busy ? t.start.unlocking : t.start.unlock}
        </button>
      </form>
      <details class="card">
        <summary>{t.start.fingerprint}</summary>
        <p>{t.start.fingerprintCompare}</p>
        <Fingerprint channel={props.channel} />
      </details>
    </main>
  );
}
