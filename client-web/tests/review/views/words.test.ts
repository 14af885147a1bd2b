import { describe, expect, test } from 'vitest';
import type { EventView, Health } from '../../../src/review/contract';
import { accessWords } from '../../../src/review/access_words';
import { eventWords } from '../../../src/review/event_words';
import { clockWords, daysBetween, pressing, urgencyOf } from '../../../src/review/format';
import { guessLanguage } from '../../../src/review/guess_language';
import { en } from '../../../src/review/i18n/en';
import { ko } from '../../../src/review/i18n/ko';
import { withRo } from '../../../src/review/i18n/particle';
import { bannersOf } from '../../../src/review/notices';

const day = 86_400;
const noon = Math.floor(new Date(2026, 10, 24, 12).getTime() / 1000);

describe('clocks in words', () => {
  const clock = (due: number) => ({ kind: 'conclude' as const, due, done: false, paused: false });
  test('days are those of the calendar', () => {
    expect(daysBetween(noon, noon + 13 * 3600)).toBe(1);
    expect(clockWords(clock(noon + 11 * 3600), noon, ko)).toBe('오늘까지');
    expect(clockWords(clock(noon + 7 * day), noon, ko)).toBe('7일 남음');
    expect(clockWords(clock(noon - 2 * day), noon, en)).toBe('2 days overdue');
    expect(clockWords({ ...clock(noon - day), paused: true }, noon, ko)).toContain('멈춤');
  });
  test('urgency', () => {
    expect(urgencyOf(clock(noon + 8 * day), noon)).toBe('calm');
    expect(urgencyOf(clock(noon + 7 * day), noon)).toBe('soon');
    expect(urgencyOf(clock(noon - 1), noon)).toBe('over');
    expect(urgencyOf({ ...clock(noon - 1), done: true }, noon)).toBe('done');
  });
  test('the one that presses runs, and only then comes one that stands still', () => {
    const running = clock(noon + 50 * day);
    const paused = { ...clock(noon), paused: true };
    expect(pressing([paused, running])).toBe(running);
    expect(pressing([{ ...running, done: true }, paused])).toBe(paused);
    expect(pressing([{ ...running, done: true }])).toBeNull();
  });
});

describe('the access log in words', () => {
  const words = (entry: string) => {
    const { who, what } = accessWords(entry, ko, 'ko', (n) => `조사관 (${n})`);
    return [who, what];
  };
  test('each kind', () => {
    expect(words('29500000 reviewer 3 session-opened keyring')).toEqual([
      '조사관 (3)',
      '암호문구로 키를 꺼내러 접속함',
    ]);
    expect(words('29500000 admin root-1 enrolment-opened 4')).toEqual([
      '관리자 (root-1)',
      '4번 담당자를 초대함',
    ]);
    expect(words('29500000 roots statement 12 epoch')).toEqual([
      '관리자 열쇠',
      '키 기록에 12번째 글을 더함 (epoch)',
    ]);
    expect(words('29500000 server sign-ins-refused reviewer 3 keyring 2 admin 0')).toEqual([
      '서버',
      '거절한 접속: 담당자 3번, 키 보관 2번, 관리자 0번',
    ]);
    expect(words('29500000 server restored')).toEqual(['서버', '백업을 되돌림']);
    const at = accessWords('29500000 code enrolment-submitted 4', en, 'en', String).when;
    expect(at).toContain('2026');
  });
  test('a line that is not known is shown as it is', () => {
    for (const odd of [
      '',
      'x',
      '12 nobody did',
      '99999999999 roots statement 1 epoch',
      '1 reviewer 123456 x',
    ])
      expect(words(odd)).toEqual(['', odd]);
    expect(words('29500000 reviewer 3 toString 4')).toEqual(['조사관 (3)', 'toString 4']);
    expect(words('9999999999 roots statement 1 epoch')).toEqual(['', '9999999999 roots statement 1 epoch']);
  });
});

describe('history in words', () => {
  const event = (type: string, body: Record<string, unknown>): EventView => ({
    index: 0,
    at: noon,
    by: 1,
    byRevoked: false,
    type,
    body,
  });
  const words = (type: string, body: Record<string, unknown>) =>
    eventWords(event(type, body), ko, 'ko', (n) => `조사관 (${n})`);
  test('each kind', () => {
    expect(words('status', { status: 'closed' })).toBe('처리상태를 ‘종결’로 바꿈');
    expect(words('status', { status: 'reviewing' })).toBe('처리상태를 ‘검토중’으로 바꿈');
    expect(words('assign', { number: 2 })).toBe('담당자를 조사관 (2)으로 정함');
    expect(words('assign', { number: 0 })).toBe('담당자를 비움');
    expect(words('recusal', { reason: '같은 부서' })).toBe('회피함: 같은 부서');
    expect(words('snapshot', { kind: 2 })).toBe('제보자가 글을 더 보냄');
  });
  test('a type or a body of another shape is shown as what it is, and breaks nothing', () => {
    expect(words('sticker', {})).toContain('sticker');
    expect(words('status', { status: 7 })).toBe('처리상태를 ‘’(으)로 바꿈');
    expect(words('toString', {})).toContain('toString');
  });
  test('the particle follows the last syllable', () => {
    expect([withRo('접수'), withRo('이첩'), withRo('서울'), withRo('C-1'), withRo('감사담당관 (1)')]).toEqual(
      ['접수로', '이첩으로', '서울로', 'C-1(으)로', '감사담당관 (1)으로'],
    );
  });
});

test('the language of a text', () => {
  expect(guessLanguage('계약 상대를 미리 정해 두었습니다 (ABC Inc.)', 'en')).toBe('ko');
  expect(guessLanguage('My manager asks us to sign.', 'ko')).toBe('en');
  expect(guessLanguage('123', 'ko')).toBe('ko');
  expect(guessLanguage('', 'en')).toBe('en');
});

describe('banners', () => {
  const health: Health = {
    me: {
      number: 1,
      role: { ko: '', en: '' },
      desk: '',
      languages: [],
      revoked: false,
      place: 'server',
      origin: '',
    },
    channel: { origin: '', org: '', fingerprint: { ko: [], en: [] }, name: { ko: '', en: '' } },
    colleagues: [],
    categories: [],
    questions: [],
    readsEpoch: 3,
    epochEnds: noon + 30 * day,
    isRecipient: true,
    prekeysLeft: 20,
    draining: [],
    unsaved: false,
    batch: 1,
    storage: 'ample',
    load: 'calm',
  };
  const kinds = (more: Partial<Health>) =>
    bannersOf({ ...health, ...more }, noon, en, 'en').map((b) => b.kind);
  test('none when all is well', () => {
    expect(kinds({})).toEqual([]);
  });
  test('a week before the keys expire, and once they have', () => {
    expect(kinds({ epochEnds: noon + 7 * day })).toEqual(['warn']);
    expect(kinds({ epochEnds: noon + 7 * day + 1 })).toEqual([]);
    expect(kinds({ epochEnds: noon })).toEqual(['bad']);
    expect(kinds({ readsEpoch: 0, epochEnds: null })).toEqual(['bad']);
  });
  test('a disk that fills up and many submissions, also in words of a later server', () => {
    expect(kinds({ storage: 'low' })).toEqual(['warn']);
    expect(kinds({ storage: 'full', load: 'high' })).toEqual(['bad', 'info']);
    expect(kinds({ storage: '', load: '' })).toEqual([]);
    const told = bannersOf({ ...health, storage: 'smoking', load: 'odd' }, noon, ko, 'ko').map((b) => b.text);
    expect(told.map((text) => /smoking|odd/.exec(text)?.[0])).toEqual(['smoking', 'odd']);
  });
  test('not among the readers, few prekeys, an epoch that drains', () => {
    expect(kinds({ isRecipient: false, prekeysLeft: 6 })).toEqual(['warn', 'warn']);
    expect(kinds({ prekeysLeft: 7 })).toEqual([]);
    const [banner] = bannersOf({ ...health, draining: [1, 2] }, noon, en, 'en');
    expect(banner?.text).toContain('1, 2');
    expect(banner?.tellAdmin).toBe(false);
  });
});
