// Which failures end everything, and how they are told. What is not here is told beside what was being done.
export type Stop =
  | 'broken' // the key log does not hold together
  | 'other_channel' // not the one on the poster
  | 'too_old'
  | 'forked'
  | 'origin'
  | 'newer' // than this page
  | 'bad_link'
  | 'browser'
  | 'offline'
  | 'busy'
  | 'internal';

const broken = [
  'bad_note',
  'bad_statement',
  'broken_chain',
  'bad_signature',
  'not_enough_signatures',
  'bad_transition',
  'unknown_reviewer',
  'revoked_reviewer',
  'unknown_epoch',
  'retired_epoch',
  'bad_json',
  'bad_field',
  'bad_key',
];
const others: Readonly<Record<string, Stop>> = {
  wrong_org: 'other_channel',
  log_too_old: 'too_old',
  log_forked: 'forked',
  origin_not_listed: 'origin',
  unknown_protocol: 'newer',
  bad_link: 'bad_link',
  no_webassembly: 'browser',
  worker_failed: 'browser',
};

/** The stop that a failure's code means wherever it comes up, or undefined if one can go on after it. */
export function stopOf(code: string): Stop | undefined {
  if (broken.includes(code)) return 'broken';
  return Object.hasOwn(others, code) ? others[code] : undefined;
}

/** The stop for a failure to open the channel, after which there is nothing to go on with. */
export function stopAtOpening(code: string): Stop {
  const retry = { offline: 'offline', bad_answer: 'offline', busy: 'busy', internal: 'busy' } as const;
  return stopOf(code) ?? (Object.hasOwn(retry, code) ? retry[code as keyof typeof retry] : 'internal');
}

/** Whether trying again is sensible; after the others it would only teach people to click a warning away. */
export function mayRetry(stop: Stop): boolean {
  return stop === 'offline' || stop === 'busy' || stop === 'internal';
}
