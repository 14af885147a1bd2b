// One's own key: where it is, a spare file, another passphrase; and who else reads here.
import { useState } from 'preact/hooks';
import { localised } from '../../i18n/language';
import { useHeading, useTask, useUi } from '../context';
import { saveFile } from '../files';
import { useOffice } from '../office';
import { ErrorLine, Fingerprint } from './parts';
import { NewPassphrase } from './new_passphrase';

export function KeysView() {
  const { api, t, language, announce } = useUi();
  const { console, health, nameOf, saveKeyring } = useOffice();
  const heading = useHeading();
  const saving = useTask();
  const { me, channel } = health;
  const onServer = me.place === 'server';
  const [saved, setSaved] = useState('');
  const tell = (text: string) => {
    setSaved(text);
    scrollTo(0, 0);
    announce(text);
  };
  const k = t.keys;
  const facts: [string, string][] = [
    [k.number, String(me.number)],
    [k.role, localised(me.role, language)],
    ...(me.desk === '' ? [] : [[k.desk, me.desk] satisfies [string, string]]),
    [k.place, onServer ? k.placeServer : k.placeFile],
  ];
  return (
    <div class="reading-width">
      <h1 ref={heading} tabIndex={-1}>
        {k.heading}
      </h1>
      {saved !== '' && <p class="notice good">✓ {saved}</p>}
      <section class="card">
        <dl class="facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      {!onServer && (
        <section class="card" aria-labelledby="save">
          <h2 id="save">{k.saveHeading}</h2>
          <p>{health.unsaved ? k.saveText : k.nothingToSave}</p>
          <ErrorLine text={saving.error} />
          <button
            type="button"
            class="button primary"
            disabled={saving.busy || !health.unsaved}
            onClick={() => {
              saving.run(async () => {
                await saveKeyring();
                tell(t.enrol.fileSaved);
              });
            }}
          >
            {k.save}
          </button>
        </section>
      )}
      <NewPassphrase
        heading={onServer ? k.changeHeading : k.moveHeading}
        text={onServer ? k.changeText : k.moveText}
        label={onServer ? k.change : k.move}
        channel={channel}
        onChosen={async (passphrase) => {
          await api.moveToServer(passphrase);
          await console.reloadHealth();
          tell(k.moved);
        }}
      />
      {onServer && (
        <NewPassphrase
          heading={k.spareHeading}
          text={k.spareText}
          label={k.save}
          channel={channel}
          onChosen={async (passphrase) => {
            const file = await api.exportKeyring(passphrase);
            saveFile(`changgu-${me.number}.key`, file, 'application/octet-stream');
            tell(t.enrol.fileSaved);
          }}
        />
      )}
      <section class="card" aria-labelledby="colleagues">
        <h2 id="colleagues">{k.colleagues}</h2>
        <ul class="plain-list">
          {health.colleagues.map((one) => (
            <li key={one.number}>
              {nameOf(one.number)} <span class="hint">{one.desk}</span>
              {one.number === me.number && <span class="badge">{t.me}</span>}
              {one.revoked && <span class="badge">{t.case.revoked}</span>}
            </li>
          ))}
        </ul>
      </section>
      <details class="card">
        <summary>{k.fingerprint}</summary>
        <p>{t.start.fingerprintCompare}</p>
        <Fingerprint channel={channel} />
      </details>
    </div>
  );
}
