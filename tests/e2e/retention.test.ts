// The end of a case at the console: closed years ago, held, due, destroyed by one and gone for the other.
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { accessibility, launch, overflows } from './browser';
import { Office } from './office';
import { consoleOf } from './past';
import { Reviewer } from './reviewer';

const texts = ['여러 해 전의 일입니다.', '소송이 걸린 일입니다.', '지난달의 일입니다.'] as const;
const numbers: string[] = [];
let office: Office;
let browser: Browser;
beforeAll(async () => {
  office = await Office.make(2);
  browser = await launch(office);
  const evidence = office.file('evidence.txt');
  fs.writeFileSync(evidence, '3월 7일 45,000원\n');
  const send = (text: string, ...more: string[]) =>
    office.run(['report', ...office.public(), '--file', '-', '--category', 'other', '--json', ...more], {
      stdin: text,
    });
  await send(texts[0], '--attach', evidence);
  await send(texts[1]);
  await office.release();
  const past = await consoleOf(office, 2, 5);
  for (const text of texts.slice(0, 2)) {
    const one = (await past.queue()).find(({ excerpt }) => excerpt === text);
    if (one === undefined) throw new Error('no case');
    numbers.push(one.number);
    await past.act(one.id, { type: 'close', reason: '사실 확인' });
  }
  await send(texts[2], '--attach', evidence);
  await office.release();
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
    await page.screenshot({
      path: path.join(pictures, `review-${state}.png`),
      fullPage: true,
    });
  }
  findings.push(...(await accessibility(page)).map((finding) => `${state}: ${finding}`));
  if (await overflows(page)) findings.push(`${state}: wider than the window`);
}

test('what is due is destroyed by whoever confirms it, what is held is not, and the others are told once', async () => {
  const [old = '', held = ''] = numbers;
  const narrow = { language: 'ko', width: 320, height: 640 } as const;
  const other = await Reviewer.ofFile(browser, office, 2, {
    language: 'en',
    dark: true,
  });
  const reviewer = await Reviewer.ofFile(browser, office, 1, narrow);
  const { page, t } = reviewer;
  await page.getByText(t.queue.toDestroy(2)).waitFor();
  await look(reviewer, 'queue-due-ko-320');

  // The other one holds one of them.
  await other.page.locator('.chip', { hasText: other.t.queue.filter.all }).click();
  await other.openCase(texts[1]);
  await other.button(other.t.case.hold).click();
  await other.dialog.getByLabel(other.t.case.reason).fill('A lawsuit is running.');
  await look(other, 'case-hold-en-1280-dark');
  await other.dialog.getByRole('button', { name: other.t.case.hold }).click();
  await other.button(other.t.case.unhold).waitFor();
  await look(other, 'case-held-en-1280-dark');

  await page.getByText(t.queue.toDestroy(1)).waitFor();
  await reviewer.go('retention');
  await page.getByText('A lawsuit is running.').waitFor();
  await look(reviewer, 'retention-ko-320');
  expect(await page.getByRole('button', { name: t.retention.destroyOne(held) }).count()).toBe(0);
  await page.getByRole('button', { name: t.retention.destroyOne(old) }).click();
  await reviewer.dialog.getByText(old).waitFor();
  const destroy = reviewer.dialog.getByRole('button', {
    name: t.retention.destroy,
    exact: true,
  });
  await destroy.click();
  await reviewer.dialog.getByText(t.retention.sureNeeded).waitFor();
  await look(reviewer, 'retention-destroy-ko-320');
  await reviewer.dialog.getByLabel(t.retention.sure).check();
  await destroy.click();
  await reviewer.dialog.waitFor({ state: 'detached' });
  await page.getByText(t.retention.noneDue).waitFor();
  await look(reviewer, 'retention-done-ko-320');

  // The other one is told, once, and has it no more.
  const told = other.page.getByText(old);
  await told.first().waitFor();
  await other.page.locator('aside.banners').getByText(other.t.banner.destroyed(1, old)).waitFor();
  await look(other, 'destroyed-en-1280-dark');
  await other.page.locator('aside.banners').getByRole('button', { name: other.t.close }).click();
  expect(await other.page.locator('aside.banners').getByText(old).count()).toBe(0);
  await other.go('queue');
  await other.row(texts[1]).waitFor();
  expect(await other.row(texts[0]).count()).toBe(0);

  // The files of the case that stays were kept alive, once for all cases of each.
  for (const { visitor } of [reviewer, other])
    expect(visitor.requests.filter((request) => request.endsWith('/api/v1/keep'))).toHaveLength(1);

  // Nor does the command line bring it back, from a keyring that never read the inbox.
  expect((await office.cases(1)).toSorted()).not.toContain(old);
  expect(findings).toEqual([]);
  for (const one of [reviewer, other]) {
    expect(one.visitor.faults).toEqual([]);
    await one.close();
  }
});
