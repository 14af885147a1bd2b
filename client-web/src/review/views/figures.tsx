// Counts by theme, status, month and age: for the council, who may not read a single report.
import { useEffect, useState } from 'preact/hooks';
import { localised } from '../../i18n/language';
import { errorWords, useHeading, useUi } from '../context';
import type { FigureTable, Figures } from '../contract';
import { toCsv } from '../csv';
import { statusWords } from '../event_words';
import { saveFile } from '../files';
import { formatDate } from '../format';
import { useOffice } from '../office';
import { BarChart } from './bar_chart';

type Name = (id: string) => string;

interface Section {
  id: string;
  title: string;
  table: FigureTable;
  row: Name;
  column: Name;
}

const hidden = '–';

export function FiguresView() {
  const { api, t, language } = useUi();
  const { console, categoryOf, now, health } = useOffice();
  const heading = useHeading();
  const [rounded, setRounded] = useState(true);
  const [figures, setFigures] = useState<Figures | null>(null);
  const [failure, setFailure] = useState('');
  useEffect(() => {
    let current = true;
    api.figures(rounded).then(
      (read) => {
        if (current) setFigures(read);
      },
      (error: unknown) => {
        if (current) setFailure(errorWords(error, t));
      },
    );
    return () => {
      current = false;
    };
  }, [api, rounded, console.cases]);

  const f = t.figures;
  const status = (id: string) => statusWords(id, t);
  const month = (id: string) => {
    const [year = '', number = ''] = id.split('-');
    return f.month(year, String(Number(number)));
  };
  const count = () => f.count;
  const sections: Section[] =
    figures === null
      ? []
      : [
          { id: 'category', title: f.byCategory, table: figures.byCategory, row: categoryOf, column: count },
          { id: 'status', title: f.byStatus, table: figures.byStatus, row: status, column: count },
          { id: 'month', title: f.byMonth, table: figures.byMonth, row: month, column: count },
          { id: 'age', title: f.byAge, table: figures.byAge, row: (id) => f.ages[id] ?? id, column: count },
          {
            id: 'cross',
            title: f.categoryByStatus,
            table: figures.categoryByStatus,
            row: categoryOf,
            column: status,
          },
        ];
  const exportCsv = () => {
    const rows = sections.flatMap((one) => [[one.title], ...csvRows(one, f.total), []]);
    const head = [
      [f.asOf(formatDate(now, language))],
      [f.suppressedNote],
      ...(rounded ? [[f.roundedNote]] : []),
      [],
    ];
    saveFile(
      `${f.fileName}-${new Date(now * 1000).toISOString().slice(0, 10)}.csv`,
      toCsv([...head, ...rows]),
      'text/csv',
    );
  };

  return (
    <div class="figures">
      <h1 ref={heading} tabIndex={-1}>
        {f.heading}
      </h1>
      <p class="lead">
        <span class="only-print">{localised(health.channel.name, language)} · </span>
        {f.asOf(formatDate(now, language))} · {f.lead}
      </p>
      <div class="row spread no-print">
        <label class="choice">
          <input
            type="checkbox"
            role="switch"
            checked={rounded}
            onChange={(event) => {
              setRounded(event.currentTarget.checked);
            }}
          />
          <span>
            {f.forPublication}
            <span class="hint block">{f.forPublicationHint}</span>
          </span>
        </label>
        <span class="row tight">
          <button type="button" class="button" disabled={figures === null} onClick={exportCsv}>
            {f.exportCsv}
          </button>
          <button
            type="button"
            class="button"
            onClick={() => {
              print();
            }}
          >
            {f.print}
          </button>
        </span>
      </div>
      <p class="notice">
        {f.suppressedNote}
        {rounded && ` ${f.roundedNote}`}
      </p>
      {failure !== '' && <p class="notice bad">{failure}</p>}
      {console.cases.length === 0 ? (
        <p class="card empty">{f.none}</p>
      ) : (
        sections.map((one) => (
          <section
            class="card figure"
            key={one.id}
            aria-labelledby={one.id === 'cross' ? undefined : `figure-${one.id}`}
          >
            <h2 id={`figure-${one.id}`}>{one.title}</h2>
            <div class={one.id === 'cross' ? 'figure-wide' : 'figure-body'}>
              <Table section={one} />
              {one.id !== 'cross' && one.table.cells.some((cells) => (cells[0] ?? 0) > 0) && (
                <BarChart
                  label={f.chart(one.title)}
                  names={one.table.rows.map((id, r) =>
                    one.table.cells[r]?.[0] === null ? `${one.row(id)}  ${hidden}` : one.row(id),
                  )}
                  values={one.table.cells.map((cells) => cells[0] ?? null)}
                />
              )}
            </div>
          </section>
        ))
      )}
    </div>
  );
}

const isPlain = (table: FigureTable) => table.columns.length === 1 && table.columns[0] === '';

function Cell({ value }: { value: number | null | undefined }) {
  const { t } = useUi();
  if (typeof value === 'number') return <td>{value.toLocaleString()}</td>;
  return (
    <td>
      <span aria-hidden="true">{hidden}</span>
      <span class="visually-hidden">{t.figures.suppressed}</span>
    </td>
  );
}

function Table({ section }: { section: Section }) {
  const { t } = useUi();
  const { table, row, column } = section;
  const plain = isPlain(table);
  return (
    <div
      class="table-scroll"
      tabIndex={plain ? undefined : 0}
      role={plain ? undefined : 'region'}
      aria-label={plain ? undefined : section.title}
    >
      <table>
        <caption class="visually-hidden">{section.title}</caption>
        <thead>
          <tr>
            <th scope="col">
              <span class="visually-hidden">{section.title}</span>
            </th>
            {table.columns.map((one) => (
              <th scope="col" key={one}>
                {plain ? t.figures.count : column(one)}
              </th>
            ))}
            {!plain && <th scope="col">{t.figures.total}</th>}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((one, r) => (
            <tr key={one}>
              <th scope="row">{row(one)}</th>
              {table.columns.map((id, c) => (
                <Cell key={id} value={table.cells[r]?.[c]} />
              ))}
              {!plain && <Cell value={table.rowTotals[r]} />}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t.figures.total}</th>
            {plain ? (
              <Cell value={table.total} />
            ) : (
              <>
                {table.columns.map((id, c) => (
                  <Cell key={id} value={table.columnTotals[c]} />
                ))}
                <Cell value={table.total} />
              </>
            )}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function csvRows({ table, row, column }: Section, total: string): (string | number)[][] {
  const plain = isPlain(table);
  const shown = (value: number | null | undefined) => value ?? hidden;
  const body = table.rows.map((one, r) => [
    row(one),
    ...table.columns.map((_, c) => shown(table.cells[r]?.[c])),
    ...(plain ? [] : [shown(table.rowTotals[r])]),
  ]);
  const foot = plain
    ? [total, shown(table.total)]
    : [total, ...table.columns.map((_, c) => shown(table.columnTotals[c])), shown(table.total)];
  return [['', ...table.columns.map(column), ...(plain ? [] : [total])], ...body, foot];
}
