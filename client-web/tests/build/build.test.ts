// The build gives the same bytes twice, and the reporter's entry stays small.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
let directory: string;
let first: Map<string, Buffer>;
let second: Map<string, Buffer>;

function built(name: string): Map<string, Buffer> {
  const out = path.join(directory, name);
  execFileSync(process.execPath, ['build/build.mjs', out], { cwd: root, stdio: 'pipe' });
  const files = new Map<string, Buffer>();
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    files.set(path.relative(out, file), readFileSync(file));
  }
  return files;
}

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'changgu-build-'));
  first = built('first');
  second = built('second');
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function text(file: string): string {
  return first.get(file)?.toString('utf8') ?? '';
}

/** A page, what it loads, and what these name: all that a browser may fetch for it. */
function reachedFrom(page: string): Set<string> {
  const reached = new Set([page]);
  for (const file of reached) {
    for (const other of first.keys()) if (text(file).includes(path.basename(other))) reached.add(other);
  }
  return reached;
}

function compressed(files: Iterable<string>): number {
  let sum = 0;
  for (const file of files) sum += brotliCompressSync(first.get(file) ?? '').length;
  return sum;
}

test('two builds give the same bytes', () => {
  expect([...first.keys()].sort()).toEqual([...second.keys()].sort());
  for (const [file, content] of first) expect(second.get(file)?.equals(content), file).toBe(true);
});

test('the reporter fits its budget', () => {
  const reached = reachedFrom('index.html');
  const sodium = [...reached].filter((file) => path.basename(file).startsWith('sodium-'));
  expect(sodium).toHaveLength(1);
  // The cleaner of files is started when the page can be used already.
  const cleaner = [...reached].filter((file) => path.basename(file).startsWith('cleaner-'));
  expect(cleaner).toHaveLength(1);
  const all = compressed(reached);
  const without = all - compressed([...sodium, ...cleaner]);
  const kib = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`;
  console.log(
    `reporter, brotli: ${kib(without)} to begin with, without the sodium module; ${kib(all)} with all of it`,
  );
  console.log(`reviewer, brotli: ${kib(compressed(reachedFrom('review/index.html')))} in all`);
  expect(without).toBeLessThanOrEqual(60 * 1024);
  expect(all).toBeLessThanOrEqual(260 * 1024);
});

test('a page is one script, and libsodium is in the worker alone', () => {
  for (const page of ['index.html', 'review/index.html', 'review/viewer.html']) {
    const scripts = [...text(page).matchAll(/<script [^>]*src="\/([^"]+)"[^>]* integrity="sha384-/g)];
    expect(scripts).toHaveLength(1);
    const script = text(scripts[0]?.[1] ?? '');
    expect(script).not.toMatch(/\bimport\s*[("'{*]/);
    expect(script).not.toContain('sodium');
  }
  const reporter = reachedFrom('index.html');
  expect([...reporter].filter((file) => path.basename(file).startsWith('reviewer-'))).toEqual([]);
});

test('the single file needs nothing beside it', () => {
  const page = text('reporter.html');
  expect(page).toMatch(
    /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha384-/,
  );
  for (const file of first.keys())
    if (file.startsWith('assets')) expect(page).not.toContain(path.basename(file));
});
