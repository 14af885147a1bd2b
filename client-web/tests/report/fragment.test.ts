import { describe, expect, it } from 'vitest';
import { isOrigin, parseFingerprint, parseFragment } from '../../src/report/fragment';

const org = '0123456789abcdef'.repeat(4);

describe('the fragment', () => {
  it('is a pin, in any order', () => {
    const pin = { org, seq: 7 };
    expect(parseFragment(`#org=${org}&seq=7`, false)).toEqual({ pin, server: null });
    expect(parseFragment(`#seq=7&org=${org}`, false)).toEqual({ pin, server: null });
    expect(parseFragment(`#org=${org}&seq=0`, false)?.pin?.seq).toBe(0);
  });

  it('may be absent', () => {
    expect(parseFragment('', false)).toEqual({ pin: null, server: null });
    expect(parseFragment('#', true)).toEqual({ pin: null, server: null });
  });

  it('names a server in the single file only', () => {
    const server = 'https://talk.example.kr:8443';
    expect(parseFragment(`#server=${server}&org=${org}&seq=1`, true)).toEqual({
      pin: { org, seq: 1 },
      server,
    });
    expect(parseFragment(`#server=${server}`, true)).toEqual({ pin: null, server });
    expect(parseFragment(`#server=${server}&org=${org}&seq=1`, false)).toBeUndefined();
  });

  it.each([
    ['a fingerprint without a number', `#org=${org}`],
    ['a number without a fingerprint', '#seq=1'],
    ['a fingerprint cut short', `#org=${org.slice(1)}&seq=1`],
    ['a fingerprint in capitals', `#org=${org.toUpperCase()}&seq=1`],
    ['a leading zero', `#org=${org}&seq=01`],
    ['a sign', `#org=${org}&seq=-1`],
    ['a number too long', `#org=${org}&seq=1234567890`],
    ['no number', `#org=${org}&seq=`],
    ['something twice', `#org=${org}&org=${org}&seq=1`],
    ['something unknown', `#org=${org}&seq=1&utm=x`],
    ['an end that is not', `#org=${org}&seq=1&`],
    ['a name alone', '#org'],
    ['escapes', `#org=${org}&seq=%31`],
    ['far too much', `#${'a'.repeat(10_000)}`],
  ])('is refused: %s', (_, hash) => {
    expect(parseFragment(hash, false)).toBeUndefined();
  });
});

describe('an origin', () => {
  it.each([
    'https://a.kr',
    'https://a.kr:8443',
    'http://localhost:1',
    'http://127.0.0.1',
    'http://[::1]:80',
    'http://abc.onion',
  ])('is %s', (text) => {
    expect(isOrigin(text)).toBe(true);
  });
  it.each([
    'http://a.kr',
    'https://a.kr/',
    'https://A.kr',
    'https://u@a.kr',
    'https://a.kr:0',
    'javascript:0',
    '',
  ])('is not %s', (text) => {
    expect(isOrigin(text)).toBe(false);
  });
});

describe('a typed fingerprint', () => {
  it('may be grouped and in capitals', () => {
    expect(parseFingerprint(` ${org.toUpperCase().replace(/(.{8})/g, '$1 ')}\n`)).toBe(org);
  });
  it('has 64 digits', () => {
    expect(parseFingerprint(org.slice(1))).toBeUndefined();
    expect(parseFingerprint(`${org}0`)).toBeUndefined();
    expect(parseFingerprint(`g${org.slice(1)}`)).toBeUndefined();
    expect(parseFingerprint('')).toBeUndefined();
  });
});
