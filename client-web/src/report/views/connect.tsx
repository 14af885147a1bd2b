import { useId, useState } from 'preact/hooks';

import { View } from '../../ui/view';
import type { Pin } from '../contract';
import { isOrigin, parseFingerprint } from '../fragment';
import { usePage } from '../page';
import { Problem, unseen } from './field';

/** In the single file, which has no server of its own: asks what the poster says. */
export function Connect({ onConnect }: { onConnect: (origin: string, pin: Pin | null) => void }) {
  const { t } = usePage();
  const id = useId();
  const [address, setAddress] = useState('');
  const [fingerprint, setFingerprint] = useState('');
  const [problems, setProblems] = useState({ address: false, fingerprint: false });

  const connect = () => {
    const origin = address.trim().toLowerCase().replace(/\/$/, '');
    const org = parseFingerprint(fingerprint);
    const found = { address: !isOrigin(origin), fingerprint: fingerprint.trim() !== '' && org === undefined };
    setProblems(found);
    if (!found.address && !found.fingerprint) onConnect(origin, org === undefined ? null : { org, seq: 0 });
  };
  const fields = [
    ['address', t.connect.address, t.connect.addressHint, t.connect.badAddress, address, setAddress],
    [
      'fingerprint',
      t.connect.fingerprint,
      t.connect.fingerprintHint,
      t.connect.badFingerprint,
      fingerprint,
      setFingerprint,
    ],
  ] as const;
  return (
    <View title={t.connect.title}>
      <p>{t.connect.text}</p>
      {fields.map(([name, label, hint, bad, value, setValue]) => (
        <div key={name} class="field">
          <label for={`${id}-${name}`}>{label}</label>
          <p class="hint" id={`${id}-${name}-hint`}>
            {hint}
          </p>
          <input
            {...unseen}
            id={`${id}-${name}`}
            type="text"
            inputMode={name === 'address' ? 'url' : 'text'}
            value={value}
            maxLength={300}
            aria-invalid={problems[name]}
            aria-describedby={`${id}-${name}-hint ${id}-${name}-problem`}
            onInput={(event) => {
              setValue(event.currentTarget.value);
            }}
          />
          <Problem id={`${id}-${name}-problem`}>{problems[name] ? bad : undefined}</Problem>
        </div>
      ))}
      <button type="button" class="button primary wide" onClick={connect}>
        {t.connect.go}
      </button>
    </View>
  );
}
