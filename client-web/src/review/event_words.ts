// The history of a case in words. Bodies come from colleagues' clients and are not trusted to have a shape.
import type { Language } from '../i18n/language';
import type { EventView } from './contract';
import { formatDate } from './format';
import type { Catalogue } from './i18n/ko';

export function statusWords(status: string, t: Catalogue): string {
  return (t.status as Record<string, string>)[status] ?? status;
}

export function eventWords(
  event: EventView,
  t: Catalogue,
  language: Language,
  nameOf: (number: number) => string,
): string {
  const text = (key: string): string => {
    const value = event.body[key];
    return typeof value === 'string' ? value : '';
  };
  const number = (key: string): number => {
    const value = event.body[key];
    return typeof value === 'number' ? value : 0;
  };
  const e = t.events;
  switch (event.type) {
    case 'snapshot':
      return number('kind') === 2 || text('kind') === 'follow_up' ? e.snapshotFollowUp : e.snapshotReport;
    case 'status':
      return e.status(statusWords(text('status'), t));
    case 'assign':
      return number('number') === 0 ? e.unassign : e.assign(nameOf(number('number')));
    case 'note':
      return e.note;
    case 'tag':
      return e.tag(text('tag'));
    case 'untag':
      return e.untag(text('tag'));
    case 'similar':
      return e.similar(text('case'));
    case 'due':
      return e.due(formatDate(number('due'), language));
    case 'reply':
      return e.reply(statusWords(text('status'), t));
    case 'handover':
      return e.handover(nameOf(number('number')));
    case 'recusal':
      return e.recusal(text('reason'));
    case 'extension':
      return e.extension(text('reason'));
    case 'hold':
      return e.hold(text('reason'));
    case 'unhold':
      return e.unhold(text('reason'));
    case 'destroy':
      return e.destroy;
    case 'close':
      return e.close(text('reason'));
    default:
      return e.unknown(event.type);
  }
}
