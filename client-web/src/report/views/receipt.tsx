import { useId, useState } from 'preact/hooks';

import { View } from '../../ui/view';
import type { ReceiptView, Sent } from '../contract';
import { usePage } from '../page';
import { isPart, partsOf, twoPositions, type ReceiptForm } from '../receipt_check';
import { Problem, unseen } from './field';
import { Sending } from './send_bar';
import { useSending } from './sending';

const forms: readonly ReceiptForm[] = ['ko', 'en', 'digits'];

interface Props {
  sent: Sent;
  onSent: (sent: Sent) => void;
  onDone: () => void;
  /** Back to what was written, when sending it again has failed for good. */
  onGiveUp: () => void;
}

/** Shows the receipt until two parts of it have been typed back. */
export function Receipt({ sent, onSent, onDone, onGiveUp }: Props) {
  const { language } = usePage();
  const [form, setForm] = useState<ReceiptForm>(language);
  const [checking, setChecking] = useState(false);
  return checking && sent.confirmed ? (
    <Check
      receipt={sent.receipt}
      form={form}
      onDone={onDone}
      onLookAgain={() => {
        setChecking(false);
      }}
    />
  ) : (
    <Show
      sent={sent}
      form={form}
      onForm={setForm}
      onSent={onSent}
      onGiveUp={onGiveUp}
      onWritten={() => {
        setChecking(true);
      }}
    />
  );
}

interface ShowProps {
  sent: Sent;
  form: ReceiptForm;
  onForm: (form: ReceiptForm) => void;
  onSent: (sent: Sent) => void;
  onGiveUp: () => void;
  onWritten: () => void;
}

function Show({ sent, form, onForm, onSent, onGiveUp, onWritten }: ShowProps) {
  const { api, t } = usePage();
  const id = useId();
  const { progress, error, run } = useSending();
  return (
    <View title={form === 'digits' ? t.receipt.titleDigits : t.receipt.title}>
      {sent.confirmed ? (
        <div class="notice good no-print" role="status">
          <p>{t.receipt.sent}</p>
        </div>
      ) : (
        <div class="notice warn no-print">
          <div role="alert">
            <h2>{t.receipt.unconfirmed}</h2>
            <p>{t.receipt.unconfirmedText}</p>
            {error !== '' && <p class="problem">{error}</p>}
          </div>
          {progress === undefined ? (
            <div class="row">
              <button
                type="button"
                class="button primary"
                onClick={() => {
                  run(async (onProgress) => {
                    onSent(await api.sendAgain(onProgress));
                  });
                }}
              >
                {t.receipt.again}
              </button>
              {error !== '' && (
                <button type="button" class="button" onClick={onGiveUp}>
                  {t.receipt.giveUp}
                </button>
              )}
            </div>
          ) : (
            <Sending progress={progress} />
          )}
        </div>
      )}
      <p>{t.receipt.text}</p>
      <ol
        class={form === 'digits' ? 'words digits' : 'words'}
        translate={false}
        {...(form === 'digits' ? {} : { lang: form })}
      >
        {partsOf(sent.receipt, form).map((part, i) => (
          <li key={i}>
            <span class="number">{i + 1}</span> {part}
          </li>
        ))}
      </ol>
      <fieldset class="no-print">
        <legend>{t.receipt.form}</legend>
        <div class="pills">
          {forms.map((choice) => (
            <label key={choice} class="pill">
              <input
                type="radio"
                name={id}
                autocomplete="off"
                checked={form === choice}
                onChange={() => {
                  onForm(choice);
                }}
              />
              {t.receiptForms[choice]}
            </label>
          ))}
        </div>
      </fieldset>
      {sent.confirmed && (
        <button type="button" class="button primary wide no-print" onClick={onWritten}>
          {t.receipt.written}
        </button>
      )}
      <div class="row no-print">
        <button
          type="button"
          class="button"
          onClick={() => {
            window.print();
          }}
        >
          {t.receipt.print}
        </button>
        <span class="hint">{t.receipt.printHint}</span>
      </div>
    </View>
  );
}

interface CheckProps {
  receipt: ReceiptView;
  form: ReceiptForm;
  onDone: () => void;
  onLookAgain: () => void;
}

function Check({ receipt, form, onDone, onLookAgain }: CheckProps) {
  const { t } = usePage();
  const id = useId();
  const parts = partsOf(receipt, form);
  const [positions] = useState(() => twoPositions(parts.length, Math.random));
  const [typed, setTyped] = useState<readonly [string, string]>(['', '']);
  const [wrong, setWrong] = useState<readonly [boolean, boolean]>([false, false]);

  const check = () => {
    const off = positions.map((position, i) => !isPart(typed[i] ?? '', parts[position] ?? ''));
    const [first = true, second = true] = off;
    setWrong([first, second]);
    if (!first && !second) onDone();
    else document.getElementById(`${id}-${first ? 0 : 1}`)?.focus();
  };
  return (
    <View title={t.check.title}>
      <p>{t.check.text}</p>
      {positions.map((position, i) => (
        <div key={position} class="field">
          <label for={`${id}-${i}`}>
            {form === 'digits' ? t.check.group(position + 1) : t.check.word(position + 1)}
          </label>
          <input
            {...unseen}
            id={`${id}-${i}`}
            type="text"
            inputMode={form === 'digits' ? 'numeric' : 'text'}
            value={typed[i] ?? ''}
            aria-invalid={wrong[i] === true}
            aria-describedby={wrong[i] === true ? `${id}-${i}-problem` : undefined}
            onInput={(event) => {
              const value = event.currentTarget.value;
              setTyped(([first, second]) => (i === 0 ? [value, second] : [first, value]));
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && !event.isComposing) check();
            }}
          />
          <Problem id={`${id}-${i}-problem`}>{wrong[i] === true ? t.check.wrong : undefined}</Problem>
        </div>
      ))}
      <button type="button" class="button primary wide" onClick={check}>
        {t.check.done}
      </button>
      <button type="button" class="button" onClick={onLookAgain}>
        {t.check.lookAgain}
      </button>
    </View>
  );
}
