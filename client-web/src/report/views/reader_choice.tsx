import { useId } from 'preact/hooks';

import { localised } from '../../i18n/language';
import type { Reader } from '../contract';
import { usePage } from '../page';
import { Problem } from './field';

interface Props {
  title: string;
  hint: string;
  readers: readonly Reader[];
  excluded: readonly number[];
  onExcluded: (excluded: number[]) => void;
  problem: string | undefined;
}

/** Who may read: marked at first; clearing a mark excludes. */
export function ReaderChoice({ title, hint, readers, excluded, onExcluded, problem }: Props) {
  const { t, language } = usePage();
  const id = useId();
  return (
    <fieldset aria-describedby={`${id}-hint ${id}-problem`}>
      <legend>{title}</legend>
      <p class="hint" id={`${id}-hint`}>
        {hint} {t.form.exclusion}
      </p>
      <div class="readers">
        {readers.map(({ number, role, desk }) => (
          <label key={number} class="choice">
            <input
              type="checkbox"
              checked={!excluded.includes(number)}
              aria-invalid={problem !== undefined}
              onChange={(event) => {
                const others = excluded.filter((other) => other !== number);
                onExcluded(event.currentTarget.checked ? others : [...others, number]);
              }}
            />
            <span>
              {localised(role, language)}
              {desk !== '' && <span class="hint"> {desk}</span>}
            </span>
          </label>
        ))}
      </div>
      <Problem id={`${id}-problem`}>{problem}</Problem>
    </fieldset>
  );
}
