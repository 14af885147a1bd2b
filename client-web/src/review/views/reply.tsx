// Writing an answer: a template, one's own words, a look at what repeats the reporter's, and then it is gone for good.
import { useEffect, useRef, useState } from 'preact/hooks';
import { languages, localised } from '../../i18n/language';
import { catalogues, useTask, useUi } from '../context';
import type { CaseDetail, CaseStatus, Repetition } from '../contract';
import { guessLanguage } from '../guess_language';
import { useOffice, type ReplyWriting } from '../office';
import type { CaseTools } from './case_view';
import { Dialog, ErrorLine, privateText } from './parts';
import { statuses } from './side';

const templates = [
  { id: 'receive', status: 'reviewing' },
  { id: 'more', status: 'more_information' },
  { id: 'transfer', status: 'transferred' },
  { id: 'close', status: 'closed' },
] as const satisfies readonly { id: string; status: CaseStatus }[];

type TemplateId = (typeof templates)[number]['id'];

const longText = 6_000; // bytes; what an envelope holds after compression is about as much
const hasBracket = (text: string) => /\[[^\]\n]{1,60}\]/.test(text);

function wordsOfReporter(detail: CaseDetail): string {
  return detail.thread
    .flatMap((one) =>
      one.from === 'reporter' ? [one.message.text, ...one.message.answers.map((a) => a.text)] : [],
    )
    .join('\n');
}

export function Reply(props: { tools: CaseTools; onDone: () => void; onCloseCase: () => void }) {
  const { api, t, language, announce } = useUi();
  const { writing, health } = useOffice();
  const { detail, took } = props.tools;
  const task = useTask();
  const [draft, setDraft] = useState<ReplyWriting>(
    () =>
      writing.get(detail.id) ?? {
        text: '',
        touched: false,
        status: detail.status === 'closed' ? 'closed' : 'reviewing',
        shownAs: 'office',
        language: guessLanguage(wordsOfReporter(detail), language),
      },
  );
  const [repeats, setRepeats] = useState<Repetition[] | null>(null);
  const [template, setTemplate] = useState<TemplateId | null>(null);
  const [discarding, setDiscarding] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const begun = useRef(detail.history.length);
  const role = localised(health.me.role, draft.language);
  const bytes = new TextEncoder().encode(draft.text).length;

  useEffect(() => {
    writing.set(detail.id, draft);
  }, [draft]);

  const change = (part: Partial<ReplyWriting>) => {
    setDraft({ ...draft, ...part });
  };
  const fill = (id: TemplateId) => {
    const status = templates.find((one) => one.id === id)?.status ?? draft.status;
    change({ text: catalogues[draft.language].templates[id], status, touched: false });
    setTemplate(null);
    box.current?.focus();
  };
  const leave = () => {
    writing.delete(detail.id);
    props.onDone();
  };
  const check = () => {
    if (draft.text.trim() === '') task.fail(t.reply.textNeeded);
    else if (hasBracket(draft.text)) task.fail(t.reply.brackets);
    else
      task.run(async () => {
        setRepeats(await api.checkReply(detail.id, draft.text));
      });
  };
  const send = async () => {
    const { text, status, shownAs } = draft;
    took(await api.reply(detail.id, { text, status, shownAs }));
    announce(t.reply.sent);
    leave();
    if (status === 'closed' && detail.closingReason === '') props.onCloseCase();
  };

  return (
    <section class="card reply" aria-labelledby="reply">
      <h2 id="reply">{t.reply.heading}</h2>
      {detail.history.length > begun.current && <p class="notice warn">{t.reply.meanwhile}</p>}
      {detail.addressesLeft === 0 && <p class="notice warn">{t.errors['no_address_left']}</p>}
      <div class="row">
        <div class="chips" role="group" aria-label={t.reply.template}>
          {templates.map(({ id }) => (
            <button
              type="button"
              class="chip"
              key={id}
              onClick={() => {
                if (draft.touched && draft.text !== '') setTemplate(id);
                else fill(id);
              }}
            >
              {t.reply.templates[id]}
            </button>
          ))}
        </div>
        <label class="inline-label">
          <span>{t.reply.templateLanguage}</span>
          <select
            value={draft.language}
            onChange={(event) => {
              change({ language: languages.find((one) => one === event.currentTarget.value) ?? 'ko' });
            }}
          >
            <option value="ko">한국어</option>
            <option value="en">English</option>
          </select>
        </label>
      </div>
      <div class="field">
        <label for="reply-text">{t.reply.text}</label>
        <p class="hint" id="reply-hint">
          {t.reply.textHint}
        </p>
        <textarea
          id="reply-text"
          ref={box}
          class="tall"
          lang={draft.language}
          aria-describedby="reply-hint reply-count reply-error"
          {...privateText}
          maxLength={20_000}
          value={draft.text}
          onInput={(event) => {
            change({ text: event.currentTarget.value, touched: true });
            task.fail('');
          }}
        />
        <p class="hint" id="reply-count">
          {t.reply.counter(draft.text.length)} · {t.reply.left(detail.addressesLeft)}
          {bytes > longText && ` ${t.reply.long}`}
        </p>
      </div>
      <div class="two-columns">
        <div class="field">
          <label for="reply-status">{t.reply.statusAfter}</label>
          <select
            id="reply-status"
            value={draft.status}
            onChange={(event) => {
              change({ status: statuses.find((one) => one === event.currentTarget.value) ?? draft.status });
            }}
          >
            {statuses.map((one) => (
              <option key={one} value={one}>
                {t.status[one]}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label for="reply-shown">{t.reply.shownAs}</label>
          <select
            id="reply-shown"
            aria-describedby="reply-shown-hint"
            value={draft.shownAs}
            onChange={(event) => {
              change({ shownAs: event.currentTarget.value === 'role' ? 'role' : 'office' });
            }}
          >
            <option value="office">{t.reply.asOffice}</option>
            <option value="role">{t.reply.asRole(role)}</option>
          </select>
          <p class="hint" id="reply-shown-hint">
            {t.reply.shownHint}
          </p>
        </div>
      </div>
      <ErrorLine id="reply-error" text={repeats === null ? task.error : ''} />
      <div class="row">
        <button
          type="button"
          class="button primary"
          disabled={task.busy || detail.addressesLeft === 0}
          onClick={check}
        >
          {task.busy ? t.reply.checking : t.reply.check}
        </button>
        <button
          type="button"
          class="button"
          onClick={() => {
            if (draft.touched && draft.text !== '') setDiscarding(true);
            else leave();
          }}
        >
          {t.cancel}
        </button>
      </div>
      {repeats !== null && (
        <Confirm
          draft={draft}
          repeats={repeats}
          left={detail.addressesLeft}
          role={role}
          onSend={send}
          onClose={() => {
            setRepeats(null);
          }}
        />
      )}
      {template !== null && (
        <Sure
          heading={t.reply.template}
          text={t.reply.overwrite}
          label={t.reply.overwriteDo}
          onSure={() => {
            fill(template);
          }}
          onClose={() => {
            setTemplate(null);
          }}
        />
      )}
      {discarding && (
        <Sure
          heading={t.reply.discard}
          text={t.reply.discardText}
          label={t.reply.discardDo}
          onSure={leave}
          onClose={() => {
            setDiscarding(false);
          }}
        />
      )}
    </section>
  );
}

function Sure(props: {
  heading: string;
  text: string;
  label: string;
  onSure: () => void;
  onClose: () => void;
}) {
  const { t } = useUi();
  return (
    <Dialog heading={props.heading} onClose={props.onClose}>
      <p>{props.text}</p>
      <div class="row">
        <button type="button" class="button danger" onClick={props.onSure}>
          {props.label}
        </button>
        <button type="button" class="button" onClick={props.onClose}>
          {t.reply.keepWriting}
        </button>
      </div>
    </Dialog>
  );
}

function Confirm(props: {
  draft: ReplyWriting;
  repeats: Repetition[];
  left: number;
  role: string;
  onSend: () => Promise<void>;
  onClose: () => void;
}) {
  const { t } = useUi();
  const { draft, repeats, left } = props;
  const task = useTask();
  const [read, setRead] = useState(false);
  return (
    <Dialog heading={t.reply.confirmHeading} onClose={props.onClose} wide>
      {repeats.length === 0 ? (
        <p class="notice good">✓ {t.reply.noRepeats}</p>
      ) : (
        <p class="notice warn">{t.reply.repeats(repeats.length)}</p>
      )}
      <div class="card preview" tabIndex={0} lang={draft.language}>
        <p class="said" dir="auto">
          <Marked text={draft.text} repeats={repeats} />
        </p>
      </div>
      <p>
        {t.reply.statusAfter}: <strong>{t.status[draft.status]}</strong> · {t.reply.shownAs}:{' '}
        <strong>{draft.shownAs === 'office' ? t.reply.asOffice : t.reply.asRole(props.role)}</strong>
      </p>
      <p>
        {t.reply.irrevocable} {left === 1 ? t.reply.lastOne : t.reply.leftAfter(left - 1)}
      </p>
      {repeats.length > 0 && (
        <label class="choice">
          <input
            type="checkbox"
            checked={read}
            onChange={(event) => {
              setRead(event.currentTarget.checked);
            }}
          />
          {t.reply.repeatsAck}
        </label>
      )}
      <ErrorLine text={task.error} />
      <div class="row">
        <button
          type="button"
          class="button primary"
          disabled={task.busy}
          onClick={() => {
            if (repeats.length > 0 && !read) task.fail(t.reply.repeatsAckNeeded);
            else task.run(props.onSend);
          }}
        >
          {task.busy ? t.reply.sending : t.reply.send}
        </button>
        <button type="button" class="button" disabled={task.busy} onClick={props.onClose}>
          {t.reply.edit}
        </button>
      </div>
    </Dialog>
  );
}

function Marked({ text, repeats }: { text: string; repeats: Repetition[] }) {
  const parts = [];
  let at = 0;
  for (const { start, end } of [...repeats].sort((a, b) => a.start - b.start)) {
    if (start < at) continue;
    parts.push(text.slice(at, start), <mark key={start}>{text.slice(start, end)}</mark>);
    at = end;
  }
  parts.push(text.slice(at));
  return <>{parts}</>;
}
