// What the reporter and the office wrote to each other, in order. All of it is shown as text and nothing else.
import { useState } from 'preact/hooks';
import { localised } from '../../i18n/language';
import { useUi } from '../context';
import type { AttachmentView, CaseDetail, MessageView, ReplyView } from '../contract';
import { formatSize, formatTime } from '../format';
import { useOffice } from '../office';
import { AttachmentDialog } from './attachment';
import { StatusBadge } from './parts';

interface Opened {
  message: number;
  index: number;
  view: AttachmentView;
}

export function Thread({ detail }: { detail: CaseDetail }) {
  const { t } = useUi();
  const [opened, setOpened] = useState<Opened | null>(null);
  let messages = 0;
  return (
    <section aria-labelledby="thread">
      <h2 id="thread" class="visually-hidden">
        {t.case.thread}
      </h2>
      {detail.thread.map((one, i) => {
        if (one.from === 'office') return <OfficeReply key={i} reply={one.reply} />;
        const message = messages++;
        return (
          <Message
            key={i}
            message={one.message}
            onOpen={(index, view) => {
              setOpened({ message, index, view });
            }}
          />
        );
      })}
      {opened !== null && (
        <AttachmentDialog
          caseId={detail.id}
          message={opened.message}
          index={opened.index}
          view={opened.view}
          onClose={() => {
            setOpened(null);
          }}
        />
      )}
    </section>
  );
}

function Message(props: { message: MessageView; onOpen: (index: number, view: AttachmentView) => void }) {
  const { t, language } = useUi();
  const { health } = useOffice();
  const { message } = props;
  const questionOf = (id: string) => {
    const question = health.questions.find((q) => q.id === id);
    if (question !== undefined) return localised(question, language);
    return id === 'department' ? t.case.department : id;
  };
  const isReport = message.kind === 'report';
  return (
    <section class="card message">
      <p class="message-head">
        <strong>{isReport ? t.case.report : t.case.followUp}</strong>
        <span class="hint">{formatTime(message.at, language)}</span>
      </p>
      {message.answers.length > 0 && (
        <dl class="answers">
          {message.answers.map((answer, i) => (
            <div key={i}>
              <dt>{questionOf(answer.question)}</dt>
              <dd class="said" dir="auto">
                {answer.text}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {message.answers.length > 0 && message.text !== '' && <h3>{t.case.freeText}</h3>}
      {message.text !== '' && (
        <p class="said" dir="auto">
          {message.text}
        </p>
      )}
      {message.text === '' && message.answers.length === 0 && <p class="hint">{t.queue.noText}</p>}
      {message.attachments.length > 0 && (
        <>
          <h3>{t.case.attachments}</h3>
          <ul class="attachments">
            {message.attachments.map((view, index) => (
              <li key={index}>
                <span>
                  <bdi>{view.name}</bdi> <span class="hint">{formatSize(view.size)}</span>
                </span>
                <button
                  type="button"
                  class="button no-print"
                  aria-label={`${t.case.open}: ${view.name}`}
                  onClick={() => {
                    props.onOpen(index, view);
                  }}
                >
                  {t.case.open}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function OfficeReply({ reply }: { reply: ReplyView }) {
  const { t, language } = useUi();
  const { nameOf, health } = useOffice();
  const writer = health.colleagues.find((c) => c.number === reply.by);
  const shown =
    reply.shownAs === 'role' && writer !== undefined ? localised(writer.role, language) : t.case.officeName;
  return (
    <section class="card message office">
      <p class="message-head">
        <strong>{t.case.office}</strong>
        <span class="hint">{formatTime(reply.at, language)}</span>
        <StatusBadge status={reply.status} />
      </p>
      <p class="said" dir="auto">
        {reply.text}
      </p>
      <p class="hint">
        {t.case.replyBy(nameOf(reply.by))}
        {reply.byRevoked && ` (${t.case.revoked})`}, {t.case.shownAs(shown)}
      </p>
      {!reply.delivered && <p class="hint warn-text">! {t.case.undelivered}</p>}
    </section>
  );
}
