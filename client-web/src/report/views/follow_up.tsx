import type { StateUpdater } from 'preact/hooks';
import { useState } from 'preact/hooks';

import { CodedError, codeOf } from '../../rpc/rpc';
import { View } from '../../ui/view';
import type { ChannelView, ThreadView } from '../contract';
import { draftOf, fileProblem, isWorthKeeping, type Writing } from '../draft';
import { usePage } from '../page';
import { TextField } from './field';
import { FilePicker } from './file_picker';
import { ReaderChoice } from './reader_choice';
import { SendBar } from './send_bar';
import { useSending } from './sending';

interface Props {
  channel: ChannelView;
  thread: ThreadView;
  writing: Writing;
  onWriting: (update: StateUpdater<Writing>) => void;
  onSent: () => void;
  onNewReport: () => void;
  onBack: () => void;
}

/** Writes on in the thread. Who was excluded is asked only where no answer has said it yet. */
export function FollowUp({ channel, thread, writing, onWriting, onSent, onNewReport, onBack }: Props) {
  const { api, t } = usePage();
  const [tried, setTried] = useState(false);
  const [tooLate, setTooLate] = useState(false);
  const [unconfirmed, setUnconfirmed] = useState(false);
  const { progress, error, run } = useSending();

  const asked = thread.somebodyExcluded && thread.excluded === null;
  const everybody = writing.excluded.length >= channel.readers.length;
  const problems = {
    text: isWorthKeeping(writing) ? undefined : t.form.empty,
    files: fileProblem(writing.files, t.files),
    readers: !asked
      ? undefined
      : everybody
        ? t.errors['everybody_excluded']
        : writing.excluded.length === 0
          ? t.errors['exclusion_unknown']
          : undefined,
  };
  const unready = Object.values(problems).some((problem) => problem !== undefined);
  const shown: Partial<typeof problems> = tried ? problems : {};
  const excluded = asked ? writing.excluded : [];
  const draft = { ...draftOf(writing, channel.readers), category: '', answers: {}, excluded };
  const without = asked ? writing.excluded : (thread.excluded ?? []);
  const readers = channel.readers.filter(({ number }) => !without.includes(number));

  const send = () => {
    setTried(true);
    setTooLate(false);
    if (unready) return;
    run(async (onProgress) => {
      try {
        if (!unconfirmed) await api.followUp(draft, onProgress);
        else if (!(await api.sendAgain(onProgress)).confirmed) throw new CodedError('send_unconfirmed');
        onSent();
      } catch (reason) {
        setTooLate(codeOf(reason) === 'exclusion_too_late');
        setUnconfirmed(codeOf(reason) === 'send_unconfirmed');
        throw reason;
      }
    });
  };
  return (
    <View title={t.followUp.title}>
      <div inert={progress !== undefined || unconfirmed}>
        <TextField
          label={t.followUp.text}
          rows={7}
          value={writing.text}
          problem={shown.text}
          departments={channel.departments}
          onValue={(text) => {
            onWriting((now) => ({ ...now, text }));
          }}
        />
        <FilePicker files={writing.files} onWriting={onWriting} problem={shown.files} />
        {asked && (
          <ReaderChoice
            title={t.followUp.ask}
            hint={t.followUp.askHint}
            readers={channel.readers}
            excluded={writing.excluded}
            problem={shown.readers}
            onExcluded={(excluded) => {
              onWriting((now) => ({ ...now, excluded }));
            }}
          />
        )}
        {thread.somebodyExcluded && !asked && <p>{t.followUp.sameReaders}</p>}
      </div>
      <SendBar
        draft={draft}
        readers={readers}
        error={tried && unready ? t.form.fix : error}
        progress={progress}
        onSend={send}
      />
      {progress === undefined && (
        <div class="row">
          {tooLate && (
            <button type="button" class="button" onClick={onNewReport}>
              {t.followUp.newReport}
            </button>
          )}
          <button type="button" class="button quiet" onClick={onBack}>
            {t.followUp.back}
          </button>
        </div>
      )}
    </View>
  );
}
