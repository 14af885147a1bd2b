// The three clocks of a case: acknowledge in 7 days, conclude in 60 (30 more on extension), give feedback in 90. They stand
// still while the office waits for the reporter. Times in events are the writers' word: they are taken as never going back.
import type { CaseStatus, Clock } from '../contract';

const day = 86_400;
const terms = { acknowledge: 7 * day, conclude: 60 * day, feedback: 90 * day };
const extension = 30 * day;

/** What of an event a clock minds. */
export type ClockStep =
  | { at: number; type: 'message' | 'extension' | 'close' }
  | { at: number; type: 'status' | 'reply'; status: CaseStatus };

interface Running {
  due: number;
  done: boolean;
}

/** `steps` in the order of events; the first is the report's. Seconds since 1970 all through. */
export function clocksOf(steps: readonly ClockStep[], now: number): Clock[] {
  const received = Math.min(steps[0]?.at ?? now, now);
  const clock = (term: number): Running => ({ due: received + term, done: false });
  const running = {
    acknowledge: clock(terms.acknowledge),
    conclude: clock(terms.conclude),
    feedback: clock(terms.feedback),
  };
  const all: Running[] = Object.values(running);
  let time = received;
  let paused = false;
  let extended = false;
  const passTo = (next: number) => {
    const until = Math.max(time, Math.min(next, now));
    if (paused) for (const one of all) if (!one.done) one.due += until - time;
    time = until;
  };
  for (const step of steps) {
    passTo(step.at);
    switch (step.type) {
      case 'message':
        paused = false;
        break;
      case 'extension':
        if (!extended && !running.conclude.done) running.conclude.due += extension;
        extended = true;
        break;
      case 'close':
        paused = false;
        for (const one of all) one.done = true;
        break;
      case 'reply':
      case 'status':
        paused = step.status === 'more_information';
        if (step.type === 'reply') running.acknowledge.done = true;
        if (step.type === 'reply' && step.status !== 'received') running.feedback.done = true;
        // A case that is opened again has been concluded and answered once; it gets no second term.
        if (step.status === 'closed') for (const one of all) one.done = true;
        break;
    }
  }
  passTo(now);
  return (['acknowledge', 'conclude', 'feedback'] as const).map((kind) => ({
    kind,
    ...running[kind],
    paused: paused && !running[kind].done,
  }));
}
