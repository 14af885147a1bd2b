// Subresource integrity for what a page loads.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** The value of an integrity attribute, and of a CSP's hash source. @param {string | Buffer} content */
export function sha384(content) {
  return `sha384-${createHash('sha384').update(content).digest('base64')}`;
}

/**
 * The page with an integrity attribute on each script and stylesheet, which `out` must hold.
 * @param {string} html
 * @param {string} out
 */
export async function integrity(html, out) {
  const tag = /<(?:script|link rel="stylesheet")[^>]*? (?:src|href)="\/([^"]+)"/g;
  let done = '';
  let last = 0;
  for (const match of html.matchAll(tag)) {
    const content = await readFile(path.join(out, match[1] ?? ''));
    const end = match.index + match[0].length;
    done += `${html.slice(last, end)} integrity="${sha384(content)}"`;
    last = end;
  }
  if (last === 0) throw new Error('a page without a script');
  return done + html.slice(last);
}
