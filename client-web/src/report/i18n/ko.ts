import type { Removal, Residue } from '../contract';
import type { HintKind } from '../hints/hints';
import type { ReceiptForm } from '../receipt_check';
import type { Stop } from '../stops';

const removals: Record<Removal, string> = {
  location: '찍은 곳의 위치',
  camera: '카메라 정보',
  author: '작성자',
  software: '프로그램 정보',
  times: '만든 때와 고친 때',
  title: '문서 제목·회사명',
  comment_authors: '메모 작성자',
  revision_ids: '수정 기록 번호',
  thumbnail: '미리보기 그림',
  xmp: '숨은 문서 정보(XMP)',
  other_metadata: '그 밖의 부가정보',
};

const residues: Record<Residue, string> = {
  unknown_type: '이 종류의 파일은 부가정보를 지울 수 없습니다. 만든 사람의 이름이 들어 있을 수 있습니다.',
  not_readable: '파일을 읽을 수 없어 안에 무엇이 남아 있는지 모릅니다.',
  encrypted: '암호가 걸려 있어 부가정보를 지우지 못했습니다.',
  signed: '전자서명이 들어 있습니다. 서명한 사람이 드러납니다.',
  tracked_changes: '변경 내용 추적이 켜져 있습니다. 지운 글이 그대로 남아 있습니다.',
  hidden_content: '숨긴 시트·줄·쪽이나 끼워 넣은 파일이 들어 있습니다.',
  macros: '매크로가 들어 있습니다. 만든 사람의 이름이 남아 있을 수 있습니다.',
  too_large_to_clean: '파일이 너무 커서 부가정보를 지우지 못했습니다.',
};

const hints: Record<HintKind, string> = {
  phone: '전화번호로 보입니다.',
  resident_number: '주민등록번호로 보입니다.',
  staff_number: '직원번호로 보입니다.',
  email: '전자우편 주소로 보입니다.',
  name: '사람 이름으로 보입니다. 본인이나 가까운 동료의 이름이라면 빼는 것이 안전합니다.',
  only_me: '본인만 아는 일이라는 뜻으로 읽힙니다. 누가 썼는지 짐작하기 쉬워집니다.',
  title_and_department: '부서와 직급이 함께 있어 한 사람으로 좁혀질 수 있습니다.',
  small_department: '인원이 적은 부서입니다. 누가 썼는지 짐작하기 쉬워집니다.',
};

const stops: Record<Stop, { title: string; text: string }> = {
  broken: {
    title: '이 창구를 믿을 수 없어 멈췄습니다',
    text: '창구의 열쇠 기록이 어긋나 있습니다. 누군가 열쇠를 바꿔치기했을 수 있어서, 글을 쓰거나 답변을 볼 수 없게 막았습니다.',
  },
  other_channel: {
    title: '포스터의 창구와 다른 곳입니다',
    text: '열린 창구의 지문이 포스터의 지문과 다릅니다. 누군가 창구를 흉내 내고 있을 수 있습니다.',
  },
  too_old: {
    title: '서버가 오래된 기록을 보여 주고 있습니다',
    text: '포스터를 만든 뒤의 열쇠 기록이 빠져 있습니다. 이미 취소된 열쇠를 쓰게 될 수 있어서 멈췄습니다.',
  },
  forked: {
    title: '서버가 말을 바꾸었습니다',
    text: '조금 전에 보여 준 열쇠 기록과 지금의 기록이 다릅니다. 정상적인 창구에서는 일어나지 않는 일입니다.',
  },
  origin: {
    title: '이 주소는 창구의 주소가 아닙니다',
    text: '기관이 서명한 주소 목록에 지금 열린 주소가 없습니다. 포스터에 적힌 주소로 다시 들어와 주세요.',
  },
  newer: {
    title: '이 화면보다 창구가 새것입니다',
    text: '창구가 바뀌어 이 화면으로는 더 주고받을 수 없습니다. 페이지를 새로 열어 주세요. 파일로 열었다면 그 파일을 받았던 곳에서 새 파일을 받아 주세요.',
  },
  bad_link: {
    title: '주소가 잘렸거나 바뀌었습니다',
    text: '주소 뒤쪽의 확인 정보가 온전하지 않습니다. 포스터의 QR코드를 다시 찍어 주세요.',
  },
  browser: {
    title: '이 브라우저에서는 쓸 수 없습니다',
    text: '글을 이 기기 안에서 암호로 잠가야 하는데, 브라우저가 그 기능(WebAssembly)을 막아 두었습니다. 본인 휴대전화의 최신 브라우저로 열어 주세요.',
  },
  offline: {
    title: '창구에 연결하지 못했습니다',
    text: '인터넷 연결을 확인하고 다시 시도해 주세요. 계속 안 되면 다른 통신망에서 열어 보세요.',
  },
  busy: {
    title: '창구가 지금 바쁩니다',
    text: '잠시 뒤에 다시 시도해 주세요.',
  },
  internal: {
    title: '창구를 열지 못했습니다',
    text: '예상하지 못한 문제가 생겼습니다. 다시 시도해 보시고, 되풀이되면 다른 방법을 이용해 주세요.',
  },
};

const receiptForms: Record<ReceiptForm, string> = { ko: '한글 낱말', en: '영어 낱말', digits: '숫자' };

const statuses: Record<string, string> = {
  received: '접수',
  reviewing: '검토중',
  more_information: '보완요청',
  investigating: '조사중',
  transferred: '이첩',
  closed: '종결',
};

const errors: Record<string, string> = {
  offline: '서버에 연결하지 못했습니다. 적은 내용은 그대로 있습니다. 연결을 확인하고 다시 눌러 주세요.',
  bad_answer: '서버가 이상한 답을 보냈습니다. 잠시 뒤에 다시 해 주세요.',
  busy: '서버가 지금 바쁩니다. 잠시 뒤에 다시 눌러 주세요.',
  'rate-limited': '요청이 너무 잦았습니다. 잠시 뒤에 다시 눌러 주세요.',
  'storage-full': '창구의 저장 공간이 가득 차 지금은 보낼 수 없습니다. 아래의 다른 방법을 이용해 주세요.',
  epoch_not_valid: '지금은 쓸 수 있는 열쇠가 없어 보낼 수 없습니다. 며칠 뒤에 다시 와 주세요.',
  'epoch-closed': '보내는 사이에 창구의 열쇠가 바뀌었습니다. 다시 눌러 주세요.',
  readers_changed: '그사이 읽을 수 있는 담당자가 바뀌어 보내지 않았습니다. 담당자를 다시 보고 눌러 주세요.',
  everybody_excluded: '읽을 사람이 한 명은 있어야 합니다.',
  exclusion_unknown: '누구를 제외할지 먼저 골라 주세요.',
  exclusion_too_late:
    '이미 이 제보를 읽을 수 있는 사람을 나중에 제외할 수는 없습니다. 제외하려면 새로 제보해 주세요.',
  too_many_files: '첨부파일은 16개까지 넣을 수 있습니다.',
  too_large: '파일이 너무 큽니다. 하나에 16 MB까지 넣을 수 있습니다.',
  bad_file_class: '파일이 너무 큽니다. 하나에 16 MB까지 넣을 수 있습니다.',
  too_long: '글이 너무 깁니다. 조금 줄이거나 문서 파일로 첨부해 주세요.',
  send_unconfirmed: '보냈지만 서버의 확인을 받지 못했습니다. 다시 눌러도 두 번 접수되지 않습니다.',
  stopped: '그만두었습니다. 보내지 않았고, 적은 내용은 그대로 있습니다.',
  'work-required': '접수가 몰려 보내지 못했습니다. 적은 내용은 그대로 있습니다. 잠시 뒤에 다시 눌러 주세요.',
  bad_checksum: '낱말이 서로 맞지 않습니다. 순서와 글자를 다시 확인해 주세요.',
  bad_length: '낱말 여덟 개 또는 숫자 27자리를 모두 적어 주세요.',
  bad_encoding: '숫자를 다시 확인해 주세요. 접수증의 숫자가 아닙니다.',
  nothing_to_send: '이 접수증으로는 다시 보낼 수 없습니다. 쓰던 글로 돌아가 새로 보내 주세요.',
  no_thread: '접수증을 다시 넣어 주세요.',
  unknown_file: '첨부파일을 빼고 다시 넣어 주세요.',
  unknown_category: '제보 유형이 바뀌었습니다. 처음으로 돌아가 다시 골라 주세요.',
  internal: '예상하지 못한 문제가 생겼습니다. 다시 시도해 주세요.',
};

export const ko = {
  title: '창구',
  skip: '본문으로 건너뛰기',
  quickExit: '빠른 나가기',
  quickExitHint: '‘빠른 나가기’를 누르거나 Esc 키를 빠르게 세 번 누르면 곧바로 기상청 화면으로 바뀝니다.',
  otherLanguage: 'English',
  display: '화면 설정',
  largeText: '큰 글자',
  highContrast: '고대비',
  back: '처음으로',
  opening: '창구를 확인하는 중입니다…',

  front: {
    lead: '이름 없이 말하고, 답을 들을 수 있는 곳입니다.',
    send: '제보하기',
    sendHint: '겪거나 본 일, 고충, 더 나은 방법을 적어 보냅니다.',
    answers: '답변 확인',
    answersHint: '적어 둔 여덟 낱말로 답변을 읽고 이어서 씁니다.',
    cannotSend:
      '지금은 제보를 잠글 열쇠가 없어 보낼 수 없습니다. 며칠 뒤에 다시 와 주세요. 답변 확인은 할 수 있습니다.',
    know: '쓰기 전에 알아 두세요',
    protects: {
      title: '지켜 드립니다',
      text: '글은 이 기기에서 암호로 잠겨 나갑니다. 정해진 담당자만 열 수 있고, 서버에는 이름도 접속 주소도 보낸 시각도 저장되지 않습니다.',
    },
    managed: {
      title: '사무실 컴퓨터는 지켜 드릴 수 없습니다',
      text: '업무용 컴퓨터와 사내망에는 화면이나 접속이 기록될 수 있습니다. 본인 휴대전화의 이동통신으로 여는 것이 안전합니다.',
    },
    words: {
      title: '글 속의 나는 가려지지 않습니다',
      text: '이름, 말투, 나만 아는 일에서 누구인지 드러날 수 있습니다. 쓰는 동안 살펴볼 곳을 알려 드립니다.',
    },
    phone: '포스터의 QR코드를 휴대전화로 찍거나, 이 주소를 직접 넣어 여세요.',
    statutory: {
      title: '법에 따른 ‘신고’는 다른 곳에서 받습니다',
      text: '여기는 기관 안의 소통 창구입니다. 여기에 쓴 글은 법이 정한 신고가 아니어서, 법에 따른 신고자 보호와 보상은 아래에서 신고해야 받을 수 있습니다.',
      lawyer: '안심변호사',
      lawyerText: '변호사가 이름을 감추고 대신 신고해 줍니다. 연락처는 기관 누리집에 있습니다.',
      portal: '청렴포털 (국민권익위원회)',
      portalText: 'www.clean.go.kr · 전화 1398',
    },
  },

  fingerprint: {
    pinned: '포스터와 같은 창구입니다.',
    pinnedText: '포스터의 QR코드로 열었고, 창구의 지문이 포스터와 같습니다.',
    title: '포스터와 같은지 확인해 주세요',
    text: 'QR코드가 아니라 주소로 열었습니다. 아래 24개 낱말이 포스터의 낱말과 같아야 진짜 창구입니다.',
    show: '지문 24개 낱말 보기',
    same: '포스터와 같습니다',
    different: '다릅니다',
    compared: '포스터와 비교해 같다고 확인했습니다.',
  },

  connect: {
    title: '어느 창구에 연결할까요?',
    text: '포스터에 적힌 주소와 지문을 넣어 주세요.',
    address: '창구 주소',
    addressHint: '예: https://talk.example.go.kr',
    badAddress: 'https://로 시작하는 주소를 포스터에 적힌 그대로 넣어 주세요.',
    fingerprint: '지문 (0–9, a–f 64자리)',
    fingerprintHint: '비워 두면 다음 화면에서 낱말로 비교합니다.',
    badFingerprint: '64자리가 아니거나 다른 글자가 섞여 있습니다.',
    go: '연결하기',
  },

  stop: {
    todo: '이렇게 하세요',
    dont: '이 화면에는 아무것도 적지 마세요. 보낸 것은 없습니다.',
    poster: '다른 곳에 붙은 포스터의 QR코드를 본인 휴대전화로 찍어 보세요.',
    others: '급한 일이면 아래의 다른 방법을 이용하세요.',
    retry: '다시 시도',
    code: '담당자에게 전할 오류 이름',
  },
  stops,

  form: {
    title: '제보하기',
    lead: '적고 싶은 것만 적으세요. ‘보내기’를 누르기 전에는 아무것도 나가지 않습니다.',
    category: '제보 유형',
    categoryMissing: '제보 유형을 골라 주세요.',
    text: '무슨 일이 있었나요?',
    textHint: '본 것, 들은 것, 짐작한 것을 나누어 적으면 확인이 빨라집니다.',
    empty: '내용을 적거나 파일을 넣어 주세요.',
    questions: '육하원칙으로 덧붙이기',
    questionsHint: '아는 것만 적으세요. 모두 비워도 됩니다.',
    department: '관련 부서',
    departmentHint: '고르지 않아도 됩니다. 괄호 안은 그 부서의 인원입니다.',
    noDepartment: '고르지 않음',
    people: (count: number) => `${count}명`,
    fewPeople: (count: number) =>
      `${count}명뿐인 부서입니다. 관련 없는 일이라면 고르지 않는 것이 안전합니다.`,
    readers: '누가 읽을 수 있나요?',
    readersHint: '이 일과 관련된 사람이 있으면 표시를 지우세요.',
    exclusion: '제외한 사람은 이 제보를 열 수 없고, 제외되었다는 표시도 보이지 않습니다.',
    send: '보내기',
    sendSummary: (readers: string) => `${readers}만 읽을 수 있습니다.`,
    sending: '암호로 잠가 보내는 중입니다. 창을 닫지 마세요.',
    fix: '보내기 전에 확인해 주세요.',
    unsaved: '적은 내용은 어디에도 저장되지 않습니다.',
  },

  work: {
    text: '접수가 몰려 확인 계산을 하고 있습니다. 끝나면 저절로 보내지니 창을 닫지 마세요.',
    time: (seconds: number) =>
      `이 기기에서는 보통 ${seconds > 120 ? `${seconds / 60}분` : `${seconds}초`}쯤 걸리고, 운에 따라 더 짧거나 길어집니다.`,
    stop: '그만두기',
  },

  measure: {
    used: (percent: number) => `편지 한 통의 ${percent} %를 썼습니다.`,
    meter: '쓴 분량',
    becomesFile: '글이 길어서 본문은 첨부파일로 함께 나갑니다. 그대로 보내도 됩니다.',
  },

  hints: {
    title: (count: number) => `보내기 전에 살펴볼 곳 ${count}군데`,
    note: '이 기기에서만 살펴본 것입니다. 고치지 않고 보내도 됩니다.',
    keep: '그대로 둡니다',
  },
  hintKinds: hints,

  files: {
    label: '첨부파일',
    hint: '사진과 문서의 부가정보는 이 기기에서 지운 뒤 보냅니다. 파일 이름도 바뀝니다.',
    add: '파일 고르기',
    cleaning: '부가정보를 지우는 중…',
    removed: '지운 정보:',
    nothingRemoved: '지울 부가정보가 없었습니다.',
    size: (size: string, padded: string) => `${size} — 크기를 감추려고 ${padded}로 늘려 보냅니다.`,
    residue: '지우지 못한 것이 있습니다',
    keep: '알고 있습니다, 넣습니다',
    remove: '빼기',
    undecided: '첨부파일을 넣을지 뺄지 정해 주세요.',
    stillCleaning: '첨부파일의 정보를 지우는 중입니다. 끝나면 다시 눌러 주세요.',
    added: (name: string) => `${name} 파일을 넣었습니다.`,
    asks: (name: string) => `${name} 파일에 지우지 못한 정보가 있습니다. 넣을지 정해 주세요.`,
    dropped: '파일을 뺐습니다.',
  },
  removals,
  residues,

  receipt: {
    title: '이 여덟 낱말이 접수증입니다',
    titleDigits: '이 숫자가 접수증입니다',
    sent: '제보가 도착했습니다.',
    unconfirmed: '제보가 도착했는지 아직 모릅니다',
    unconfirmedText:
      '보내는 도중에 연결이 끊겼습니다. 아래 낱말은 그대로 쓸 수 있습니다. 다시 보내도 두 번 접수되지 않습니다.',
    again: '다시 보내기',
    giveUp: '쓰던 글로 돌아가기',
    text: '답변을 볼 때 이것만 있으면 됩니다. 순서대로 종이에 적어 두세요. 잃어버리면 누구도 다시 찾아 줄 수 없고, 다른 사람이 알면 답변을 볼 수 있습니다.',
    form: '접수증 모양',
    print: '인쇄',
    printHint: '사무실 프린터에는 인쇄 기록이 남을 수 있습니다.',
    written: '적어 두었습니다',
  },
  receiptForms,

  check: {
    title: '제대로 적혔는지 확인합니다',
    text: '적어 둔 종이를 보고 두 개만 넣어 주세요.',
    word: (n: number) => `${n}번째 낱말`,
    group: (n: number) => `${n}번째 숫자 세 자리`,
    wrong: '적힌 것과 다릅니다. 다시 보고 넣어 주세요.',
    done: '확인',
    lookAgain: '접수증 다시 보기',
  },

  done: {
    title: '잘 보냈습니다',
    followUpTitle: '이어서 쓴 글을 보냈습니다',
    next: '이제 이렇게 됩니다',
    acknowledge: '7일 안에 담당자가 받았다는 답을 씁니다.',
    result: '보통 60일, 길어도 90일 안에 결과를 알려 드립니다.',
    soon: '답변은 올라오는 대로 곧 공개됩니다.',
    release: (when: string) => `답변은 모아서 정해진 때에 공개됩니다. 다음 공개는 ${when}입니다.`,
    comeBack: (day: string) =>
      `${day}쯤 여덟 낱말을 가지고 한 번 들러 주세요. 담당자가 더 물어볼 수 있습니다.`,
    close: '이제 이 창을 닫아 주세요',
    closeText:
      '이 페이지는 아무것도 남기지 않지만, 브라우저의 방문 기록에는 주소가 남습니다. 필요하면 지우세요.',
    leave: '마치고 나가기',
  },

  answers: {
    title: '답변 확인',
    label: '여덟 낱말 또는 숫자 27자리',
    hint: '빈칸, 쉼표, 줄바꿈 어느 것으로 나누어도 됩니다. 영어 낱말도 됩니다.',
    look: '확인하기',
    looking: '낱말로 열쇠를 만들고 답변을 찾는 중입니다. 몇 초 걸립니다…',
    notInList: (n: number) => `${n}번째 낱말이 낱말 목록에 없습니다. 글자를 다시 확인해 주세요.`,
  },

  thread: {
    title: (count: number) => `답변 ${count}개가 있습니다`,
    none: '아직 답변이 없습니다',
    noneText: '제보는 잘 들어가 있습니다. 담당자가 읽고 답을 쓰면 여기에서 볼 수 있습니다.',
    answer: (n: number) => `답변 ${n}`,
    from: (who: string) => `보낸 곳: ${who}`,
    burned: '받고 지운 답변입니다. 내용은 누구도 되살릴 수 없습니다.',
    expired: '보관기간이 지나 지워진 답변입니다.',
    failed: '이 답변은 열리지 않습니다.',
    failedText:
      '담당자가 쓴 것이 아니거나 도중에 망가졌습니다. 내용을 믿을 수 없어 보여 드리지 않습니다. 이어서 쓰기로 담당자에게 알려 주세요.',
    revoked: '이 답변을 쓴 담당자는 그 뒤에 자격이 취소되었습니다. 내용을 조심해서 받아들여 주세요.',
    forked:
      '이 답변을 쓴 담당자에게는 서버가 다른 열쇠 기록을 보여 주었습니다. 서버가 사람마다 다른 말을 하고 있으니, 더 쓰지 말고 다른 방법을 이용해 주세요.',
    burn: '받았습니다, 지웁니다',
    burnAsk: '이 답변을 영영 지울까요?',
    burnText: '지우면 다시 볼 수 없습니다. 다 읽고, 필요한 것은 적어 둔 뒤에 지우세요.',
    burnYes: '지우기',
    burnNo: '그대로 두기',
    burning: '지우는 중입니다…',
    burnDone: '답변을 지웠습니다.',
    writeOn: '이어서 쓰기',
    writeOnHint: '더 알릴 것이 있거나 담당자가 물었다면 같은 제보에 이어서 씁니다.',
    cannotSend: '지금은 열쇠가 없어 이어서 쓸 수 없습니다. 며칠 뒤에 다시 와 주세요.',
  },

  followUp: {
    title: '이어서 쓰기',
    text: '덧붙일 말',
    back: '답변으로 돌아가기',
    sameReaders: '처음에 제외한 사람은 이번에도 읽을 수 없습니다.',
    ask: '처음에 누구를 제외했나요?',
    askHint:
      '아직 답변이 없어 창구가 그 명단을 알지 못합니다. 처음에 제외한 사람의 표시를 똑같이 지워 주세요. 그러지 않으면 그 사람이 이 글을 읽게 됩니다.',
    newReport: '새로 제보하기',
  },

  statuses,
  errors,
  code: (code: string) => `오류 이름: ${code}`,
};

export type Text = typeof ko;
