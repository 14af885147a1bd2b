import { expect } from 'vitest';
import { fromUtf8, utf8 } from '../../src/protocol/bytes';
import { checkSignature, parseNote } from '../../src/protocol/note';
import { outcome, vectorTests } from '../vectors';

vectorTests('note', (c, expected) => {
  const parsed = outcome(() => parseNote(fromUtf8(c.bytes('note'))));
  expect(parsed.class).toBe(expected);
  if (parsed.value === undefined) return;
  expect(utf8(parsed.value.text)).toEqual(utf8(fromUtf8(c.bytes('text'))));
  const checks = c.objects('checks');
  expect(checks).not.toEqual([]);
  for (const check of checks)
    expect(checkSignature(parsed.value, { name: check.text('name'), key: check.bytes('key') })).toBe(
      check.text('check'),
    );
});
