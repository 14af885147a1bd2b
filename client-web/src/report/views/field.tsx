// Fields that leave nothing behind: no autocomplete, no spelling service, no translation service sees them. None is
// in a <form>, so that nothing can be submitted to an address.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useMemo, useState } from 'preact/hooks';

import type { Department } from '../contract';
import { findHints, type HintKind } from '../hints/hints';
import { usePage } from '../page';

/** Give it to every field. autocorrect is set as an attribute: as a property the word "off" would count as true. */
export const unseen = {
  autocomplete: 'off',
  autocapitalize: 'off',
  spellcheck: false,
  translate: false,
  ref: (element: Element | null) => element?.setAttribute('autocorrect', 'off'),
} as const;

export function Problem({ id, children }: { id: string; children: string | undefined }) {
  return children === undefined ? null : (
    <p id={id} class="problem">
      {children}
    </p>
  );
}

interface Props {
  label: string;
  value: string;
  onValue: (value: string) => void;
  rows: number;
  hint?: string;
  problem?: string | undefined;
  departments?: readonly Department[];
  children?: ComponentChildren;
}

/** A text area; with `departments` given, what it says is looked through for what could name its writer. */
export function TextField({ label, value, onValue, rows, hint, problem, departments, children }: Props) {
  const id = useId();
  const described = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <textarea
        {...unseen}
        id={id}
        rows={rows}
        value={value}
        aria-describedby={described === '' ? undefined : described}
        aria-invalid={problem !== undefined}
        onInput={(event) => {
          onValue(event.currentTarget.value);
        }}
      />
      <Problem id={`${id}-problem`}>{problem}</Problem>
      {children}
      {departments && <Hints field={id} text={value} departments={departments} />}
    </div>
  );
}

const pause = 700; // ms without a key before the text is looked through: nobody wants remarks in mid-word
const mostShown = 5;

interface HintsProps {
  field: string; // the element's id
  text: string;
  departments: readonly Department[];
}

function Hints({ field, text, departments }: HintsProps) {
  const { t } = usePage();
  const [looked, setLooked] = useState('');
  const [kept, setKept] = useState<readonly string[]>([]);
  useEffect(() => {
    const timer = setTimeout(() => {
      setLooked(text);
    }, pause);
    return () => {
      clearTimeout(timer);
    };
  }, [text]);

  const found = useMemo(() => {
    const hints = new Map<string, { kind: HintKind; words: string }>();
    for (const { kind, start, end } of findHints(looked, { departments: [...departments] })) {
      const words = looked.slice(start, end);
      hints.set(`${kind} ${words}`, { kind, words });
    }
    return [...hints];
  }, [looked, departments]).filter(([key]) => !kept.includes(key));
  return (
    <div class="hints">
      <p class="visually-hidden" aria-live="polite">
        {found.length > 0 && t.hints.title(found.length)}
      </p>
      {found.length > 0 && (
        <div class="notice">
          <p>
            <strong aria-hidden="true">{t.hints.title(found.length)}</strong>{' '}
            <span class="hint">{t.hints.note}</span>
          </p>
          <ul>
            {found.slice(0, mostShown).map(([key, { kind, words }]) => (
              <li key={key}>
                <span>
                  <mark translate={false}>{words}</mark> {t.hintKinds[kind]}
                </span>
                <button
                  type="button"
                  class="button quiet"
                  onClick={() => {
                    setKept([...kept, key]);
                    document.getElementById(field)?.focus(); // the button that was pressed goes
                  }}
                >
                  {t.hints.keep}
                  <span class="visually-hidden">: {words}</span>
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
