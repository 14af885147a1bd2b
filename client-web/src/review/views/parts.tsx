// Small pieces that several views use.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { useUi } from '../context';
import type { ChannelInfo, Clock } from '../contract';
import { statusWords } from '../event_words';
import { clockWords, formatDate, urgencyOf } from '../format';

export function ErrorLine({ text, id }: { text: string; id?: string }) {
  return (
    <p class="error" id={id} role="alert" hidden={text === ''}>
      {text}
    </p>
  );
}

export function Field(props: {
  label: string;
  hint?: string;
  error?: string;
  children: (attributes: {
    id: string;
    'aria-describedby': string;
    'aria-invalid': boolean;
  }) => ComponentChildren;
}) {
  const id = useId();
  const error = props.error ?? '';
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      {props.hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {props.hint}
        </p>
      )}
      {props.children({
        id,
        'aria-describedby': `${id}-hint ${id}-error`,
        'aria-invalid': error !== '',
      })}
      <ErrorLine id={`${id}-error`} text={error} />
    </div>
  );
}

/** What no browser may keep, complete or send to a spelling service. */
export const privateText = { autocomplete: 'off', autocapitalize: 'off', spellcheck: false } as const;

/** A dialog over everything else; Escape and the cancel button close it, and the focus goes back where it was. */
export function Dialog(props: {
  heading: string;
  onClose: () => void;
  children: ComponentChildren;
  wide?: boolean;
  alert?: boolean;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const close = useRef(props.onClose);
  close.current = props.onClose;
  useEffect(() => {
    const before = document.activeElement;
    const element = dialog.current;
    element?.showModal();
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      role={props.alert === true ? 'alertdialog' : 'dialog'}
      aria-labelledby={heading}
      class={props.wide === true ? 'dialog wide' : 'dialog'}
      onCancel={(event) => {
        event.preventDefault();
        close.current();
      }}
    >
      <h2 id={heading}>{props.heading}</h2>
      {props.children}
    </dialog>
  );
}

export function Fingerprint({ channel }: { channel: ChannelInfo }) {
  const { language } = useUi();
  return (
    <ol class="fingerprint" translate={false}>
      {channel.fingerprint[language].map((word, i) => (
        <li key={i}>{word}</li>
      ))}
    </ol>
  );
}

export function StatusBadge({ status }: { status: string }) {
  const { t } = useUi();
  return <span class={`badge status-${status}`}>{statusWords(status, t)}</span>;
}

const clockIcon = { done: '✓', paused: '❚❚', calm: '○', soon: '◔', over: '!' };

export function ClockBadge({ clock, now, withDate }: { clock: Clock; now: number; withDate?: boolean }) {
  const { t, language } = useUi();
  const urgency = urgencyOf(clock, now);
  return (
    <span class={`clock ${urgency}`}>
      <span class="clock-icon" aria-hidden="true">
        {clockIcon[urgency]}
      </span>
      <span>
        {t.clock.kinds[clock.kind]} {clockWords(clock, now, t)}
        {withDate === true && !clock.done && (
          <span class="clock-date"> ({t.clock.due(formatDate(clock.due, language))})</span>
        )}
      </span>
    </span>
  );
}

export function Passphrase(props: {
  value: string;
  label: string;
  hint?: string;
  error?: string;
  shown: boolean;
  onInput: (value: string) => void;
}) {
  return (
    <Field label={props.label} {...pick(props)}>
      {(attributes) => {
        const common = {
          ...attributes,
          ...privateText,
          value: props.value,
          maxLength: 1000,
          onInput: (event: { currentTarget: { value: string } }) => {
            props.onInput(event.currentTarget.value);
          },
        };
        return props.shown ? <input {...common} type="text" /> : <input {...common} type="password" />;
      }}
    </Field>
  );
}

// With exactOptionalPropertyTypes an absent member must stay absent.
function pick({ hint, error }: { hint?: string; error?: string }) {
  return { ...(hint === undefined ? {} : { hint }), ...(error === undefined ? {} : { error }) };
}
