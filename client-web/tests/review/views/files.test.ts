import { expect, test } from 'vitest';
import { safeFileName } from '../../../src/review/files';

test.each([
  ['회의록.txt', '회의록.txt'],
  ['../../etc/passwd', '_.._etc_passwd'],
  ['C:\\new\\x.exe', 'C__new_x.exe'],
  ['photo\u202egpj.exe', 'photogpj.exe'],
  ['a\u0000b\n.txt', 'ab.txt'],
  ['...', 'file'],
  ['', 'file'],
])('%j is saved as %j', (name, saved) => {
  expect(safeFileName(name)).toBe(saved);
});
test('a long name is cut', () => {
  expect(safeFileName('가'.repeat(300))).toHaveLength(120);
});
