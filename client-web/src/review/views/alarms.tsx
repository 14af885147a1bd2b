// What went wrong, in words, and what to do about it.
import { useHeading, useUi } from '../context';
import type { Alarm } from '../contract';
import { useOffice } from '../office';

export function AlarmsView() {
  const { t } = useUi();
  const { console, go } = useOffice();
  const heading = useHeading();
  const a = t.alarms;
  const caseOf = (id: string | undefined) => console.cases.find((one) => one.id === id);
  const where = (alarm: Alarm) => {
    const number = caseOf(alarm.case)?.number;
    return a.where([
      ...(number === undefined ? [] : [a.caseNumber(number)]),
      ...(alarm.batch === undefined ? [] : [a.batch(alarm.batch)]),
      ...(alarm.epoch === undefined ? [] : [a.epoch(alarm.epoch)]),
      a.causes[alarm.code] ?? a.code(alarm.code),
    ]);
  };
  return (
    <div class="reading-width">
      <h1 ref={heading} tabIndex={-1}>
        {a.heading}
      </h1>
      {console.alarms.length === 0 ? (
        <p class="card empty">✓ {a.none}</p>
      ) : (
        <>
          <p class="lead">{a.lead}</p>
          <ul class="plain-list">
            {console.alarms.map((alarm, i) => {
              const one = caseOf(alarm.case);
              return (
                <li class="notice bad" key={i}>
                  <p>
                    <strong>{a[alarm.kind]}</strong>
                  </p>
                  <p>{a.whatToDo[alarm.kind]}</p>
                  <p class="hint">{where(alarm)}</p>
                  {one !== undefined && (
                    <button
                      type="button"
                      class="button"
                      onClick={() => {
                        go({ at: 'case', id: one.id });
                      }}
                    >
                      {a.openCase}
                    </button>
                  )}
                </li>
              );
            })}
          </ul>
        </>
      )}
      {console.strays.length > 0 && (
        <section aria-labelledby="strays">
          <h2 id="strays">{a.strays}</h2>
          <p class="lead">{a.straysLead}</p>
          {console.strays.map((stray, i) => (
            <div class="card" key={i}>
              <p class="notice warn">{a.strayWhy[stray.why]}</p>
              <p class="said" dir="auto">
                {stray.text}
              </p>
            </div>
          ))}
        </section>
      )}
    </div>
  );
}
