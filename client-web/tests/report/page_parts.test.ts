import { describe, expect, it } from 'vitest';
import { draftOf, fileProblem, isWorthKeeping, nothingWritten, numberedName } from '../../src/report/draft';
import { en } from '../../src/report/i18n/en';
import { ko } from '../../src/report/i18n/ko';
import { errorText } from '../../src/report/page';
import { tripleEscape } from '../../src/report/quick_exit';
import { isSoon, nextRelease } from '../../src/report/release';
import { mayRetry, stopAtOpening, stopOf } from '../../src/report/stops';
import { CodedError } from '../../src/rpc/rpc';

const cleaned = {
  id: 5,
  name: 'photo.jpg',
  type: 'image/jpeg',
  originalSize: 9,
  size: 9,
  paddedSize: 65_519,
  removed: [],
  residue: [],
};

describe('Esc three times', () => {
  const press = (key: string, timeStamp: number, repeat = false) => ({ key, timeStamp, repeat });

  it('leaves when it is quick', () => {
    const pressed = tripleEscape();
    expect(pressed(press('Escape', 0))).toBe(false);
    expect(pressed(press('Escape', 700))).toBe(false);
    expect(pressed(press('Escape', 1500))).toBe(true);
  });
  it('counts the last three only', () => {
    const pressed = tripleEscape();
    expect([0, 1000, 2000, 2400].map((at) => pressed(press('Escape', at)))).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });
  it('does not leave for a key held down, nor with others between', () => {
    const pressed = tripleEscape();
    expect([1, 2, 3, 4].map((at) => pressed(press('Escape', at, at > 1)))).not.toContain(true);
    const other = tripleEscape();
    expect(['Escape', 'Escape', 'a', 'Escape'].map((key, at) => other(press(key, at)))).not.toContain(true);
  });
});

describe('the next release', () => {
  it('is strictly after now, at the tick and its offset', () => {
    const day = 86_400;
    expect(nextRelease(0, day, 64_800)).toBe(64_800);
    expect(nextRelease(64_799, day, 64_800)).toBe(64_800);
    expect(nextRelease(64_800, day, 64_800)).toBe(64_800 + day);
    expect(nextRelease(10 * day, day, 3 * day)).toBe(11 * day);
  });
  it('is worth a date when it is far apart', () => {
    expect(isSoon(2)).toBe(true);
    expect(isSoon(86_400)).toBe(false);
  });
});

describe('a failure', () => {
  it('of the key log stops everything, and is not tried again', () => {
    for (const code of [
      'broken_chain',
      'bad_signature',
      'not_enough_signatures',
      'wrong_org',
      'log_too_old',
      'log_forked',
      'origin_not_listed',
    ]) {
      const stop = stopOf(code);
      expect(stop, code).toBeDefined();
      expect(stop !== undefined && mayRetry(stop), code).toBe(false);
    }
  });
  it('of the connection can be tried again', () => {
    expect(stopOf('offline')).toBeUndefined();
    expect(mayRetry(stopAtOpening('offline'))).toBe(true);
    expect(mayRetry(stopAtOpening('busy'))).toBe(true);
  });
  it('that nobody has named still has words', () => {
    expect(stopAtOpening('constructor')).toBe('internal');
    expect(stopOf('__proto__')).toBeUndefined();
    expect(errorText(ko, new CodedError('toString'))).toContain('toString');
    expect(errorText(en, new Error('a secret'))).not.toContain('secret');
  });
  it('has its words in both languages', () => {
    expect(Object.keys(en.errors).sort()).toEqual(Object.keys(ko.errors).sort());
    expect(Object.keys(en.statuses).sort()).toEqual(Object.keys(ko.statuses).sort());
    expect(errorText(ko, new CodedError('offline'))).toBe(ko.errors['offline']);
  });
});

describe('what is being written', () => {
  it('is worth keeping once there is something', () => {
    expect(isWorthKeeping({ ...nothingWritten, category: 'idea', text: ' \n', answers: { who: '' } })).toBe(
      false,
    );
    expect(isWorthKeeping({ ...nothingWritten, answers: { who: '국장' } })).toBe(true);
    expect(
      isWorthKeeping({ ...nothingWritten, files: [{ key: 1, shownName: 'a', state: 'cleaning' }] }),
    ).toBe(true);
  });
  it('takes along what is filled in and decided, nothing else', () => {
    const draft = draftOf(
      {
        category: 'abuse',
        answers: { who: '국장', when: ' ' },
        text: '글',
        excluded: [2],
        files: [
          { key: 1, shownName: '내사진.jpg', state: 'ready', cleaned, name: 'photo-1.jpg' },
          {
            key: 2,
            shownName: 'b.hwp',
            state: 'asking',
            cleaned: { ...cleaned, id: 6 },
            name: 'document-1.hwp',
          },
          { key: 3, shownName: 'c', state: 'failed', code: 'too_large' },
        ],
      },
      [{ number: 1, role: { ko: '감사', en: 'Audit' }, desk: '', languages: [] }],
    );
    expect(draft).toEqual({
      category: 'abuse',
      answers: { who: '국장' },
      text: '글',
      excluded: [2],
      readers: [1],
      files: [{ id: 5, name: 'photo-1.jpg' }],
    });
  });
  it('waits for files that are not ready', () => {
    const words = { stillCleaning: 'wait', undecided: 'decide' };
    expect(fileProblem([{ key: 1, shownName: 'a', state: 'cleaning' }], words)).toBe('wait');
    expect(fileProblem([{ key: 1, shownName: 'a', state: 'asking', cleaned, name: 'a' }], words)).toBe(
      'decide',
    );
    expect(fileProblem([{ key: 1, shownName: 'a', state: 'failed', code: 'x' }], words)).toBeUndefined();
  });
  it('numbers files of one kind', () => {
    expect(numberedName('photo.jpg', [])).toBe('photo-1.jpg');
    expect(numberedName('photo.jpg', ['photo-1.jpg', 'photo-2.jpg'])).toBe('photo-3.jpg');
    expect(numberedName('file', ['file-1'])).toBe('file-2');
  });
});
