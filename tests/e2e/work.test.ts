// While the channel is under load a submission costs a proof of work: what the page says of it, and how it is stopped.
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { accessibility, launch, overflows } from './browser';
import { Office } from './office';
import { Reporter } from './reporter';

let office: Office;
let browser: Browser;
beforeAll(async () => {
  office = await Office.make(2);
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

// A server that is never satisfied, so that there is time to look.
test.each([
  { language: 'ko', width: 320, height: 640 },
  { language: 'en', width: 1280, height: 800, dark: true },
] as const)('what is being computed is told once, and can be stopped ($language)', async (settings) => {
  const reporter = await Reporter.at(browser, office.poster, settings);
  const { page, t } = reporter;
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
