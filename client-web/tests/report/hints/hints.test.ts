import { describe, expect, it } from 'vitest';
import { findHints, type HintKind } from '../../../src/report/hints/hints';

const departments = [
  { id: 'audit', ko: '감사담당관', en: 'Audit Office', people: 8 },
  { id: 'general', ko: '총무과', en: 'General Affairs', people: 31 },
];
/** `kind:text` of every hint. */
function hints(text: string): string[] {
  return findHints(text, { departments }).map(({ kind, start, end }) => `${kind}:${text.slice(start, end)}`);
}

describe('hints', () => {
  it.each<[HintKind, string, string]>([
    ['phone', '연락처는 010-1234-5678 입니다', '010-1234-5678'],
    ['phone', '01012345678로 주세요', '01012345678'],
    ['phone', '전화 02-3153-8000', '02-3153-8000'],
    ['phone', '+82 10-1234-5678', '+82 10-1234-5678'],
    ['phone', '내선 8123으로', '내선 8123'],
    ['phone', 'call me at ext. 4821 please', 'ext. 4821'],
    ['resident_number', '주민번호 850131-1234567', '850131-1234567'],
    ['resident_number', '850131-2******', '850131-2******'],
    ['staff_number', '제 사번은 20191234이고', '사번은 20191234'],
    ['staff_number', 'My employee number is A-10293.', 'employee number is A-10293'],
    ['email', 'gildong.hong@mapo.go.kr로 회신', 'gildong.hong@mapo.go.kr'],
    ['name', '어제 김민수 과장님이 불렀습니다', '김민수 과장'],
    ['name', '박서연주무관과 함께', '박서연주무관'],
    ['name', '이지은 씨가 봤습니다', '이지은 씨'],
    ['name', '남궁민수님께서', '남궁민수님'],
    ['name', '제 이름은 홍길동입니다', '제 이름은 홍길동'],
    ['name', '저는 홍길동입니다', '저는 홍길동입니다'],
    ['name', 'My name is Jane Doe and', 'My name is Jane Doe'],
    ['name', 'told Mr. Kim yesterday', 'Mr. Kim'],
    ['only_me', '그 자리에는 저만 있었습니다', '저만'],
    ['only_me', '이 일은 나만 압니다', '나만'],
    ['only_me', '제가 유일한 목격자입니다', '제가 유일'],
    ['only_me', '제가 혼자 있을 때 말했습니다', '혼자 있을 때'],
    ['only_me', '저한테만 말했습니다', '저한테만'],
    ['only_me', '아는 사람은 저밖에 없습니다', '저밖에'],
    ['only_me', '과장과 단둘이 있는 자리', '단둘이'],
    ['only_me', 'I was the only one who saw it', 'I was the only'],
    ['only_me', 'Only I have the key', 'Only I'],
    ['only_me', 'He said it in front of me alone.', 'me alone'],
    ['title_and_department', '총무과 팀장이 시켰습니다', '총무과 팀장'],
    ['title_and_department', '총무과 7급입니다', '총무과 7급'],
    ['title_and_department', 'the head of General Affairs asked', 'head of General Affairs'],
    ['small_department', '감사담당관에 알렸습니다', '감사담당관'],
  ])('%s: %s', (kind, text, expected) => {
    expect(hints(text)).toContain(`${kind}:${expected}`);
  });

  it.each([
    '담당 과장이 예산 2,340,000원을 2026-03-02에 집행했습니다.',
    '이번 팀장은 선임 주무관에게 맡겼습니다. 선생님과 주민님, 신임 과장님도 있었습니다.',
    '민원 팀장과 인사 과장이 회의를 했습니다. 안전 팀장도 왔습니다.',
    '저는 공무원입니다. 저만치 떨어진 곳에서 하나만 봤습니다. 저만큼 아는 사람도 많습니다.',
    '계약번호 2024-0102-3345, 총액 1,234,567,890원, 관리번호 12345678901',
    '991332-1234567은 날짜가 아닙니다.',
    '총무과에서 예산을 다시 짰습니다.',
    'If only I had known, the office would have saved 010 won.',
    'The General Affairsman sat at 3@4 and a@b.',
    '모든 과장님과 우리 팀장님, 조용한 주무관과 이상한 과장님, 강력한 부장',
    '사업 담당자가 직접 하도급 업체를 지정하고 영수증을 고치라고 지시했습니다.',
  ])('leaves alone: %s', (text) => {
    expect(hints(text)).toEqual([]);
  });

  it('says where, in the order of the text, and each place once a kind', () => {
    const text = '저만 압니다. 010-1234-5678. 저만 압니다.';
    const found = findHints(text, { departments: [] });
    expect(found.map((hint) => hint.kind)).toEqual(['only_me', 'phone', 'only_me']);
    expect(text.slice(found[1]?.start, found[1]?.end)).toBe('010-1234-5678');
  });

  it('takes the time of the length, whatever the text', () => {
    const bits = [
      'a@',
      '0',
      '010-',
      '김민수',
      '저는 가 가 ',
      'only I ',
      'Mr. A ',
      ' ',
      'a.',
      '제 이름은 ',
      '총무과 ',
      '850131-',
      'ext ',
      '내선',
      '-',
      'İ',
    ];
    for (const bit of bits) {
      const text = bit.repeat(60_000 / bit.length);
      const started = performance.now();
      findHints(text, { departments });
      // Some milliseconds; what is quadratic takes minutes.
      expect(performance.now() - started, JSON.stringify(bit)).toBeLessThan(5000);
    }
  });
});
