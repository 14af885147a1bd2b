import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { insist } from '../../../src/report/worker/insist';
import { CodedError } from '../../../src/rpc/rpc';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** How often a call that fails like this, one code after another and then no more, was made, and what came of it. */
async function made(codes: string[]): Promise<{ calls: number; lost: number; end: string }> {
  let calls = 0;
  let lost = 0;
  const call = () => {
    const code = codes[calls++];
    return code === undefined ? Promise.resolve('ok') : Promise.reject(new CodedError(code));
  };
  const end = insist(call, () => ++lost).catch((error: unknown) => (error as CodedError).code);
  await vi.runAllTimersAsync();
  return { calls, lost, end: await end };
}
const times = (count: number, code: string) => Array.from({ length: count }, () => code);

test('a lost connection is tried three times, a busy server six', async () => {
  expect(await made(times(2, 'offline'))).toEqual({ calls: 3, lost: 2, end: 'ok' });
  expect(await made(times(9, 'offline'))).toEqual({ calls: 3, lost: 3, end: 'offline' });
  expect(await made(times(5, 'busy'))).toEqual({ calls: 6, lost: 0, end: 'ok' });
  expect(await made(times(9, 'busy'))).toEqual({ calls: 6, lost: 0, end: 'busy' });
  expect(await made([...times(3, 'busy'), 'offline'])).toEqual({ calls: 4, lost: 1, end: 'offline' });
});

test('what the server refuses is not asked again', async () => {
  for (const code of ['taken', 'epoch-closed', 'storage-full', 'work-required', 'stopped'])
    expect(await made([code])).toEqual({ calls: 1, lost: 0, end: code });
});
