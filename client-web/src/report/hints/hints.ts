// Hints against giving oneself away: what in a text could name its writer. They run on the page, block nothing and
// send nothing. Precision comes before recall: a hint that cries wolf is soon not read any more.
//
// Every pattern has bounded repetitions only, so the work is linear in the text whatever it says.
import type { Department } from '../contract';

export type HintKind =
  | 'phone'
  | 'resident_number'
  | 'staff_number'
  | 'email'
  | 'name'
  | 'only_me' // words that say that one person alone was there, was told or does it
  | 'title_and_department' // a post within a department: few people, often one
  | 'small_department'; // a department with fewer than `fewPeople`

/** A stretch of the text, in UTF-16 units. */
export interface Hint {
  kind: HintKind;
  start: number;
  end: number;
}

export const fewPeople = 10;

// prettier-ignore
const surnames = '김이박최정강조윤장임한오서신권황안송전홍유류고문양손배백허남심노하곽성차주우구민진지엄채원천방공현함변염여추도소석선설마길연위표명기반라왕금옥육인맹제모탁국어은편용예경봉사부가복태목형피두감음빈동온호범좌팽승간상갈';
const twoSyllableSurnames = '남궁|황보|제갈|선우|독고|사공|서문';
// Syllables that given names are made of; what has another in it is a word.
// prettier-ignore
const given = '가강건겸경관광교구국권규균근금기길나남노다단달담대덕도동두라란람래려련령례록룡루린림마만명모무문미민배백범별병보복봉빈빛상새샘서석선설섭성세소솔송수숙순슬승시식신아안애양언여연열영예오옥온완용우욱운웅원월유윤율은을의이익인일자재점정제조종주준중지진찬창채천철청초춘충치탁태택평하학한해향헌혁현형혜호홍화환회효후훈휘희';
// Long ones first: the first that fits is taken.
const ranks =
  '주무관|사무관|서기관|이사관|서기보|부구청장|구청장|동장|국장|과장|팀장|계장|실장|소장|부장|차장|대리|주임|주사보|주사|서기|사원|사서|공무관|실무관|조사관|감사관|연구사|지도사|간호사|관장|원장|센터장|본부장|반장|선임|책임|비서|기사|반장';
// Words of the shape of a name that stand before a rank or an honorific in ordinary sentences.
const notNames = new Set(
  // prettier-ignore
  ('담당 전임 신임 선임 후임 주무 인사 감사 예산 안전 민원 도시 공원 주차 문화 홍보 정책 전산 지적 조직 복지 기획 여성 노인 남자 여자 현재 최근 전직 임시 이번 지금 이전 당시 동료 ' +
    '주임 기사 여사 강사 이사 임금 선배 주민 시민 국민 부모 선생 상사 부하 고위 하위 상위 직속 여러 모든 어느 우리 어떤 그런 이런 저런 해당 소속 소관 주관 전체 일부 남성 청소 도로 세무 ' +
    '징수 수도 하수 경리 서무 총무 재무 재정 교육 체육 관광 경제 산업 일자리 건설 건축 주택 토목 기전 전기 통신 의약 보건 위생 예방 방역 노무 용역 계약 지원 지도 단속 조사 심사 송무 법무 ' +
    '전문 전담 수석 차석 일반 정규 기간 공무 주무관 공무원 기간제 임기제 정규직 신규자 여직원 남직원 동장 구청장 부구청장 사무관 서기관 이사관 조사관 감사관 국장 소장 차장 부장 원장 반장 ' +
    '시의원 구의원 도의원 임산부 유권자 신고자 제보자 사용자 관리자 책임자 지원자 장애인 노조원 조합원 상담사 변호사 사무원 경비원 미화원 이용자 신청인 민원인 청원인 피해자 가해자 ' +
    '주요한 공정한 이상한 유명한 온순한 안이한 부정한').split(' '),
);

const person = `(?<![가-힣])((?:${twoSyllableSurnames})[${given}]{1,2}|[${surnames}][${given}]{1,2})`;
const patterns: readonly [HintKind, RegExp, ((match: RegExpExecArray) => boolean)?][] = [
  [
    'resident_number',
    /(?<![\d-])(\d\d)(\d\d)(\d\d)(?: ?[-–] ?[1-8](?:\d{6}|[*xX●○]{0,6})|[1-8]\d{6})(?![\d-])/g,
    hasDate,
  ],
  ['phone', /(?<![\d-])(?:\+82[-. ]?\(?0?|\(?0)1[016789]\)?[-. ]{0,2}\d{3,4}[-. ]?\d{4}(?![\d-])/g],
  [
    'phone',
    /(?<![\d-])(?:\+82[-. ]?\(?0?|\(?0)(?:2|[3-6][1-5]|70|50\d)\)?[-. ]{1,2}\d{3,4}[-. ]\d{4}(?![\d-])/g,
  ],
  ['phone', /(?<![\d-])0(?:2|[3-6][1-5]|70)\d{7,8}(?![\d-])/g],
  [
    'phone',
    /(?:내선(?: ?번호)?|구내 ?번호|\b(?:ext|extension)\b)[은는이가]?[ .:：]{0,3}(?:no\.? )?\d{3,5}(?!\d)/gi,
  ],
  [
    'staff_number',
    /(?:사번|직원 ?번호|공무원 ?번호|행정 ?번호|사원 ?번호|\b(?:staff|employee|personnel) (?:no|number|id)\b)[은는이가]?(?: is)?[ .:：#]{0,3}[A-Za-z]{0,3}-?\d{3,12}/gi,
  ],
  [
    'email',
    /(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,4}\.[A-Za-z]{2,24}(?![A-Za-z0-9-])/g,
  ],
  // With a space, a rank may follow any name; 님 directly behind two syllables is mostly a word (선생님, 주임님).
  ['name', new RegExp(`${person} ?(?:${ranks})(?![가-힣]{3})`, 'g'), isName],
  ['name', new RegExp(`${person} ?(?:씨|군|양)(?=$|[^가-힣]|[가는를와의도께]|에게|한테)`, 'g'), isName],
  ['name', new RegExp(`${person} ?님(?=$|[^가-힣]|[이은을과의도께]|에게|한테)`, 'g'), isLongName],
  ['name', new RegExp(`(?:제|내|저의|나의) ?이름은 ?${person.replace('(?<![가-힣])', '')}`, 'g')],
  [
    'name',
    new RegExp(`(?<![가-힣])(?:저는|나는|전) ${person}(?:입니다|이라고|라고|이에요|예요|인데요)`, 'g'),
    isLongName,
  ],
  [
    'name',
    new RegExp(
      `(?<![가-힣])(?:저는|제가|나는|내가) [가-힣 ]{0,12}?[${surnames}] ?(?:${ranks})(?:입니다|인데|이라|이고|이며|로서)`,
      'g',
    ),
  ],
  ['name', /\b(?:[Mm]y name(?: is|['’]s)|I am called) \p{L}[\p{L}'-]{1,30}(?: \p{Lu}[\p{L}'-]{1,30}){0,2}/gu],
  ['name', /\b(?:Mr|Mrs|Ms|Miss|Dr)\b\.? \p{Lu}[\p{L}'-]{1,30}(?: \p{Lu}[\p{L}'-]{1,30}){0,2}/gu],
  ['only_me', /(?<![가-힣])(?:저|나)만(?!의|큼|치|하|한)/g],
  ['only_me', /(?<![가-힣])(?:저|나|저희 둘|우리 둘)(?:밖에|뿐(?!만))/g],
  ['only_me', /(?<![가-힣])(?:(?:제게|저에게|저한테|나에게|나한테|내게)만|(?:저|나) ?혼자)/g],
  ['only_me', /(?<![가-힣])(?:제가|내가|저는|나는) (?:[가-힣]{1,8} ){0,2}?유일/g],
  ['only_me', /(?<![가-힣])유일하게 (?:저|제|나|내)(?=[는가만도를 ])/g],
  ['only_me', /(?<![가-힣])혼자 (?:있을 ?때|있는데|있었|있던|근무|당직|남아)/g],
  ['only_me', /(?<![가-힣])(?:단둘이|단 둘이|둘만 있|둘이서만|둘이 있을)/g],
  ['only_me', /(?<![가-힣])(?:저|나) 말고는? ?(?:아무도|없)/g],
  ['only_me', /(?<!\bif )\bonly I\b|\bI(?: was|['’]m| am) the only\b|\bI alone (?:saw|knew|know|heard)\b/gi],
  [
    'only_me',
    /\b(?:only me|just me|me alone|to me only|(?:just|only) the two of us|(?:when |while )?I was (?:all )?alone|alone with me|no ?(?:one|body) (?:else )?but me|(?:no ?one|nobody) else (?:was|knew|knows|saw|heard))\b/gi,
  ],
];

function hasDate(match: RegExpExecArray): boolean {
  const [month, day] = [Number(match[2]), Number(match[3])];
  const days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  return days !== undefined && day >= 1 && day <= days;
}

function isName(match: RegExpExecArray): boolean {
  const name = match[1] ?? '';
  return !notNames.has(name) && !/적$|[^대시주지도태세영규재성수윤동종준]한$/.test(name);
}

function isLongName(match: RegExpExecArray): boolean {
  return isName(match) && (match[1] ?? '').length >= 3;
}

const englishRanks =
  'director|head|chief|manager|team leader|deputy|officer|clerk|assistant|secretary|supervisor|inspector|intern';
const letter = /[\p{L}\p{N}]/u;

/** Where `name` stands in the lowered text as a word; a Korean one may carry a particle behind. */
function* occurrences(text: string, name: string): Generator<[number, number]> {
  const korean = /[가-힣]$/.test(name);
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
    const end = at + name.length;
    if (letter.test(text.charAt(at - 1)) || (!korean && letter.test(text.charAt(end)))) continue;
    yield [at, end];
  }
}

const rankBehind = new RegExp(
  `^(?:의|에서|에)?(?: ?[가-힣]{2,6}(?:팀|계|반))?(?: [가-힣]{1,3})? ?(?:(?:${ranks})(?![가-힣]{3})|[1-9] ?급)|^,? (?:${englishRanks})\\b`,
);
const rankBefore = new RegExp(`\\b(?:${englishRanks}) (?:of|in|at|from) (?:the )?$`);

function departmentHints(text: string, departments: readonly Department[]): Hint[] {
  const lowered = text.toLowerCase();
  if (lowered.length !== text.length) return []; // some capitals grow when lowered, and the places would be off
  const hints: Hint[] = [];
  for (const department of departments) {
    for (const name of new Set([department.ko.trim().toLowerCase(), department.en.trim().toLowerCase()])) {
      if (name === '') continue;
      for (const [start, end] of occurrences(lowered, name)) {
        if (department.people < fewPeople) hints.push({ kind: 'small_department', start, end });
        const behind = rankBehind.exec(lowered.slice(end, end + 32));
        const before = rankBefore.exec(lowered.slice(Math.max(0, start - 32), start));
        if (behind !== null) hints.push({ kind: 'title_and_department', start, end: end + behind[0].length });
        else if (before !== null)
          hints.push({ kind: 'title_and_department', start: start - before[0].length, end });
      }
    }
  }
  return hints;
}

/** What in `text` could name its writer, in the order of the text; of two that overlap and are of one kind, the longer. */
export function findHints(text: string, context: { departments: Department[] }): Hint[] {
  const hints = departmentHints(text, context.departments);
  for (const [kind, pattern, holds] of patterns) {
    for (const match of text.matchAll(pattern)) {
      if (holds === undefined || holds(match)) {
        hints.push({ kind, start: match.index, end: match.index + match[0].length });
      }
    }
  }
  hints.sort((a, b) => a.start - b.start || b.end - a.end);
  const ends = new Map<HintKind, number>();
  return hints.filter((hint) => {
    if (hint.start < (ends.get(hint.kind) ?? 0)) return false;
    ends.set(hint.kind, hint.end);
    return true;
  });
}
