// node tests/bench/browser.mjs: sealing, receipts and opening in a worker of Chromium, in µs a call by the browser's clock
// (medians), and 10,000 envelopes through the reviewer's pool of workers, in seconds. Prints one JSON object. The code is the
// pages' own, built as build.mjs builds it; the page around it is this script's. Its figures are wall time.
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';

const tests = path.dirname(import.meta.dirname);
const web = path.join(path.dirname(tests), 'client-web');
const { build } = await import(createRequire(path.join(web, 'package.json')).resolve('vite'));
const { chromium } = createRequire(path.join(tests, 'e2e', 'package.json'))('playwright-core');

const timeLimit = 180_000; // milliseconds
const out = fs.mkdtempSync(path.join(os.tmpdir(), 'changgu-bench-'));
process.env.NODE_ENV = 'production';
process.on('exit', () => fs.rmSync(out, { recursive: true }));
await build({
  configFile: path.join(web, 'vite.config.ts'),
  build: {
    outDir: out,
    rolldownOptions: {
      input: { bench: path.join(import.meta.dirname, 'browser_worker.mjs') },
      output: { entryFileNames: 'bench.js', codeSplitting: false },
    },
  },
});

const server = http.createServer((request, response) => {
  const file = path.join(out, path.normalize(request.url));
  if (request.url === '/')
    return response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>bench</title>');
  if (!file.startsWith(out + path.sep) || !fs.existsSync(file)) return response.writeHead(404).end();
  return response.setHeader('Content-Type', 'text/javascript').end(fs.readFileSync(file));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  ],
});
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const answer = await page.evaluate(
    (limit) =>
      new Promise((resolve) => {
        const worker = new Worker('/bench.js', { type: 'module' });
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => resolve({ error: message });
        setTimeout(() => resolve({ error: 'too late' }), limit);
      }),
    timeLimit,
  );
  if (answer.error !== undefined) throw new Error(answer.error);
  console.log(JSON.stringify(answer.result));
} finally {
  await browser.close();
  server.close();
}
