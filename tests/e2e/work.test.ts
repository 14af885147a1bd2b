// While the channel is under load a submission costs a proof of work: found by the page, looked at by the real server.
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { accessibility, launch, overflows } from './browser';
import { Office } from './office';
import { Reporter } from './reporter';
import { Reviewer } from './reviewer';

// Half of the disk's budget is the reserve, in which every submission costs work. What takes the server there is sent
// before it protects itself.
const budget = (protect: boolean) =>
  `budget_mib = 64\n\n[abuse]\nprotect = ${String(protect)}\nreserve_percent = 50\nmost_work_bits = 6\n`;
let office: Office;
let browser: Browser;
beforeAll(async () => {
  office = await Office.make(2, [], budget(false));
  const files = [5 << 20, 5 << 20, 1 << 19].flatMap((size, i) => {
    const file = office.file(`evidence-${i}.bin`);
    fs.writeFileSync(file, Buffer.alloc(size, i));
    return ['--attach', file];
  });
  await office.run(['report', ...office.public(), '--file', '-', ...files, '--json'], { stdin: '자료' });
  await office.stop();
  const config = office.file('channel/changgu.toml');
  fs.writeFileSync(config, fs.readFileSync(config, 'utf8').replace(budget(false), budget(true)));
  await office.start();
  browser = await launch(office);
});
afterAll(async () => {
  await browser.close();
  await office.close();
});

const pictures = process.env['SCREENSHOTS'];
async function look(page: Page, state: string): Promise<string[]> {
  if (pictures !== undefined) {
    fs.mkdirSync(pictures, { recursive: true });
    await page.screenshot({
      path: path.join(pictures, `${state}.png`),
      fullPage: true,
    });
  }
  const found = (await accessibility(page)).map((finding) => `${state}: ${finding}`);
  if (await overflows(page)) found.push(`${state}: wider than the window`);
  return found;
}

/** From now on the server asks for more work than anybody does. */
async function insatiable(page: Page): Promise<void> {
  await page.route('**/api/v1/envelopes', (route) =>
    route.fulfill({
      status: 429,
      contentType: 'application/problem+json',
      body: JSON.stringify({
        type: 'urn:changgu:problem:work-required',
        title: '',
        status: 429,
      }),
    }),
  );
  await page.route('**/api/v1/work', (route) => {
    const nonce = Buffer.alloc(32);
    nonce[8] = 12;
    return route.fulfill({
      json: { bits: 12, nonce: nonce.toString('base64'), expires_in: 120 },
    });
  });
}
async function satisfied(page: Page): Promise<void> {
  await page.unroute('**/api/v1/envelopes');
  await page.unroute('**/api/v1/work');
}

test('a tip and its file go through, with a proof each, and nothing is asked before it is sent', async () => {
  expect(JSON.parse(await office.get('/api/v1/work'))).toHaveProperty('nonce');
  const reporter = await Reporter.at(browser, office.poster);
  const { page, t, visitor } = reporter;
  await page.getByText(t.fingerprint.pinned).first().waitFor();
  const known = await office.cases(1);
  const proofs: string[] = [];
  page.on('request', (request) => {
    const proof = request.headers()['changgu-work'];
    if (proof !== undefined) proofs.push(proof);
  });
  const calls = () =>
    visitor.requests
      .filter((request) => /\/api\/v1\/(work|blobs|envelopes)/.test(request))
      .map((request) => request.replace(/ .*\/api\/v1\/(\w+).*/, ' $1'));
  await reporter.openForm();
  await reporter.write({
    category: '고충',
    text: '접수가 몰린 날에 보냅니다.',
    files: [{ name: '메모.txt', mimeType: 'text/plain', buffer: Buffer.from('메모') }],
  });
  expect(calls()).toEqual([]);
  await reporter.send();
  await reporter.takeReceipt();
  // Refused once; from then on asked for ahead.
  expect(calls()).toEqual(['PUT blobs', 'GET work', 'PUT blobs', 'GET work', 'POST envelopes']);
  expect(proofs).toHaveLength(2);
  expect(new Set(proofs.map((proof) => proof.slice(0, 40))).size).toBe(2); // nothing ties the two together
  await office.release();
  const number = await office.newCase(1, known);
  expect((await office.reviewer(1, ['show', number])).out).toContain('접수가 몰린 날에 보냅니다.');
  expect(visitor.faults.filter((fault) => !fault.includes('429'))).toEqual([]);
  await reporter.close();
});

test('a hand-over costs work as any envelope does, and can be stopped', async () => {
  await office.enrol(3, true);
  const giver = await Reviewer.ofFile(browser, office, 1, { language: 'en' });
  const { page, t, visitor } = giver;
  const sent: (string | undefined)[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/envelopes')) sent.push(request.headers()['changgu-work']);
  });
  const number = await giver.openCase('자료');

  await insatiable(page); // so that there is time to look
  await (await giver.colleague('General affairs')).check();
  await giver.dialog.getByRole('button', { name: t.case.handOver }).click();
  await giver.dialog.getByRole('status').getByText(t.work.text).waitFor();
  expect(await look(page, 'review-hand-over-work-en-1280')).toEqual([]);
  await giver.dialog.getByRole('button', { name: t.cancel }).click();
  await giver.dialog.waitFor({ state: 'detached' });
  await satisfied(page);
  await office.release();
  expect(await office.cases(3)).not.toContain(number);

  sent.length = 0;
  await giver.handOver('General affairs');
  expect(sent.filter((proof) => proof !== undefined)).toHaveLength(1);
  expect(sent.at(-1)).toMatch(/^[A-Za-z0-9+/]{64}$/);
  await office.release();
  expect(await office.cases(3)).toContain(number);
  expect(visitor.faults.filter((fault) => !fault.includes('429'))).toEqual([]);
  await giver.close();
});

test('reviewers are told that the disk is nearly full', async () => {
  const reviewer = await Reviewer.ofFile(browser, office, 1, {
    language: 'en',
  });
  await reviewer.page.getByText(reviewer.t.banner.storage['low'] ?? '-').waitFor();
  expect(await look(reviewer.page, 'review-storage-low-en-1280')).toEqual([]);
  expect(reviewer.visitor.faults).toEqual([]);
  await reviewer.close();
});

// So that there is time to look.
test.each([
  { language: 'ko', width: 320, height: 640 },
  { language: 'en', width: 1280, height: 800, dark: true },
] as const)('what is being computed is told once, and can be stopped ($language)', async (settings) => {
  const reporter = await Reporter.at(browser, office.poster, settings);
  const { page, t } = reporter;
  await insatiable(page);
  await reporter.openForm();
  await reporter.write({
    category: settings.language === 'ko' ? '고충' : 'Grievance',
    text: '멈출 글',
  });
  await reporter.send();
  await page.getByRole('status').getByText(t.work.text).waitFor();
  await page.evaluate(() => {
    const announced: string[] = [];
    Object.assign(window, { announced });
    for (const region of document.querySelectorAll('[role=status], [role=alert], [aria-live]'))
      new MutationObserver(() => announced.push(region.textContent)).observe(region, {
        childList: true,
        characterData: true,
        subtree: true,
      });
  });
  const bar = page.locator('.sending progress');
  const before = Number(await bar.getAttribute('value'));
  await expect
    .poll(async () => Number(await bar.getAttribute('value')), {
      timeout: 30_000,
    })
    .toBeGreaterThan(before);
  expect(await page.evaluate(() => (window as unknown as { announced: string[] }).announced)).toEqual([]);
  const findings = await look(
    page,
    `report-work-${settings.language}-${settings.width}${'dark' in settings ? '-dark' : ''}`,
  );
  await reporter.button(t.work.stop).click();
  await page
    .getByRole('alert')
    .getByText(t.errors['stopped'] ?? '-')
    .waitFor();
  expect(await page.getByLabel(t.form.text, { exact: true }).inputValue()).toBe('멈출 글');
  expect(findings).toEqual([]);
  await reporter.close();
});
