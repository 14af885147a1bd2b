import { useRef, useState } from 'preact/hooks';

import { localised } from '../../i18n/language';
import { View } from '../../ui/view';
import type { ChannelView, ReplyView, ThreadView } from '../contract';
import { usePage } from '../page';
import { Release } from './done';

interface Props {
  channel: ChannelView;
  thread: ThreadView;
  onThread: (thread: ThreadView) => void;
  onWriteOn: () => void;
  onBack: () => void;
}

/** What has been answered, each answer with its state in words. */
export function Thread({ channel, thread, onThread, onWriteOn, onBack }: Props) {
  const { api, t, say } = usePage();
  const none = thread.replies.length === 0;
  const burn = async (index: number) => {
    await api.burn([index]);
    onThread({
      ...thread,
      replies: thread.replies.map((reply) => (reply.index === index ? { index, state: 'burned' } : reply)),
    });
    say(t.thread.burnDone);
  };
  return (
    <View title={none ? t.thread.none : t.thread.title(thread.replies.length)}>
      {none && (
        <>
          <p>{t.thread.noneText}</p>
          <p>
            <Release channel={channel} />
          </p>
        </>
      )}
      {thread.replies.map((reply, i) => (
        <Reply key={reply.index} number={i + 1} reply={reply} channel={channel} onBurn={burn} />
      ))}
      <section class="write-on">
        {channel.canSend ? (
          <>
            <p>{t.thread.writeOnHint}</p>
            <button type="button" class="button primary" onClick={onWriteOn}>
              {t.thread.writeOn}
            </button>
          </>
        ) : (
          <p>{t.thread.cannotSend}</p>
        )}
      </section>
      <button type="button" class="button quiet" onClick={onBack}>
        {t.back}
      </button>
    </View>
  );
}

interface ReplyProps {
  number: number;
  reply: ReplyView;
  channel: ChannelView;
  onBurn: (index: number) => Promise<void>;
}

function Reply({ number, reply, channel, onBurn }: ReplyProps) {
  const { t, language } = usePage();
  const heading = useRef<HTMLHeadingElement>(null);
  const opened = reply.state === 'present' && reply.failure === undefined;
  const from = reply.shownAs === 'role' && reply.role !== undefined ? reply.role : channel.name;
  return (
    <article class={opened ? 'card reply' : 'card reply gone'} aria-labelledby={`answer-${number}`}>
      <div class="row spread">
        <h2 id={`answer-${number}`} ref={heading} tabIndex={-1}>
          {t.thread.answer(number)}
        </h2>
        {opened && reply.status !== undefined && (
          <span class={`badge ${reply.status}`}>{t.statuses[reply.status] ?? reply.status}</span>
        )}
      </div>
      {reply.state === 'burned' && <p>{t.thread.burned}</p>}
      {reply.state === 'expired' && <p>{t.thread.expired}</p>}
      {reply.state === 'present' && reply.failure !== undefined && (
        <div class="notice bad">
          <p>
            <strong>{t.thread.failed}</strong>
          </p>
          <p>{t.thread.failedText}</p>
          <p class="hint">{t.code(reply.failure)}</p>
        </div>
      )}
      {opened && (
        <>
          {reply.forked === true && (
            <div class="notice bad" role="alert">
              <p>{t.thread.forked}</p>
            </div>
          )}
          {reply.revoked === true && (
            <div class="notice warn">
              <p>{t.thread.revoked}</p>
            </div>
          )}
          <p class="reply-text" translate={false}>
            {reply.text}
          </p>
          <p class="hint">{t.thread.from(localised(from, language))}</p>
          <Burn
            onBurn={async () => {
              await onBurn(reply.index);
              heading.current?.focus(); // the button that was pressed is gone
            }}
          />
        </>
      )}
    </article>
  );
}

type Step = 'offered' | 'asked' | 'burning';

const focusAtOnce = (element: HTMLElement | null) => element?.focus();

function Burn({ onBurn }: { onBurn: () => Promise<void> }) {
  const { t, fail } = usePage();
  const offer = useRef<HTMLButtonElement>(null);
  const [step, setStep] = useState<Step>('offered');
  const [problem, setProblem] = useState('');
  const burn = () => {
    setStep('burning');
    setProblem('');
    onBurn().catch((error: unknown) => {
      setProblem(fail(error));
      setStep('asked');
    });
  };
  if (step === 'offered')
    return (
      <button
        ref={offer}
        type="button"
        class="button danger"
        onClick={() => {
          setStep('asked');
        }}
      >
        {t.thread.burn}
      </button>
    );
  return (
    <div class="notice warn" role="alert">
      <p>
        <strong>{t.thread.burnAsk}</strong>
      </p>
      <p>{t.thread.burnText}</p>
      {problem !== '' && <p class="problem">{problem}</p>}
      {step === 'burning' ? (
        <progress aria-label={t.thread.burning} />
      ) : (
        <div class="row">
          <button
            type="button"
            class="button"
            ref={focusAtOnce}
            onClick={() => {
              setStep('offered');
              requestAnimationFrame(() => offer.current?.focus());
            }}
          >
            {t.thread.burnNo}
          </button>
          <button type="button" class="button danger" onClick={burn}>
            {t.thread.burnYes}
          </button>
        </div>
      )}
    </div>
  );
}
