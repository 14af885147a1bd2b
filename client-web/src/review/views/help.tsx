import { useUi } from '../context';
import type { Catalogue } from '../i18n/ko';
import { Dialog } from './parts';

type Entry = [keys: string[], what: keyof Catalogue['help']['keys']];

const anywhere: Entry[] = [
  [['/'], 'search'],
  [['?'], 'help'],
  [['g', 'q'], 'goQueue'],
  [['g', 'f'], 'goFigures'],
  [['g', 'd'], 'goRetention'],
  [['g', 'a'], 'goAlarms'],
  [['g', 'y'], 'goActivity'],
  [['g', 'k'], 'goKeys'],
  [['Shift+R'], 'refresh'],
  [['Shift+L'], 'lock'],
];
const inQueue: Entry[] = [
  [['j', '↓'], 'down'],
  [['k', '↑'], 'up'],
  [['Enter', 'o'], 'open'],
  [['[', ']'], 'pages'],
  [['1–6'], 'filters'],
];
const inCase: Entry[] = [
  [['u', 'Esc'], 'back'],
  [['j', ']'], 'down'],
  [['k', '['], 'up'],
  [['r'], 'reply'],
  [['n'], 'note'],
  [['s'], 'status'],
  [['a'], 'assign'],
  [['m'], 'mine'],
  [['t'], 'tag'],
  [['l'], 'link'],
  [['e'], 'extend'],
  [['c'], 'close'],
  [['h'], 'handOver'],
  [['x'], 'recuse'],
  [['d'], 'hold'],
  [['Shift+J'], 'export'],
  [['p'], 'print'],
];

export function Help(props: { enabled: boolean; onEnabled: (on: boolean) => void; onClose: () => void }) {
  const { t } = useUi();
  const h = t.help;
  return (
    <Dialog heading={h.heading} onClose={props.onClose} wide>
      <label class="choice">
        <input
          type="checkbox"
          checked={props.enabled}
          onChange={(event) => {
            props.onEnabled(event.currentTarget.checked);
          }}
        />
        <span>
          {h.enabled}
          <span class="hint block">{h.enabledHint}</span>
        </span>
      </label>
      <div class="help-columns">
        {(
          [
            [h.anywhere, anywhere],
            [h.inQueue, inQueue],
            [h.inCase, inCase],
          ] as const
        ).map(([title, entries]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl class="keys">
              {entries.map(([keys, what]) => (
                <div key={what}>
                  <dt>
                    {keys.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dt>
                  <dd>{h.keys[what]}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <button type="button" class="button" onClick={props.onClose}>
        {t.close}
      </button>
    </Dialog>
  );
}
