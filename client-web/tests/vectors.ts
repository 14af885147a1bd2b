// Reads tests/vectors/: every case of a file becomes a test. A file without a case, or a case that cannot be read, fails.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { fromBase64 } from '../src/protocol/bytes';
import { classOf } from '../src/protocol/errc';
import { ready } from '../src/protocol/sodium';

type Raw = Record<string, unknown>;

/** One object of a vector file, read strictly: a member that is missing or of another type is an error. */
export class VectorCase {
  constructor(readonly raw: Raw) {}

  has(name: string): boolean {
    return name in this.raw;
  }
  text(name: string): string {
    const value = this.raw[name];
    if (typeof value !== 'string') throw new Error(`the case has no text '${name}'`);
    return value;
  }
  number(name: string): number {
    const value = this.raw[name];
    if (typeof value !== 'number') throw new Error(`the case has no number '${name}'`);
    return value;
  }
  flag(name: string): boolean {
    const value = this.raw[name];
    if (typeof value !== 'boolean') throw new Error(`the case has no flag '${name}'`);
    return value;
  }
  bytes(name: string): Uint8Array {
    return fromBase64(this.text(name));
  }
  object(name: string): VectorCase {
    return asCase(this.raw[name], name);
  }
  list(name: string): unknown[] {
    const value = this.raw[name];
    if (!Array.isArray(value)) throw new Error(`the case has no list '${name}'`);
    return value as unknown[];
  }
  objects(name: string): VectorCase[] {
    return this.list(name).map((item) => asCase(item, name));
  }
}

function asCase(value: unknown, name: string): VectorCase {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`the case has no object '${name}'`);
  return new VectorCase(value as Raw);
}

/** Runs `check` on every case of tests/vectors/NAME.json, libsodium being ready; `file` is the whole document. */
export function vectorTests(
  name: string,
  check: (c: VectorCase, expected: string, file: VectorCase) => void,
): void {
  const path = new URL(`../../tests/vectors/${name}.json`, import.meta.url);
  const file = asCase(JSON.parse(readFileSync(path, 'utf8')), name);
  const cases = file.objects('cases');
  describe(`vectors: ${name}`, () => {
    beforeAll(ready);
    test('has cases', () => {
      expect(cases.length).toBeGreaterThan(0);
    });
    for (const c of cases)
      test(c.text('name'), () => {
        check(c, c.text('expect'), file);
        expect.hasAssertions();
      });
  });
}

/** 'ok' and the value, or the failure class and what was thrown. */
export function outcome<T>(run: () => T): { class: string; value?: T; error?: unknown } {
  try {
    return { class: 'ok', value: run() };
  } catch (error) {
    return { class: classOf(error), error };
  }
}
