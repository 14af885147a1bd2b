// Tips sent from the pages, read and answered at the command line, and the other way round.
import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { launch, leftovers } from './browser';
import { Office } from './office';
import { Reporter } from './reporter';

let office: Office;
let browser: Browser;
beforeAll(async () => {
  office = await Office.make(3);
  browser = await launch(office);
});
afterAll(async () => {
  await browser.close();
  await office.close();
});

describe.each([
  {
    language: 'ko',
    category: '간부 모시는 날',
    excluded: '총무과장',
    text: '매주 금요일에 팀 막내가 과장 점심값을 냅니다.',
  },
  {
    language: 'en',
    category: 'Treating-bosses day',
    excluded: 'General affairs',
    text: 'Every Friday the youngest pays for lunch.',
  },
] as const)('in $language', ({ language, category, excluded, text }) => {
  test('a tip is sent, read, answered, read again, burned and followed up', async () => {
    const reporter = await Reporter.at(browser, office.poster, { language });
    const { t, page } = reporter;
    await page.getByText(t.fingerprint.pinned).first().waitFor();
    const before = await office.cases(3);
    const known = await office.cases(1);
    const receipt = await reporter.report({
      category,
      text,
      excluded: [excluded],
      files: [
        { name: '홍길동_회계과_증빙.txt', mimeType: 'text/plain', buffer: Buffer.from('3월 7일 45,000원\n') },
      ],
    });
    expect(receipt.words).toHaveLength(8);
    await office.release();

    const number = await office.newCase(1, known);
    expect(await office.cases(3)).toEqual(before);
    const shown = (
      await office.reviewer(1, ['show', number, '--save-files', office.file(`saved-${language}`)])
    ).out;
    expect(shown).toContain(text);
    expect(shown).not.toContain('홍길동');

    await office.reviewer(2, ['inbox']);
    await office.reviewer(2, ['reply', number, '--file', '-', '--status', 'reviewing'], '확인하고 있습니다.');
    await office.release();
    const again = await Reporter.at(browser, office.poster, { language });
    await again.openAnswers(receipt);
    await again.reply(1).waitFor();
    expect(await again.reply(1).innerText()).toContain('확인하고 있습니다.');
    // Reading changes nothing: a second visit sees it too, and then burns it.
    await again.button(again.t.back).click();
    await again.openAnswers(receipt);
    await again.burn(1);
    await again.page.getByText(again.t.thread.burned).waitFor();
    await again.followUp('지난주에도 있었습니다.');
    await office.release();
    await office.reviewer(1, ['inbox']);
    expect((await office.reviewer(1, ['show', number])).out).toContain('지난주에도 있었습니다.');
    expect(await office.cases(3)).toEqual(before);

    for (const visit of [reporter, again]) {
      expect(visit.visitor.faults).toEqual([]);
      expect(await leftovers(visit.page)).toEqual([]);
      await visit.close();
    }
  });
});

test('a receipt of the command line opens in the pages, and one of the pages at the command line', async () => {
  const known = await office.cases(1);
  const sent = await office.run(
    [...['report', ...office.public(), '--file', '-', '--category', 'corruption', '--json']],
    {
      stdin: '명령줄에서 보냅니다.',
    },
  );
  const { digits } = (JSON.parse(sent.out) as { receipt: { digits: string } }).receipt;
  await office.release();
  const number = await office.newCase(1, known);
  await office.reviewer(1, ['reply', number, '--file', '-', '--status', 'received'], '접수했습니다.');
  await office.release();
  const reporter = await Reporter.at(browser, office.poster);
  await reporter.openAnswers(digits);
  await reporter.reply(1).waitFor();
  expect(await reporter.reply(1).innerText()).toContain('접수했습니다.');
  await reporter.close();
});

test('composing sends no request, and nothing is left behind', async () => {
  const reporter = await Reporter.at(browser, office.poster);
  const { page, t, visitor } = reporter;
  await page.getByText(t.fingerprint.pinned).first().waitFor();
  await page.waitForLoadState('networkidle');
  const before = visitor.requests.length;
  const history = await page.evaluate(() => window.history.length);
  await reporter.openForm();
  await reporter.write({
    category: '갑질',
    text: '제 전화번호는 010-1234-5678이고 저만 아는 일입니다.',
    excluded: ['총무과장'],
    files: [{ name: '사진.png', mimeType: 'image/png', buffer: png }],
  });
  await page.getByText(t.hintKinds.phone).waitFor();
  await page.locator('meter').waitFor();
  expect(visitor.requests.slice(before)).toEqual([]);
  expect(await page.evaluate(() => window.history.length)).toBe(history);
  expect(await leftovers(page)).toEqual([]);
  for (const field of await page.locator('input:not([type=file]), textarea, select').all())
    expect(['off', null]).toContain(await field.getAttribute('autocomplete'));
  expect(visitor.faults).toEqual([]);
  await reporter.close();
});

test('the page as one file sends from a disk, to the server that its fragment names', async () => {
  const file = office.file('reporter.html');
  fs.writeFileSync(file, await office.get('/reporter.html'));
  const known = await office.cases(1);
  const url = `file://${file}#server=${office.origin}&org=${office.org}&seq=0`;
  const reporter = await Reporter.at(browser, url);
  const receipt = await reporter.report({ category: '고충', text: '막대에 담아 온 파일로 보냅니다.' });
  await office.release();
  const number = await office.newCase(1, known);
  expect((await office.reviewer(1, ['show', number])).out).toContain('막대에 담아 온 파일로 보냅니다.');
  await reporter.button(reporter.t.back).click();
  await reporter.openAnswers(receipt);
  await reporter.heading(reporter.t.thread.none).waitFor();
  expect(reporter.visitor.faults).toEqual([]);
  await reporter.close();
});

test('the way out is quick: by the button, and by Esc three times', async () => {
  for (const way of ['button', 'keys'] as const) {
    const reporter = await Reporter.at(browser, office.poster);
    const { page, t } = reporter;
    const left: string[] = [];
    await page.route('https://www.weather.go.kr/**', async (route) => {
      left.push(route.request().url());
      expect(route.request().headers()['referer']).toBeUndefined();
      await route.fulfill({ body: '<title>weather</title>', contentType: 'text/html' });
    });
    await reporter.openForm();
    await page.getByLabel(t.form.text, { exact: true }).fill('들키면 안 되는 글');
    if (way === 'button') await reporter.button(t.quickExit).click();
    else for (let i = 0; i < 3; ++i) await page.keyboard.press('Escape');
    await page.waitForURL('https://www.weather.go.kr/**');
    expect(left).toHaveLength(1);
    await page.goBack();
    expect(page.url()).not.toContain('localhost');
    await reporter.close();
  }
});

// A one-pixel picture.
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
