import type { StateUpdater } from 'preact/hooks';
import { useId, useRef } from 'preact/hooks';

import type { Language } from '../../i18n/language';
import { codeOf, CodedError } from '../../rpc/rpc';
import type { CleanedFile } from '../contract';
import { mostFiles, numberedName, type DraftFile, type Writing } from '../draft';
import { errorText, usePage } from '../page';
import { Problem } from './field';

interface Props {
  files: readonly DraftFile[];
  onWriting: (update: StateUpdater<Writing>) => void;
  problem: string | undefined;
}

let lastKey = 0;

function sizeText(bytes: number, language: Language): string {
  const [unit, size]: [string, number] =
    bytes < 1_000 ? ['byte', 1] : bytes < 1_000_000 ? ['kilobyte', 1_000] : ['megabyte', 1_000_000];
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: 1 }).format(
    bytes / size,
  );
}

/** Chooses files and has them cleaned in the worker; asks about whatever could not be cleaned. */
export function FilePicker({ files, onWriting, problem }: Props) {
  const { api, clean, t, say } = usePage();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);

  const change = (update: (files: DraftFile[]) => DraftFile[]) => {
    onWriting((writing) => ({ ...writing, files: update(writing.files) }));
  };
  const replace = (key: number, make: (file: DraftFile, others: DraftFile[]) => DraftFile) => {
    change((list) => list.map((file) => (file.key === key ? make(file, list) : file)));
  };
  const named = (file: CleanedFile, others: readonly DraftFile[]) =>
    numberedName(
      file.name,
      others.flatMap((other) => ('name' in other ? [other.name] : [])),
    );

  const add = async (chosen: File) => {
    const key = ++lastKey;
    change((list) => [...list, { key, shownName: chosen.name, state: 'cleaning' }]);
    try {
      const cleaned = await clean(chosen);
      const state = cleaned.residue.length > 0 ? 'asking' : 'ready';
      replace(key, (file, others) => ({ ...file, state, cleaned, name: named(cleaned, others) }));
      say(state === 'asking' ? t.files.asks(chosen.name) : t.files.added(chosen.name));
    } catch (error) {
      replace(key, (file) => ({ key, shownName: file.shownName, state: 'failed', code: codeOf(error) }));
      say(errorText(t, error));
    }
  };
  const addAll = async (chosen: File[]) => {
    // One after the other: pictures are large, telephones are not.
    const room = mostFiles - files.length;
    for (const file of chosen.slice(0, room)) await add(file);
    if (chosen.length > room) say(t.errors['too_many_files'] ?? '');
  };
  const drop = (file: DraftFile) => {
    change((list) => list.filter((other) => other.key !== file.key));
    if (file.state === 'ready' || file.state === 'asking') void api.discard(file.cleaned.id);
    say(t.files.dropped);
    input.current?.focus();
  };

  return (
    <fieldset aria-describedby={`${id}-hint ${id}-problem`}>
      <legend>{t.files.label}</legend>
      <p class="hint" id={`${id}-hint`}>
        {t.files.hint}
      </p>
      {files.length > 0 && (
        <ul class="files">
          {files.map((file) => (
            <li key={file.key} class="card">
              <FileItem file={file} />
              <div class="row">
                {file.state === 'asking' && (
                  <button
                    type="button"
                    class="button"
                    onClick={() => {
                      replace(file.key, () => ({ ...file, state: 'ready' }));
                      say(t.files.added(file.name));
                      input.current?.focus(); // the button that was pressed is gone
                    }}
                  >
                    {t.files.keep}
                  </button>
                )}
                {file.state !== 'cleaning' && (
                  <button
                    type="button"
                    class="button danger"
                    onClick={() => {
                      drop(file);
                    }}
                  >
                    {t.files.remove}
                    <span class="visually-hidden">: {file.shownName}</span>
                  </button>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
      {files.length < mostFiles ? (
        <label class="button pick">
          <input
            ref={input}
            type="file"
            multiple
            class="visually-hidden"
            onChange={(event) => {
              const chosen = [...(event.currentTarget.files ?? [])];
              event.currentTarget.value = ''; // so that the same file can be chosen again
              void addAll(chosen);
            }}
          />
          {t.files.add}
        </label>
      ) : (
        <p class="hint">{t.errors['too_many_files']}</p>
      )}
      <Problem id={`${id}-problem`}>{problem}</Problem>
    </fieldset>
  );
}

function FileItem({ file }: { file: DraftFile }) {
  const { t, language } = usePage();
  const title = (
    <p class="file-name" translate={false}>
      <strong>{'name' in file ? file.name : file.shownName}</strong>
      {'name' in file && <span class="hint"> ← {file.shownName}</span>}
    </p>
  );
  if (file.state === 'cleaning')
    return (
      <>
        {title}
        <p>{t.files.cleaning}</p>
        <progress aria-label={t.files.cleaning} />
      </>
    );
  if (file.state === 'failed')
    return (
      <>
        {title}
        <p class="problem">{errorText(t, new CodedError(file.code))}</p>
      </>
    );
  const { removed, residue, size, paddedSize } = file.cleaned;
  return (
    <>
      {title}
      <p class="hint">{t.files.size(sizeText(size, language), sizeText(paddedSize, language))}</p>
      {removed.length > 0 && (
        <p>
          {t.files.removed} {removed.map((item) => t.removals[item]).join(', ')}
        </p>
      )}
      {removed.length === 0 && residue.length === 0 && <p>{t.files.nothingRemoved}</p>}
      {residue.length > 0 && (
        <div class="notice warn">
          <p>
            <strong>{t.files.residue}</strong>
          </p>
          <ul>
            {residue.map((item) => (
              <li key={item}>{t.residues[item]}</li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}
