// A server, or a network, that is against its users.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { accessibility, launch } from './browser';
import { Office } from './office';
import { Reporter } from './reporter';
import { Reviewer } from './reviewer';

let office: Office;
let other: Office;
let browser: Browser;
beforeAll(async () => {
  office = await Office.make(2);
  other = await Office.make(1);
  browser = await launch(office);
});
afterAll(async () => {
  await browser.close();
  await other.close();
  await office.close();
});

/** Lets the office's address answer with this key log. */
async function serveLog(reporter: Reporter, body: string): Promise<void> {
  await reporter.page.route('**/api/v1/keylog*', (route) =>
    route.fulfill({ body, contentType: 'application/json' }),
  );
}

test('a foreign key log stops everything', async () => {
  const reporter = await Reporter.at(browser, 'about:blank');
  await serveLog(reporter, await other.get('/api/v1/keylog'));
  await reporter.page.goto(office.poster);
  await reporter.heading(reporter.t.stops.other_channel.title).waitFor();
  expect(await reporter.page.locator('.door').count()).toBe(0);
  // Without the poster the origin gives it away.
  await reporter.page.goto(`${office.origin}/?`);
  await reporter.heading(reporter.t.stops.origin.title).waitFor();
  await reporter.close();
});

test('a log that is cut short stops everything', async () => {
  const reporter = await Reporter.at(browser, office.poster.replace(/seq=\d+/, 'seq=4096'));
  await reporter.heading(reporter.t.stops.too_old.title).waitFor();
  await reporter.close();
});

test('a statement that was changed stops everything', async () => {
  const reporter = await Reporter.at(browser, 'about:blank');
  const log = await office.get('/api/v1/keylog');
  expect(log).toContain('감사담당관');
  await serveLog(reporter, log.replace('감사담당관', '비서실장'));
  await reporter.page.goto(office.poster);
  await reporter.heading(reporter.t.stops.broken.title).waitFor();
  await reporter.close();
});

test('a channel that speaks a newer protocol is said to be newer, in both languages', async () => {
  for (const language of ['ko', 'en'] as const) {
    const reporter = await Reporter.at(browser, 'about:blank', { language });
    await reporter.page.route('**/api/v1/channel', (route) =>
      route.fulfill({ json: { protocol: 2, epochs: [] } }),
    );
    await reporter.page.goto(office.poster);
    await reporter.heading(reporter.t.stops.newer.title).waitFor();
    expect(await reporter.page.locator('.door').count()).toBe(0);
    expect(await accessibility(reporter.page)).toEqual([]);
    await reporter.close();

    const reviewer = await Reviewer.at(browser, 'about:blank', { language });
    await reviewer.page.route('**/api/v1/channel', (route) => route.fulfill({ json: { protocol: 2 } }));
    await reviewer.page.goto(`${office.origin}/review/`);
    await reviewer.page.getByText(reviewer.t.errors['unknown_protocol'] ?? '').waitFor();
    expect(await accessibility(reviewer.page)).toEqual([]);
    await reviewer.close();
  }
});

test('an address bar without the poster shows the fingerprint to compare', async () => {
  const reporter = await Reporter.at(browser, office.origin);
  const { page, t } = reporter;
  await page.getByText(t.fingerprint.title).waitFor();
  await page.getByText(t.fingerprint.show).click();
  const shown = await page.locator('.fingerprint li').allInnerTexts();
  expect(shown.map((word) => word.replace(/^\d+\s*/, '').normalize('NFC'))).toEqual(office.fingerprint.ko);
  await reporter.button(t.fingerprint.different).click();
  await reporter.heading(t.stops.other_channel.title).waitFor();
  await reporter.close();
});

test('a rotation while the form is open: sealed anew to the new epoch, and the writer notices nothing', async () => {
  const reporter = await Reporter.at(browser, office.poster);
  await reporter.openForm();
  await reporter.write({ category: '갑질', text: '열쇠가 바뀌는 동안 썼습니다.' });
  await office.admin('keys', 'rotate');
  await office.admin('keys', 'retire', '1');
  await reporter.send();
  await reporter.takeReceipt();
  await office.release();
  expect((await office.reviewer(1, ['inbox'])).out).toContain('C-');
  expect(reporter.visitor.faults.filter((fault) => !fault.includes('409'))).toEqual([]);
  await reporter.close();
});

test('connections cut while sending, reading and burning lose nothing and do nothing twice', async () => {
  const before = await office.cases(2);
  const reporter = await Reporter.at(browser, office.poster);
  await reporter.openForm();
  await reporter.write({ category: '갑질', text: '연결이 끊겨도 한 번만 갑니다.' });
  office.proxy.cutNext('request', 4096);
  await reporter.send();
  await reporter.heading(reporter.t.receipt.title).waitFor();
  expect(office.proxy.cuts).toBe(1);
  const receipt = await reporter.takeReceipt();

  await reporter.button(reporter.t.back).click();
  await reporter.openForm();
  await reporter.write({ category: '갑질', text: '대답만 끊겼습니다.' });
  office.proxy.cutNext('answer', 8192);
  await reporter.send();
  await reporter.takeReceipt();
  expect(office.proxy.cuts).toBe(2);
  await office.release();
  const added = (await office.cases(2)).filter((number) => !before.includes(number));
  expect(added).toHaveLength(2);
  for (const number of added)
    await office.reviewer(2, ['reply', number, '--file', '-', '--status', 'closed'], '조치했습니다.');
  await office.release();
  // Everything that goes up now, the reading of an answer among it, is cut once.
  await reporter.button(reporter.t.back).click();
  office.proxy.cutNext('answer', 64);
  await reporter.openAnswers(receipt);
  await readAnyway(reporter);
  expect(await reporter.reply(1).innerText()).toContain('조치했습니다.');
  office.proxy.cutNext('answer', 64);
  await reporter.burn(1);
  const burned = reporter.page.getByText(reporter.t.thread.burned);
  const problem = reporter.reply(1).locator('.problem');
  await burned.or(problem).first().waitFor();
  if (await problem.isVisible())
    await reporter.reply(1).getByRole('button', { name: reporter.t.thread.burnYes, exact: true }).click();
  await burned.waitFor();
  expect(office.proxy.cuts).toBe(4);
  await reporter.close();
});

/** A read whose connection went says so and keeps the words: pressing again is all it takes. */
async function readAnyway(reporter: Reporter): Promise<void> {
  const problem = reporter.page.locator('.problem');
  await reporter.reply(1).or(problem).first().waitFor();
  if (await problem.isVisible()) await reporter.button(reporter.t.answers.look).click();
  await reporter.reply(1).waitFor();
}
