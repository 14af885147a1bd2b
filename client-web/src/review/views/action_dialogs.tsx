// Steps that want a reason or a second thought: extending, closing, handing over, stepping aside.
import { useId, useState } from 'preact/hooks';
import { roundedSeconds } from '../../i18n/duration';
import type { Effort } from '../../rpc/rpc';
import { useTask, useUi } from '../context';
import { useOffice } from '../office';
import type { CaseTools } from './case_view';
import { Dialog, ErrorLine, Field, privateText } from './parts';

export type ActionKind = 'close' | 'handover' | ReasonKind;
type ReasonKind = 'extend' | 'recuse' | 'hold' | 'unhold';

interface Props {
  tools: CaseTools;
  onClose: () => void;
}

export function ActionDialog(props: Props & { kind: ActionKind }) {
  switch (props.kind) {
    case 'close':
      return <CloseCase {...props} />;
    case 'handover':
      return <HandOver {...props} />;
    case 'extend':
    case 'recuse':
    case 'hold':
    case 'unhold':
      return <WithReason {...props} kind={props.kind} />;
  }
}

function Buttons(props: { label: string; busy: boolean; danger?: boolean; onClose: () => void }) {
  const { t } = useUi();
  return (
    <div class="row">
      <button
        type="submit"
        class={props.danger === true ? 'button danger' : 'button primary'}
        disabled={props.busy}
      >
        {props.busy ? t.working : props.label}
      </button>
      <button type="button" class="button" onClick={props.onClose}>
        {t.cancel}
      </button>
    </div>
  );
}

function ReasonField(props: { label: string; value: string; onInput: (text: string) => void }) {
  return (
    <Field label={props.label}>
      {(attributes) => (
        <textarea
          {...attributes}
          {...privateText}
          class="small"
          maxLength={2000}
          value={props.value}
          onInput={(event) => {
            props.onInput(event.currentTarget.value);
          }}
        />
      )}
    </Field>
  );
}

const reasonEvents = { extend: 'extension', recuse: 'recusal', hold: 'hold', unhold: 'unhold' } as const;

function WithReason({ kind, tools, onClose }: Props & { kind: ReasonKind }) {
  const { t } = useUi();
  const task = useTask();
  const [reason, setReason] = useState('');
  const label = t.case[kind];
  return (
    <Dialog heading={label} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const given = reason.trim();
          if (given === '') task.fail(t.case.reasonNeeded);
          else
            task.run(async () => {
              await tools.act({ type: reasonEvents[kind], reason: given });
              onClose();
            });
        }}
      >
        <p>{t.case[`${kind}Text`]}</p>
        <ReasonField label={t.case.reason} value={reason} onInput={setReason} />
        <ErrorLine text={task.error} />
        <Buttons label={label} busy={task.busy} onClose={onClose} />
      </form>
    </Dialog>
  );
}

function CloseCase({ tools, onClose }: Props) {
  const { t } = useUi();
  const task = useTask();
  const [chosen, setChosen] = useState('');
  const [more, setMore] = useState('');
  const name = useId();
  return (
    <Dialog heading={t.case.closeCase} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const reason = [chosen, more.trim()].filter((part) => part !== '').join(': ');
          if (chosen === '') task.fail(t.case.reasonNeeded);
          else
            task.run(async () => {
              await tools.act({ type: 'close', reason });
              onClose();
            });
        }}
      >
        <p>{t.case.closeText}</p>
        <fieldset>
          <legend>{t.case.closeReasonLabel}</legend>
          {t.case.closeReasons.map((one) => (
            <label class="choice" key={one}>
              <input
                type="radio"
                name={name}
                checked={chosen === one}
                onChange={() => {
                  setChosen(one);
                }}
              />
              {one}
            </label>
          ))}
        </fieldset>
        <ReasonField label={`${t.case.closeDetail} ${t.optional}`} value={more} onInput={setMore} />
        <ErrorLine text={task.error} />
        <Buttons label={t.case.closeCase} busy={task.busy} onClose={onClose} />
      </form>
    </Dialog>
  );
}

function HandOver({ tools, onClose }: Props) {
  const { api, t, announce } = useUi();
  const { health, nameOf } = useOffice();
  const { detail, took } = tools;
  const task = useTask();
  const [to, setTo] = useState<number | null>(null);
  const [effort, setEffort] = useState<Effort>();
  const close = () => {
    void api.stop();
    onClose();
  };
  const name = useId();
  const colleagues = health.colleagues
    .filter((c) => c.number !== health.me.number)
    .map(({ number, desk, revoked }) => ({
      number,
      desk,
      why: detail.excluded.includes(number)
        ? t.case.handOverExcluded
        : revoked
          ? t.case.handOverRevoked
          : detail.recused.includes(number)
            ? t.case.handOverRecused
            : '',
    }));
  return (
    <Dialog heading={t.case.handOver} onClose={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (to === null) task.fail(t.case.handOverNeeded);
          else
            task.run(async () => {
              took(
                await api.handOver(detail.id, to, (_done, _of, now) => {
                  setEffort(now);
                }),
              );
              announce(t.case.saved);
              onClose();
            });
        }}
      >
        <p>{t.case.handOverText}</p>
        <fieldset>
          <legend>{t.case.handOverTo}</legend>
          {colleagues.every((c) => c.why !== '') && <p class="hint">{t.case.handOverNone}</p>}
          {colleagues.map(({ number, desk, why }) => (
            <label class="choice" key={number}>
              <input
                type="radio"
                name={name}
                disabled={why !== ''}
                checked={to === number}
                onChange={() => {
                  setTo(number);
                }}
              />
              <span>
                {nameOf(number)} <span class="hint">{why === '' ? desk : `${desk} · ${why}`}</span>
              </span>
            </label>
          ))}
        </fieldset>
        {task.busy && effort !== undefined && (
          <div>
            <p role="status">{t.work.text}</p>
            <progress value={effort.chance} max={1} aria-label={t.work.text} />
            <p class="hint">{t.work.time(roundedSeconds(effort.seconds))}</p>
          </div>
        )}
        <ErrorLine text={task.error} />
        <Buttons label={t.case.handOver} busy={task.busy} danger onClose={close} />
      </form>
    </Dialog>
  );
}
