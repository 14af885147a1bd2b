// The queue: what is there, what presses, and the way in.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { localised } from '../../i18n/language';
import { useHeading, useUi } from '../context';
import type { CaseSummary } from '../contract';
import { formatDate, pressing } from '../format';
import { useOffice } from '../office';
import { arrange, filters, isDue, pageSize, passes, sorts, type QueueView } from '../queue_view';
import { useShortcuts } from '../shortcuts';
import { ClockBadge, StatusBadge } from './parts';

export function QueueList(props: {
  view: QueueView;
  onView: (view: QueueView) => void;
  onOrder: (ids: string[]) => void;
}) {
  const { t, language, announce } = useUi();
  const { console, health, now, go, shortcuts } = useOffice();
  const { view, onView, onOrder } = props;
  const heading = useHeading();
  const list = useRef<HTMLOListElement>(null);
  const found = useFound(view.search);
  const me = health.me.number;
  const shown = useMemo(
    () => arrange(console.cases, view, found, me, now),
    [console.cases, view.filter, view.category, view.sort, found, me, now],
  );
  const counts = useMemo(
    () => filters.map((filter) => console.cases.filter((one) => passes(one, filter, me, now)).length),
    [console.cases, me, now],
  );
  const due = useMemo(() => console.cases.filter(({ keeping }) => isDue(keeping)).length, [console.cases]);
  const lastPage = Math.max(0, Math.ceil(shown.length / pageSize) - 1);
  const page = Math.min(view.page, lastPage);
  const rows = shown.slice(page * pageSize, (page + 1) * pageSize);
  const summary = found === null ? t.queue.count(shown.length) : t.queue.found(shown.length, view.search);

  useEffect(() => {
    onOrder(shown.map((one) => one.id));
  }, [shown]);
  useEffect(() => {
    if (found !== null) announce(summary);
  }, [found]);

  const turn = (to: number, focus: 'first' | 'last') => {
    if (to < 0 || to > lastPage) return;
    onView({ ...view, page: to });
    requestAnimationFrame(() => {
      const all = list.current?.querySelectorAll<HTMLElement>('.case-row');
      (focus === 'first' ? all?.[0] : all?.[all.length - 1])?.focus();
    });
  };
  const step = (by: 1 | -1) => {
    const all = [...(list.current?.querySelectorAll<HTMLElement>('.case-row') ?? [])];
    const at = all.findIndex((row) => row === document.activeElement);
    const next = at === -1 ? (by === 1 ? 0 : all.length - 1) : at + by;
    if (next >= all.length) turn(page + 1, 'first');
    else if (next < 0) turn(page - 1, 'last');
    else all[next]?.focus();
  };
  const filterBy = (filter: QueueView['filter']) => {
    onView({ ...view, filter, search: '', page: 0 });
  };
  useShortcuts(
    {
      j: () => {
        step(1);
      },
      k: () => {
        step(-1);
      },
      ArrowDown: () => {
        step(1);
      },
      ArrowUp: () => {
        step(-1);
      },
      o: () => {
        if (document.activeElement instanceof HTMLElement && document.activeElement.matches('.case-row'))
          document.activeElement.click();
      },
      '[': () => {
        turn(page - 1, 'first');
      },
      ']': () => {
        turn(page + 1, 'first');
      },
      ...Object.fromEntries(
        filters.map((filter, i) => [
          String(i + 1),
          () => {
            filterBy(filter);
          },
        ]),
      ),
    },
    shortcuts,
  );

  return (
    <>
      <div class="queue-head">
        <h1 ref={heading} tabIndex={-1}>
          {t.queue.heading}
        </h1>
        <p class="hint">{summary}</p>
      </div>
      {due > 0 && (
        <p class="notice warn row spread">
          <span>{t.queue.toDestroy(due)}</span>
          <button
            type="button"
            class="button"
            onClick={() => {
              go({ at: 'retention' });
            }}
          >
            {t.queue.seeRetention}
          </button>
        </p>
      )}
      <div class="toolbar">
        <div class="chips" role="group" aria-label={t.queue.filters}>
          {filters.map((filter, i) => (
            <button
              type="button"
              key={filter}
              class="chip"
              aria-pressed={found === null && view.filter === filter}
              onClick={() => {
                filterBy(filter);
              }}
            >
              {t.queue.filter[filter]} <span class="chip-count">{counts[i]?.toLocaleString()}</span>
            </button>
          ))}
        </div>
        <div class="row tight">
          <select
            aria-label={t.queue.category}
            value={view.category}
            onChange={(event) => {
              onView({ ...view, category: event.currentTarget.value, page: 0 });
            }}
          >
            <option value="">{t.queue.allCategories}</option>
            {health.categories.map((one) => (
              <option key={one.id} value={one.id}>
                {localised(one, language)}
              </option>
            ))}
          </select>
          <select
            aria-label={t.queue.sort}
            value={view.sort}
            onChange={(event) => {
              const sort = sorts.find((one) => one === event.currentTarget.value) ?? 'due';
              onView({ ...view, sort, page: 0 });
            }}
          >
            {sorts.map((one) => (
              <option key={one} value={one}>
                {t.queue.sorts[one]}
              </option>
            ))}
          </select>
        </div>
      </div>
      {rows.length === 0 ? (
        <p class="empty card">
          {console.sync.at === 0 && console.sync.running
            ? t.shell.reading
            : console.cases.length === 0
              ? t.queue.emptyAll
              : t.queue.empty}
        </p>
      ) : (
        <ol class="cases" ref={list} start={page * pageSize + 1}>
          {rows.map((one) => (
            <li key={one.id}>
              <Row
                one={one}
                onOpen={() => {
                  go({ at: 'case', id: one.id });
                }}
              />
            </li>
          ))}
        </ol>
      )}
      {lastPage > 0 && (
        <div class="row pager">
          <button
            type="button"
            class="button"
            disabled={page === 0}
            onClick={() => {
              turn(page - 1, 'first');
            }}
          >
            {t.queue.previousPage}
          </button>
          <span>{t.queue.page(page + 1, lastPage + 1)}</span>
          <button
            type="button"
            class="button"
            disabled={page === lastPage}
            onClick={() => {
              turn(page + 1, 'first');
            }}
          >
            {t.queue.nextPage}
          </button>
        </div>
      )}
    </>
  );
}

function Row({ one, onOpen }: { one: CaseSummary; onOpen: () => void }) {
  const { t, language } = useUi();
  const { health, now, nameOf, categoryOf } = useOffice();
  const clock = pressing(one.clocks);
  const mine = one.assignee === health.me.number;
  const recused = one.recused.includes(health.me.number);
  return (
    <button type="button" class={one.isNew ? 'case-row new' : 'case-row'} onClick={onOpen}>
      <span class="case-main">
        <span class="case-line">
          {one.isNew && <span class="badge new-badge">{t.queue.isNew}</span>}
          {one.alarm && <span class="badge alarm-badge">! {t.queue.alarm}</span>}
          {recused && <span class="badge">{t.queue.recused}</span>}
          {one.keeping.stage === 'held' && <span class="badge">{t.queue.held}</span>}
          <span class="mono case-number">{one.number}</span>
          <span class="case-category">{categoryOf(one.category)}</span>
        </span>
        <span class="case-excerpt">
          <bdi>{one.excerpt === '' ? t.queue.noText : one.excerpt}</bdi>
        </span>
        <span class="case-line hint">
          <span>{formatDate(one.received, language)}</span>
          <span>{t.queue.messages(one.messages)}</span>
          {one.replies > 0 && <span>{t.queue.replies(one.replies)}</span>}
          {one.attachments > 0 && <span>{t.queue.attachments(one.attachments)}</span>}
          {one.similar.length > 0 && <span>{t.queue.similar(one.similar.length)}</span>}
          {one.tags.map((tag) => (
            <span class="tag" key={tag}>
              {tag}
            </span>
          ))}
        </span>
      </span>
      <span class="case-status">
        <StatusBadge status={one.status} />
      </span>
      <span class="case-assignee">
        {one.assignee === 0 ? (
          <span class="hint">{t.queue.unassigned}</span>
        ) : mine ? (
          <strong>{t.me}</strong>
        ) : (
          nameOf(one.assignee)
        )}
      </span>
      <span class="case-clock">{clock !== null && <ClockBadge clock={clock} now={now} />}</span>
    </button>
  );
}

/** Ids that match, best first; null without a search. Typing on replaces the question. */
function useFound(text: string): string[] | null {
  const { api } = useUi();
  const { console } = useOffice();
  const [found, setFound] = useState<string[] | null>(null);
  const wanted = text.trim();
  useEffect(() => {
    if (wanted === '') {
      setFound(null);
      return;
    }
    let current = true;
    const timer = setTimeout(() => {
      api.search(wanted).then(
        (ids) => {
          if (current) setFound(ids);
        },
        () => {
          if (current) setFound([]);
        },
      );
    }, 200);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [wanted, api, console.cases]);
  return wanted === '' ? null : found;
}
