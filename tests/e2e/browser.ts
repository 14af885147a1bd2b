// Debian's Chromium, driven by Playwright: every page is watched for what it must never do.
import fs from 'node:fs';
import { createHash, X509Certificate } from 'node:crypto';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import type { Office } from './office';

const axeSource = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const executable = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** A browser that takes the office's own certificate, by its key alone, and talks to nobody but 127.0.0.1. */
export async function launch(office: Office): Promise<Browser> {
  const certificate = new X509Certificate(fs.readFileSync(office.certificate));
  const spki = createHash('sha256')
    .update(certificate.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
  return chromium.launch({
    executablePath: executable,
    args: [
      ...[
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
      ],
      ...['--disable-component-update', '--disable-sync', `--ignore-certificate-errors-spki-list=${spki}`],
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
    ],
  });
}

export interface Visitor {
  context: BrowserContext;
  page: Page;
  /** Address and method of each request, in order. */
  requests: string[];
  /** What must stay empty: CSP violations, page errors, console errors. */
  faults: string[];
}

export interface Settings {
  language?: 'ko' | 'en';
  width?: number;
  height?: number;
  dark?: boolean;
}

export async function visit(browser: Browser, url: string, settings: Settings = {}): Promise<Visitor> {
  const context = await browser.newContext({
    locale: settings.language === 'en' ? 'en-GB' : 'ko-KR',
    viewport: { width: settings.width ?? 390, height: settings.height ?? 844 },
    colorScheme: settings.dark === true ? 'dark' : 'light',
    acceptDownloads: true,
  });
  const visitor: Visitor = { context, page: await context.newPage(), requests: [], faults: [] };
  const { page } = visitor;
  page.setDefaultTimeout(60_000);
  page.on('request', (request) => visitor.requests.push(`${request.method()} ${request.url()}`));
  page.on('pageerror', (error) => visitor.faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      visitor.faults.push(`console: ${message.text()}`);
  });
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  await page.goto(url);
  return visitor;
}

/** WCAG 2.2 AA by axe-core; one line a finding. */
export async function accessibility(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run: (options: object) => Promise<{ violations: AxeViolation[] }> };
    };
    interface AxeViolation {
      id: string;
      help: string;
      nodes: { target: unknown[] }[];
    }
    const { violations } = await axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return violations.flatMap((v) =>
      v.nodes.map((node) => `${v.id}: ${v.help} at ${String(node.target[0])}`),
    );
  });
}

/** True when the page is wider than its window. */
export async function overflows(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
}

/** What the page left in every store that a page has. */
export async function leftovers(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const found: string[] = [];
    if (localStorage.length > 0) found.push('localStorage');
    if (sessionStorage.length > 0) found.push('sessionStorage');
    if (document.cookie !== '') found.push('cookie');
    if ((await indexedDB.databases()).length > 0) found.push('indexedDB');
    if ((await caches.keys()).length > 0) found.push('caches');
    if ((await navigator.serviceWorker.getRegistrations()).length > 0) found.push('service worker');
    return found;
  });
}
