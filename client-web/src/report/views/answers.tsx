import { useId, useRef, useState } from 'preact/hooks';

import { CodedError } from '../../rpc/rpc';
import { View } from '../../ui/view';
import type { ThreadView } from '../contract';
import { usePage } from '../page';
import { Problem, unseen } from './field';

const longestReceipt = 512; // characters; eight words with generous spacing

interface Props {
  onThread: (thread: ThreadView) => void;
  onBack: () => void;
}

function positionOf(error: unknown): number | undefined {
  if (!(error instanceof CodedError) || error.code !== 'word_not_in_list') return undefined;
  const detail = error.detail as { position?: unknown } | undefined;
  return typeof detail?.position === 'number' ? detail.position : undefined;
}

/** Takes the receipt as typed, and looks for answers with it. */
export function Answers({ onThread, onBack }: Props) {
  const { api, t, fail } = usePage();
  const id = useId();
  const field = useRef<HTMLTextAreaElement | null>(null);
  const [typed, setTyped] = useState('');
  const [looking, setLooking] = useState(false);
  const [problem, setProblem] = useState<string>();

  const look = async () => {
    if (looking) return;
    setProblem(undefined);
    setLooking(true);
    try {
      await api.checkReceipt(typed);
      onThread(await api.lookUp(typed));
    } catch (error) {
      const position = positionOf(error);
      setProblem(position === undefined ? fail(error) : t.answers.notInList(position + 1));
      setLooking(false);
      requestAnimationFrame(() => field.current?.focus());
    }
  };
  return (
    <View title={t.answers.title}>
      <div class="field">
        <label for={id}>{t.answers.label}</label>
        <p class="hint" id={`${id}-hint`}>
          {t.answers.hint}
        </p>
        <textarea
          {...unseen}
          ref={(element) => {
            field.current = element;
            unseen.ref(element);
          }}
          id={id}
          class="receipt-field"
          rows={3}
          maxLength={longestReceipt}
          value={typed}
          readOnly={looking}
          aria-describedby={`${id}-hint ${id}-problem`}
          aria-invalid={problem !== undefined}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.isComposing || event.shiftKey || !/\S\s+\S/.test(typed))
              return;
            // Words may be on lines of their own: Enter looks only when all of them are there.
            if (typed.trim().split(/[\s,-]+/).length < 8) return;
            event.preventDefault();
            void look();
          }}
        />
        <Problem id={`${id}-problem`}>{problem}</Problem>
      </div>
      {looking ? (
        <div class="sending">
          <p role="status">{t.answers.looking}</p>
          <progress aria-label={t.answers.looking} />
        </div>
      ) : (
        <>
          <button type="button" class="button primary wide" onClick={() => void look()}>
            {t.answers.look}
          </button>
          <button type="button" class="button quiet" onClick={onBack}>
            {t.back}
          </button>
        </>
      )}
    </View>
  );
}
