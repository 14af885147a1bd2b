import { describe, expect, it } from 'vitest';
import { Members, type JsonObject } from '../../src/protocol/json';
import { policyJson, readPolicy } from '../../src/protocol/policy';
import { isOrigin } from '../../src/protocol/statement';
import { outcome } from '../vectors';

const plain = {
  suite: 1,
  tick: 86_400,
  tick_offset: 64_800,
  fill: 8,
  ahead: 2,
  overlap: 604_800,
  drain_max: 5_184_000,
  retention_months: 36,
  categories: [{ id: 'abuse', ko: '갑질', en: 'Abuse of power' }],
  questions: [{ id: 'who', ko: '누가', en: 'Who was it?' }],
};
const department = { id: 'audit', ko: '감사담당관', en: 'Audit office', people: 14 };
const read = (json: JsonObject) => outcome(() => readPolicy(new Members(json)));

describe('the policy', () => {
  it('is written as it was read, with departments or without', () => {
    for (const json of [plain, { ...plain, departments: [department] }]) {
      const { value } = read(json);
      expect(value === undefined ? undefined : policyJson(value)).toEqual(json);
    }
  });
  it('takes a department with its head-count alone', () => {
    const of = (departments: JsonObject[]) => read({ ...plain, departments }).class;
    expect(of([department])).toBe('ok');
    expect(of([{ ...department, people: 0 }])).toBe('bad_field');
    expect(of([{ ...department, people: 1_000_001 }])).toBe('bad_field');
    expect(of([{ ...department, id: '' }])).toBe('bad_field');
    expect(of(Array.from({ length: 128 }, () => department))).toBe('ok');
    expect(of(Array.from({ length: 129 }, () => department))).toBe('bad_field');
  });
  it('refuses what is out of its bounds', () => {
    for (const wrong of [
      { suite: 2 },
      { suite: 0 },
      { tick: 0 },
      { fill: 0 },
      { ahead: 13 },
      { retention_months: 0 },
    ])
      expect(read({ ...plain, ...wrong }).class).toBe('bad_field');
  });
});

describe('an origin', () => {
  it('is a host with a port, perhaps', () => {
    for (const good of [
      'https://a.example',
      'https://a.example:8443',
      'http://localhost:80',
      'http://[::1]:8080',
      'http://abc.onion',
      'https://[2001:db8::1]',
    ])
      expect(isOrigin(good)).toBe(true);
    for (const bad of [
      'http://a.example',
      'https://a.example/',
      'https://A.example',
      'https://a.example:0',
      'https://a.example:65536',
      'https://',
      'https://a.example:',
      'https://[x]',
      'ftp://a.example',
      `https://${'a'.repeat(300)}`,
    ])
      expect(isOrigin(bad)).toBe(false);
  });
});
