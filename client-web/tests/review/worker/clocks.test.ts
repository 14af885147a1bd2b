import { describe, expect, it } from 'vitest';
import { clocksOf, type ClockStep } from '../../../src/review/worker/clocks';

const day = 86_400;
const t0 = 1_800_000_000;
const received: ClockStep = { at: t0, type: 'message' };
const clock = (kind: string, steps: ClockStep[], now: number) =>
  clocksOf(steps, now).find((c) => c.kind === kind);
const dueDay = (kind: string, steps: ClockStep[], now: number) =>
  ((clock(kind, steps, now)?.due ?? 0) - t0) / day;

describe('clocks', () => {
  it('start when the report is taken in', () => {
    expect(clocksOf([received], t0 + 5)).toEqual([
      { kind: 'acknowledge', due: t0 + 7 * day, done: false, paused: false },
      { kind: 'conclude', due: t0 + 60 * day, done: false, paused: false },
      { kind: 'feedback', due: t0 + 90 * day, done: false, paused: false },
    ]);
  });
  it('a first reply acknowledges, one that says more is feedback, closing concludes', () => {
    const first: ClockStep = { at: t0 + day, type: 'reply', status: 'received' };
    const done = (steps: ClockStep[]) => clocksOf([received, ...steps], t0 + 9 * day).map((c) => c.done);
    expect(done([])).toEqual([false, false, false]);
    expect(done([first])).toEqual([true, false, false]);
    expect(done([{ ...first, status: 'investigating' }])).toEqual([true, false, true]);
    expect(done([{ at: t0 + day, type: 'status', status: 'investigating' }])).toEqual([false, false, false]);
    expect(done([{ at: t0 + day, type: 'close' }])).toEqual([true, true, true]);
    expect(done([{ ...first, status: 'closed' }])).toEqual([true, true, true]);
  });
  it('an extension gives 30 days once', () => {
    const extension: ClockStep = { at: t0 + day, type: 'extension' };
    expect(dueDay('conclude', [received, extension], t0 + 2 * day)).toBe(90);
    expect(dueDay('conclude', [received, extension, extension], t0 + 2 * day)).toBe(90);
    expect(dueDay('feedback', [received, extension], t0 + 2 * day)).toBe(90);
  });
  it('stand still while the reporter is asked', () => {
    const asked: ClockStep = { at: t0 + 10 * day, type: 'reply', status: 'more_information' };
    const answered: ClockStep = { at: t0 + 25 * day, type: 'message' };
    expect(clock('conclude', [received, asked], t0 + 14 * day)).toMatchObject({
      due: t0 + 64 * day,
      paused: true,
    });
    expect(clock('acknowledge', [received, asked], t0 + 14 * day)).toMatchObject({
      due: t0 + 7 * day,
      paused: false,
    });
    expect(clock('conclude', [received, asked, answered], t0 + 40 * day)).toMatchObject({
      due: t0 + 75 * day,
      paused: false,
    });
    const goOn: ClockStep = { at: t0 + 20 * day, type: 'status', status: 'investigating' };
    expect(dueDay('conclude', [received, asked, goOn, answered], t0 + 40 * day)).toBe(70);
  });
  it('twice asked is twice paused', () => {
    const ask = (d: number): ClockStep => ({ at: t0 + d * day, type: 'status', status: 'more_information' });
    const answer = (d: number): ClockStep => ({ at: t0 + d * day, type: 'message' });
    expect(dueDay('conclude', [received, ask(1), answer(3), ask(5), answer(6)], t0 + 9 * day)).toBe(63);
  });
  it('are not turned back by times that go back, nor by the future', () => {
    const late: ClockStep = { at: t0 + 10 * day, type: 'status', status: 'more_information' };
    const early: ClockStep = { at: t0 - 90 * day, type: 'message' };
    expect(dueDay('conclude', [received, late, early], t0 + 20 * day)).toBe(60);
    const future: ClockStep = { at: t0 + 1000 * day, type: 'message' };
    expect(dueDay('conclude', [received, late, future], t0 + 20 * day)).toBe(70);
    expect(clock('acknowledge', [future], t0)?.due).toBe(t0 + 7 * day);
  });
});
