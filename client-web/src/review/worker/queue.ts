// Cases as the queue and the case's page show them. No key, address or signature crosses to the page.
import type { CaseDetail, CaseSummary, Clock, EventView, Keeping, MessageView, ReplyView } from '../contract';
import type { CaseEvent, CaseMessage, CaseReply, CaseView } from './case_view';
import { clocksOf } from './clocks';
import type { Session } from './session';

const excerptLength = 120; // characters

// Members of events that only machines need.
const hidden = new Set(['type', 'at', 'address', 'json', 'signer', 'signature', 'header_hash', 'context']);

export class Presenter {
  constructor(
    private readonly session: Session,
    private readonly alarmed: ReadonlySet<string>, // cases that the last syncs warned of
  ) {}

  summary(view: CaseView): CaseSummary {
    const report = view.messages[0]?.content;
    const clocks: Clock[] = clocksOf(view.steps, this.session.now());
    return {
      id: view.id,
      number: view.number,
      category: report !== undefined && 'category' in report ? report.category : '',
      status: view.status,
      assignee: view.assignee,
      received: view.messages[0]?.at ?? 0,
      changed: view.events.reduce((latest, e) => Math.max(latest, e.at), 0),
      isNew: view.events.some((e) => this.isNews(e)),
      recused: [...view.recused],
      tags: [...view.tags],
      similar: [...view.similar],
      clocks,
      messages: view.messages.length,
      replies: view.replies.length,
      attachments: view.attachments.length,
      excerpt: Array.from(report?.text ?? '')
        .slice(0, excerptLength)
        .join(''),
      alarm: view.unreadable.length > 0 || this.alarmed.has(view.id),
      keeping: this.keeping(view),
    };
  }

  detail(view: CaseView): CaseDetail {
    return {
      ...this.summary(view),
      thread: view.thread.map((one) =>
        'content' in one
          ? { from: 'reporter' as const, message: messageView(one) }
          : { from: 'office' as const, reply: this.replyView(one, view.replies) },
      ),
      notes: view.events
        .filter((e) => e.type === 'note')
        .map((e) => ({ at: e.at, by: e.by, text: textOf(e.body['text']) })),
      history: view.events.map((e) => this.eventView(e)),
      excluded: view.excluded,
      addressesLeft: view.freeAddresses.length,
      closingReason: view.status === 'closed' ? view.closingReason : '',
      unreadable: [...view.unreadable],
    };
  }

  private keeping(view: CaseView): Keeping {
    const { life, category } = view;
    const { rules } = this.session.channel.log;
    return {
      stage: view.stage(rules, this.session.now()),
      closedSince: life.closedSince ?? null,
      due: life.due(rules, category) ?? null,
      holds: life.holds.map(({ by, at, reason }) => ({ by, at, reason })),
    };
  }

  // A snapshot is the reporter's word, whoever of us took it in.
  private isNews(e: CaseEvent): boolean {
    const seen = Math.floor(this.session.seenBefore / 60) * 60;
    return e.at >= seen && (e.by !== this.session.number || e.type === 'snapshot');
  }

  private isRevoked(number: number): boolean {
    return this.session.channel.log.reviewers.get(number)?.revoked === true;
  }

  private replyView(reply: CaseReply, all: readonly CaseReply[]): ReplyView {
    const { at, by, text, status, shownAs } = reply;
    // Announced anew by the same reviewer: its address was found taken.
    const delivered = !all
      .slice(all.indexOf(reply) + 1)
      .some((later) => later.by === by && later.text === text && later.status === status);
    return { at, by, byRevoked: this.isRevoked(by), text, status, shownAs, delivered };
  }

  private eventView({ index, at, by, type, body }: CaseEvent): EventView {
    const shown = Object.entries(body).filter(([name]) => !hidden.has(name));
    return { index, at, by, byRevoked: this.isRevoked(by), type, body: Object.fromEntries(shown) };
  }
}

function messageView({ at, kind, content }: CaseMessage): MessageView {
  return {
    kind,
    at,
    ...('category' in content ? { category: content.category } : {}),
    answers: 'answers' in content ? content.answers.map(({ question, text }) => ({ question, text })) : [],
    text: content.text,
    excluded: [...content.excluded],
    attachments: content.attachments.map(({ name, type, size }) => ({ name, type, size })),
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What the reporter wrote in a case: what a reply must not repeat. */
export function reportersWords(view: CaseView): string[] {
  return view.messages.flatMap(({ content }) => [
    content.text,
    ...('answers' in content ? content.answers.map((a) => a.text) : []),
  ]);
}

/** All that can be searched for in a case. */
export function searchable(view: CaseView) {
  const notes = view.events.filter((e) => e.type === 'note').map((e) => textOf(e.body['text']));
  return {
    id: view.id,
    number: view.number,
    tags: [...view.tags],
    texts: [...reportersWords(view), ...notes, ...view.replies.map((r) => r.text)],
  };
}
