import type { StateUpdater } from 'preact/hooks';
import { useId, useRef, useState } from 'preact/hooks';

import { localised } from '../../i18n/language';
import { View } from '../../ui/view';
import type { ChannelView, Sent } from '../contract';
import { draftOf, fileProblem, isWorthKeeping, type Writing } from '../draft';
import { fewPeople } from '../hints/hints';
import { usePage } from '../page';
import { Problem, TextField } from './field';
import { FilePicker } from './file_picker';
import { ReaderChoice } from './reader_choice';
import { SendBar } from './send_bar';
import { useSending } from './sending';

interface Props {
  channel: ChannelView;
  writing: Writing;
  onWriting: (update: StateUpdater<Writing>) => void;
  onSent: (sent: Sent) => void;
  onBack: () => void;
}

export function Form({ channel, writing, onWriting, onSent, onBack }: Props) {
  const { api, t, language } = usePage();
  const id = useId();
  const body = useRef<HTMLDivElement>(null);
  const [tried, setTried] = useState(false);
  const { progress, error, run } = useSending();

  const patch = (part: Partial<Writing>) => {
    onWriting((now) => ({ ...now, ...part }));
  };
  const answer = (question: string, text: string) => {
    onWriting((now) => ({ ...now, answers: { ...now.answers, [question]: text } }));
  };
  const readers = channel.readers.filter(({ number }) => !writing.excluded.includes(number));
  const problems = {
    category: writing.category === '' && channel.categories.length > 0 ? t.form.categoryMissing : undefined,
    text: isWorthKeeping(writing) ? undefined : t.form.empty,
    files: fileProblem(writing.files, t.files),
    readers: readers.length === 0 ? t.errors['everybody_excluded'] : undefined,
  };
  const unready = Object.values(problems).some((problem) => problem !== undefined);
  const shown: Partial<typeof problems> = tried ? problems : {};

  const send = () => {
    setTried(true);
    if (unready) {
      requestAnimationFrame(() => {
        const first = body.current?.querySelector('.problem')?.closest('fieldset, .field');
        first?.querySelector<HTMLElement>('textarea, input, button')?.focus();
      });
      return;
    }
    run(async (onProgress) => {
      onSent(await api.send(draftOf(writing, channel.readers), onProgress));
    });
  };

  const department = channel.departments.find(
    ({ ko, en }) => localised({ ko, en }, 'ko') === writing.answers['department'],
  );
  return (
    <View title={t.form.title}>
      <p class="lead">{t.form.lead}</p>
      <div ref={body} inert={progress !== undefined}>
        {channel.categories.length > 0 && (
          <fieldset aria-describedby={`${id}-category`}>
            <legend>{t.form.category}</legend>
            <div class="pills">
              {channel.categories.map((category) => (
                <label key={category.id} class="pill">
                  <input
                    type="radio"
                    name={`${id}-category`}
                    autocomplete="off"
                    checked={writing.category === category.id}
                    aria-invalid={shown.category !== undefined}
                    onChange={() => {
                      patch({ category: category.id });
                    }}
                  />
                  {localised(category, language)}
                </label>
              ))}
            </div>
            <Problem id={`${id}-category`}>{shown.category}</Problem>
          </fieldset>
        )}
        <TextField
          label={t.form.text}
          hint={t.form.textHint}
          rows={7}
          value={writing.text}
          problem={shown.text}
          departments={channel.departments}
          onValue={(text) => {
            patch({ text });
          }}
        />
        {channel.questions.length > 0 && (
          <section class="questions" aria-labelledby={`${id}-questions`}>
            <h2 id={`${id}-questions`}>{t.form.questions}</h2>
            <p class="hint">{t.form.questionsHint}</p>
            <div class="columns">
              {channel.questions
                .filter((question) => question.id !== 'department')
                .map((question) => (
                  <TextField
                    key={question.id}
                    label={localised(question, language)}
                    rows={2}
                    value={writing.answers[question.id] ?? ''}
                    departments={channel.departments}
                    onValue={(text) => {
                      answer(question.id, text);
                    }}
                  />
                ))}
            </div>
          </section>
        )}
        {channel.departments.length > 0 && (
          <div class="field">
            <label for={`${id}-department`}>{t.form.department}</label>
            <p class="hint" id={`${id}-department-hint`}>
              {t.form.departmentHint}
            </p>
            <select
              id={`${id}-department`}
              autocomplete="off"
              aria-describedby={`${id}-department-hint`}
              onChange={(event) => {
                answer('department', event.currentTarget.value);
              }}
            >
              <option value="">{t.form.noDepartment}</option>
              {channel.departments.map(({ id: key, ko, en, people }) => (
                <option key={key} value={localised({ ko, en }, 'ko')} selected={department?.id === key}>
                  {localised({ ko, en }, language)} ({t.form.people(people)})
                </option>
              ))}
            </select>
            <p class="few" aria-live="polite">
              {department !== undefined &&
                department.people < fewPeople &&
                t.form.fewPeople(department.people)}
            </p>
          </div>
        )}
        <FilePicker files={writing.files} onWriting={onWriting} problem={shown.files} />
        <ReaderChoice
          title={t.form.readers}
          hint={t.form.readersHint}
          readers={channel.readers}
          excluded={writing.excluded}
          problem={shown.readers}
          onExcluded={(excluded) => {
            patch({ excluded });
          }}
        />
      </div>
      <SendBar
        draft={draftOf(writing, channel.readers)}
        readers={readers}
        error={tried && unready ? t.form.fix : error}
        progress={progress}
        onSend={send}
      />
      {progress === undefined && (
        <button type="button" class="button quiet" onClick={onBack}>
          {t.back}
        </button>
      )}
    </View>
  );
}
