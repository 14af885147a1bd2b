// Tables for a spreadsheet. What begins like a formula is made text, for the office's own words (categories) are in them.
function cell(value: string): string {
  const safe = /^[\s]*[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r;\t]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** RFC 4180, with a byte order mark: without it Excel takes Korean for something else. */
export function toCsv(rows: readonly (readonly (string | number)[])[]): string {
  const lines = rows.map((row) =>
    row.map((value) => (typeof value === 'number' ? String(value) : cell(value))).join(','),
  );
  return `\ufeff${lines.join('\r\n')}\r\n`;
}
