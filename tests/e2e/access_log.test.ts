// The access log at the console: read in words, remembered with the key on the server, and a server that leaves something
// out is noticed.
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { accessibility, launch, overflows } from './browser';
import { Office } from './office';
import { fetcherOf } from './past';
import { Reporter } from './reporter';
import { Reviewer } from './reviewer';

let office: Office;
let browser: Browser;
beforeAll(async () => {
  office = await Office.make(1);
  browser = await launch(office);
});
afterAll(async () => {
  await browser.close();
  await office.close();
});

const pictures = process.env['SCREENSHOTS'];
const findings: string[] = [];
async function look({ page }: Reviewer, state: string): Promise<void> {
  if (pictures !== undefined) {
    fs.mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: path.join(pictures, `review-${state}.png`), fullPage: true });
  }
  findings.push(...(await accessibility(page)).map((finding) => `${state}: ${finding}`));
  if (await overflows(page)) findings.push(`${state}: wider than the window`);
}

/** Lets the server's pages of the log be without what it says of `gone`. */
async function leaveOut(page: Page, gone: string): Promise<void> {
  await page.route('**/api/v1/access-log*', async (route) => {
    const { authorization = '' } = route.request().headers();
    const answer = await fetcherOf(office)(route.request().url(), { headers: { authorization } });
    const { from, entries } = (await answer.json()) as { from: number; entries: string[] };
    const left = entries.filter((entry) => !entry.includes(gone));
    if (from === 0) expect(left.length).toBeLessThan(entries.length);
    await route.fulfill({ json: { from, size: from + left.length, entries: left } });
  });
}

async function verify(reviewer: Reviewer): Promise<void> {
  await reviewer.go('activity');
  await reviewer.button(reviewer.t.access.show).click();
}
const lines = (reviewer: Reviewer) =>
  reviewer.region(reviewer.t.access.heading).locator('li').allInnerTexts();

test('what was done is shown in words, and nothing of who reported', async () => {
  const reviewer = await Reviewer.ofFile(browser, office, 1, { language: 'ko', width: 320, height: 640 });
  const { page, t } = reviewer;
  await verify(reviewer);
  await page.locator('.notice.good').waitFor();
  const before = await lines(reviewer);
  const words = [
    t.access.what['session-opened']?.(['reviewer']),
    t.access.what['enrolment-submitted']?.(['1']),
  ];
  for (const one of [...words, '감사담당관']) expect(before.join('\n')).toContain(one ?? '-');
  await look(reviewer, 'access-log-ko-320');

  const employee = await Reporter.at(browser, office.poster);
  await employee.report({ category: '고충', text: '열람기록에 남지 않을 글' });
  await employee.close();
  await office.release();
  await verify(reviewer);
  await page.locator('.notice.good').waitFor();
  expect(await lines(reviewer)).toEqual(before);
  expect(reviewer.visitor.faults).toEqual([]);
  await reviewer.close();
});

test('what was seen is kept with the key: a line left out is noticed, and a restore can be accepted', async () => {
  const { link } = JSON.parse((await office.admin('reviewers', 'invite', '--number', '2')).out) as {
    link: string;
  };
  const reviewer = await Reviewer.at(browser, link, { language: 'en', dark: true });
  const { page, t } = reviewer;
  const { passphrase } = await reviewer.enrol();
  await office.approve(2, true);
  await reviewer.unlockFromServer(2, passphrase);
  await verify(reviewer);
  await page.locator('.notice.good').waitFor();
  await reviewer.lock();

  await leaveOut(page, 'enrolment-submitted 1');
  await reviewer.unlockFromServer(2, passphrase);
  await verify(reviewer);
  await page.getByRole('alert').getByText(t.access.forked).waitFor();
  expect(await lines(reviewer)).toEqual([]);
  await look(reviewer, 'access-log-forked-en-1280-dark');
  await page.unroute('**/api/v1/access-log*');
  await verify(reviewer); // what was refused has not taken the place of what was seen
  await page.locator('.notice.good').waitFor();

  await leaveOut(page, 'enrolment-submitted 1');
  await verify(reviewer);
  await reviewer.button(t.access.accept).click();
  await page.locator('.notice.good').waitFor();
  const shown = await lines(reviewer);
  expect(await page.locator('.notice.good').innerText()).toContain(t.access.accepted(shown.length));
  await look(reviewer, 'access-log-accepted-en-1280-dark');
  await reviewer.lock();
  await reviewer.unlockFromServer(2, passphrase);
  await verify(reviewer);
  await page.locator('.notice.good').waitFor();
  await page.unroute('**/api/v1/access-log*');
  await verify(reviewer);
  await page.getByRole('alert').getByText(t.access.forked).waitFor();
  expect(findings).toEqual([]);
  expect(reviewer.visitor.faults).toEqual([]);
  await reviewer.close();
});
