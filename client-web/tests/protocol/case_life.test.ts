import { expect } from 'vitest';
import { CaseLife } from '../../src/protocol/case_life';
import type { JsonObject } from '../../src/protocol/json';
import { Members } from '../../src/protocol/json';
import { monthsKept, policyJson, readPolicy } from '../../src/protocol/policy';
import { outcome, vectorTests, type VectorCase } from '../vectors';

const policyOf = (c: VectorCase) => Members.parse(JSON.stringify(c.object('policy').raw));

vectorTests('retention', (c, expected) => {
  const read = outcome(() => readPolicy(policyOf(c)));
  expect(read.class).toBe(expected);
  const rules = read.value;
  if (rules === undefined) return;
  expect(policyJson(rules)).toEqual(c.object('policy').raw);
  const category = c.text('category');
  expect(monthsKept(rules, category)).toBe(c.number('months'));
  const life = new CaseLife();
  for (const event of c.list('events')) {
    if (event === null) life.miss();
    else life.take(event as JsonObject, (event as { by: number }).by);
  }
  expect(life.due(rules, category)).toBe(c.has('due') ? c.number('due') : undefined);
  expect(life.holds.map(({ by }) => by)).toEqual(c.list('holders'));
  for (const at of c.objects('stages'))
    expect(life.stage(rules, category, at.number('now'))).toBe(at.text('stage'));
});
