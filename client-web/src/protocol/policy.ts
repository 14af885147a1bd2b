// The organisation's signed choices: what the form asks, how often messages are released, how long keys and data live.
import { fail } from './errc';
import type { Json, JsonObject, Members } from './json';

const day = 86_400;
const maxMonths = 1200;
const defaultKeepMonths = 36;
const maxLabelled = 32;
const maxDepartments = 128;

/** Text in both languages of the product. */
export interface Localised {
  ko: string;
  en: string;
}

/** Something that has a stable id: a question of the form, for one. */
export interface Labelled extends Localised {
  id: string;
}

/** A category of tips. `keepMonths` in place of the policy's; 0: the policy's. */
export interface Category extends Labelled {
  keepMonths: number;
}

/** A part of the organisation that may be named in a report, with its head-count beside it. */
export interface Department extends Labelled {
  people: number; // 1 to 1,000,000
}

/** Durations are in seconds. */
export interface Policy {
  suite: number;
  tick: number; // between releases; one is due whenever (now - tickOffset) % tick passes 0
  tickOffset: number;
  fill: number; // a batch has a multiple of this many envelopes
  ahead: number; // future epochs that may be signed in advance
  overlap: number; // how long an epoch is accepted after the next one starts
  drainMax: number; // after `retire`, the latest moment to forget the epoch's secret
  retentionMonths: number; // of replies and files on the server
  caseKeepMonths: number; // of a case after its closing
  categories: Category[];
  questions: Labelled[];
  departments: Department[]; // none: the form does not ask
}

/** Errors: bad_field. */
export function readLocalised(members: Members, name: string): Localised {
  const text = members.object(name);
  return { ko: text.string('ko', 500), en: text.string('en', 500) };
}

function readLabelled(item: Members): Labelled {
  const id = item.string('id', 64);
  return id === '' ? fail('bad_field') : { id, ko: item.string('ko', 500), en: item.string('en', 500) };
}

function positive(members: Members, name: string, max: number): number {
  const n = members.integer(name, max);
  return n > 0 ? n : fail('bad_field');
}

function readMonths(members: Members, name: string, absent: number): number {
  return members.has(name) ? positive(members, name, maxMonths) : absent;
}

/** How long a case of this category is kept after its closing. */
export function monthsKept({ categories, caseKeepMonths }: Policy, category: string): number {
  const months = categories.find(({ id }) => id === category)?.keepMonths ?? 0;
  return months === 0 ? caseKeepMonths : months;
}

/** Errors: bad_field. */
export function readPolicy(members: Members): Policy {
  return {
    suite: positive(members, 'suite', 1),
    tick: positive(members, 'tick', 31 * day),
    tickOffset: members.integer('tick_offset', 31 * day),
    fill: positive(members, 'fill', 1024),
    ahead: members.integer('ahead', 12),
    overlap: members.integer('overlap', 38 * day),
    drainMax: members.integer('drain_max', 60 * day),
    retentionMonths: positive(members, 'retention_months', maxMonths),
    caseKeepMonths: readMonths(members, 'case_keep_months', defaultKeepMonths),
    categories: members
      .objects('categories', maxLabelled)
      .map((item) => ({ ...readLabelled(item), keepMonths: readMonths(item, 'keep_months', 0) })),
    questions: members.objects('questions', maxLabelled).map(readLabelled),
    departments: members.has('departments')
      ? members
          .objects('departments', maxDepartments)
          .map((item) => ({ ...readLabelled(item), people: positive(item, 'people', 1_000_000) }))
      : [],
  };
}

export function policyJson(p: Policy): JsonObject {
  const labelled = ({ id, ko, en }: Labelled): JsonObject => ({ id, ko, en });
  const out: JsonObject = {
    suite: p.suite,
    tick: p.tick,
    tick_offset: p.tickOffset,
    fill: p.fill,
    ahead: p.ahead,
    overlap: p.overlap,
    drain_max: p.drainMax,
    retention_months: p.retentionMonths,
    categories: p.categories.map((c): Json => ({
      ...labelled(c),
      ...(c.keepMonths === 0 ? {} : { keep_months: c.keepMonths }),
    })),
    questions: p.questions.map(labelled),
  };
  if (p.caseKeepMonths !== defaultKeepMonths) out['case_keep_months'] = p.caseKeepMonths;
  if (p.departments.length > 0)
    out['departments'] = p.departments.map((d): Json => ({ ...labelled(d), people: d.people }));
  return out;
}
