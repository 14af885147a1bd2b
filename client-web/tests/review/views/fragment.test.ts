import { describe, expect, test } from 'vitest';
import { readInvitation } from '../../../src/review/fragment';

const code = 'w2lhv-n7qtd-jvw4q-mkv4n-gusnk-av76o-2rqjh-veauf';
const plain = code.replaceAll('-', '');
const org = 'd4'.repeat(32);

describe('the invitation in the fragment', () => {
  test('none', () => {
    expect(readInvitation('')).toBeNull();
    expect(readInvitation('#content')).toBeNull();
  });
  test('a code with the organisation, in either order', () => {
    expect(readInvitation(`#enrol=${code}&org=${org}`)).toEqual({ code: plain, org });
    expect(readInvitation(`#org=${org}&enrol=${code.toUpperCase()}`)).toEqual({ code: plain, org });
  });
  test('a code alone leaves the organisation to be compared', () => {
    expect(readInvitation(`#enrol=${plain}`)).toEqual({ code: plain, org: null });
  });
  test.each([
    ['a short code', `#enrol=${plain.slice(1)}&org=${org}`],
    ['a letter that base32 does not have', `#enrol=1${plain.slice(1)}`],
    ['an organisation in capitals', `#enrol=${code}&org=${org.toUpperCase()}`],
    ['a short organisation', `#enrol=${code}&org=${org.slice(2)}`],
    ['an organisation without a code', `#org=${org}`],
    ['a member twice', `#enrol=${code}&enrol=${code}`],
    ['something else beside it', `#enrol=${code}&org=${org}&x=1`],
    ['percent signs', `#enrol=%41${plain.slice(1)}`],
  ])('%s is refused', (_what, fragment) => {
    expect(readInvitation(fragment)).toBe('bad');
  });
});
